import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type SimulatorOptions, startSimulator } from '../../lib/simulator/server.ts';

const start = async (options: SimulatorOptions = {}) => {
  const simulator = await startSimulator('gitlab', options);
  onTestFinished(async () => {
    await simulator.close();
    await setImmediate(); // Node lists a closed server for one more turn.
  });
  const own: Record<string, string> = { 'private-token': simulator.credentials.token ?? '' };
  const call = (method: string, path: string, body?: unknown, headers = own) =>
    fetch(`${simulator.url}/api/v4${path}`, {
      method,
      redirect: 'manual',
      headers: { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return { simulator, call };
};
const hooks = '/projects/sari-sari-demo%2Fwebsite/hooks';

describe('the simulated GitLab', () => {
  it('lists, creates and deletes as documented, and shows no token', async () => {
    const { call } = await start();
    const made = await call('POST', hooks, { url: 'https://example.com/x', token: 'shh', note_events: true });
    const { id } = (await made.json()) as { id: number };
    expect(made.status).toBe(201);
    const listed = await (await call('GET', hooks)).text();
    expect(listed).not.toContain('shh');
    expect(JSON.parse(listed)).toMatchObject([
      { id, push_events: true, note_events: true, alert_status: 'executable' },
    ]);
    expect((await call('DELETE', `${hooks}/${id}`)).status).toBe(204);
    expect((await call('DELETE', `${hooks}/${id}`)).status).toBe(404);
  });

  it.each([
    ['a wrong token', 'GET', hooks, undefined, { 'private-token': 'x' }, 401],
    ['an unknown project', 'GET', '/projects/99/hooks', undefined, undefined, 404],
    ['a project by its number', 'GET', '/projects/301/hooks', undefined, undefined, 200],
    ['a group by its number', 'GET', '/groups/91', undefined, undefined, 200],
    ['a strange path', 'GET', '/projects/%zz/hooks', undefined, undefined, 404],
    ['a bad URL', 'POST', hooks, { url: 'no' }, undefined, 422],
    [
      'an archived project',
      'DELETE',
      '/projects/sari-sari-demo%2Flegacy%2Fshop/hooks/5100109',
      undefined,
      undefined,
      403,
    ],
  ])('answers to %s', async (_name, method, path, body, headers, status) => {
    const { call } = await start();
    expect((await call(method, path, body, headers)).status).toBe(status);
  });

  it('tells pages and totals in headers', async () => {
    const { call } = await start();
    const { headers } = await call('GET', '/projects/sari-sari-demo%2Fcheckout/hooks?per_page=4&page=2');
    const told = ['x-page', 'x-next-page', 'x-per-page', 'x-total'].map((name) => headers.get(name));
    expect(told).toEqual(['2', '', '4', '6']);
  });

  it('has webhooks in each state, the same for the same seed', async () => {
    const now = () => Date.UTC(2026, 0, 1);
    const [a, b, c] = await Promise.all(
      [1, 1, 2].map(async (seed) => JSON.stringify([...(await start({ seed, now, webhooks: 40 })).simulator.state])),
    );
    expect(a).toBe(b);
    expect(a).not.toBe(c);
    const { call } = await start();
    const rows = (await (await call('GET', '/projects/sari-sari-demo%2Fcheckout/hooks')).json()) as {
      alert_status: string;
    }[];
    expect(new Set(rows.map((row) => row.alert_status))).toEqual(
      new Set(['executable', 'temporarily_disabled', 'disabled']),
    );
  });

  it('logs neither way to send a token', async () => {
    const { simulator, call } = await start();
    await call('GET', hooks);
    await call('GET', hooks, undefined, { authorization: `Bearer ${simulator.credentials.token}` });
    expect(simulator.requests.map(({ status }) => status)).toEqual([200, 200]);
    expect(JSON.stringify(simulator.requests)).not.toContain(simulator.credentials.token);
  });
});
