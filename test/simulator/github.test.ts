import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type SimulatorOptions, startSimulator } from '../../lib/simulator/server.ts';

const start = async (options: SimulatorOptions = {}) => {
  const simulator = await startSimulator('github', options);
  onTestFinished(async () => {
    await simulator.close();
    await setImmediate(); // Node lists a closed server for one more turn.
  });
  const bearer = `Bearer ${simulator.credentials.token}`;
  const call = (method: string, path: string, body?: unknown, authorization = bearer) =>
    fetch(`${simulator.url}${path}`, {
      method,
      redirect: 'manual',
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return { simulator, call };
};
const hooks = '/repos/sari-sari-demo/website/hooks';
const wanted = { config: { url: 'https://example.com/x', content_type: 'json', secret: 's3' }, events: ['push'] };

describe('the simulated GitHub', () => {
  it('lists, creates, updates and deletes as documented, and masks the secret', async () => {
    const { call } = await start();
    const made = await call('POST', hooks, wanted);
    const { id } = (await made.json()) as { id: number };
    expect(made.status).toBe(201);
    expect((await call('PATCH', `${hooks}/${id}`, { active: false })).status).toBe(200);
    expect(await (await call('GET', hooks)).json()).toMatchObject([
      {
        id,
        type: 'Repository',
        name: 'web',
        active: false,
        config: { secret: '********' },
        last_response: { status: 'unused' },
      },
    ]);
    const deleted = await call('DELETE', `${hooks}/${id}`);
    expect([deleted.status, await deleted.text()]).toEqual([204, '']);
    expect((await call('DELETE', `${hooks}/${id}`)).status).toBe(404);
  });

  it('wipes the secret where a config comes without it', async () => {
    const { simulator, call } = await start();
    await call('PATCH', '/repos/sari-sari-demo/checkout/hooks/410000101', { config: { url: 'https://b.example.com' } });
    expect(simulator.state.get('410000101')).toMatchObject({ signed: false, url: 'https://b.example.com' });
  });

  it.each([
    ['a wrong token', 'GET', hooks, undefined, 'Bearer x', 401],
    ['a token the old way', 'GET', hooks, undefined, undefined, 200],
    ['an unknown repository', 'GET', '/repos/sari-sari-demo/nothing/hooks', undefined, undefined, 404],
    ['another owner', 'GET', '/repos/somebody/checkout/hooks', undefined, undefined, 404],
    ['a strange path', 'GET', '/repos/%zz/%2f/hooks', undefined, undefined, 404],
    ['a webhook without URL', 'POST', hooks, { events: ['push'] }, undefined, 422],
    ['an archived repository', 'POST', '/repos/sari-sari-demo/legacy-shop/hooks', wanted, undefined, 403],
  ])('answers to %s', async (_name, method, path, body, authorization, status) => {
    const { simulator, call } = await start();
    const response = await call(method, path, body, authorization ?? `token ${simulator.credentials.token}`);
    expect(response.status).toBe(status);
    expect(response.headers.get('x-github-request-id')).toMatch(/^[0-9A-F:]+$/);
    if (status >= 400)
      expect(await response.json()).toMatchObject({
        message: expect.any(String),
        documentation_url: expect.any(String),
      });
  });

  it('pages by Link, with the number of the repository in it', async () => {
    const { simulator, call } = await start();
    const link = (await call('GET', '/repos/sari-sari-demo/checkout/hooks?per_page=3')).headers.get('link') ?? '';
    expect(link).toMatch(
      /^<http:\/\/127\.0\.0\.1:\d+\/repositories\/\d+\/hooks\?per_page=3&page=2>; rel="next", <.*page=3>; rel="last"$/,
    );
    const next = await call('GET', link.slice(1, link.indexOf('>')).replace(simulator.url, ''));
    expect(((await next.json()) as unknown[]).length).toBe(3);
  });

  it('has the same population for the same seed, in one more repository for every sixty', async () => {
    const now = () => Date.UTC(2026, 0, 1);
    const states = await Promise.all(
      [1, 1, 2].map(async (seed) => (await start({ seed, now, webhooks: 130 })).simulator.state),
    );
    const [a, b, c] = states.map((state) => JSON.stringify([...state]));
    expect(a).toBe(b);
    expect(a).not.toBe(c);
    expect(new Set([...(states[0]?.values() ?? [])].map((hook) => (hook as { scope?: string }).scope)).size).toBe(7);
  });

  it('logs neither token nor key', async () => {
    const { simulator, call } = await start();
    await call('GET', hooks);
    expect(JSON.stringify(simulator.requests)).not.toContain(simulator.credentials.token);
  });
});
