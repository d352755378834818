import { describe, expect, it, onTestFinished } from 'vitest';
import { parseFault } from '../../lib/simulator/faults.ts';
import { type SimulatorOptions, startSimulator } from '../../lib/simulator/server.ts';

const start = async (options: SimulatorOptions = {}) => {
  const simulator = await startSimulator('modulus', options);
  onTestFinished(() => simulator.close());
  const authorization = `Basic ${btoa(`${simulator.credentials.secretKey}:`)}`;
  const call = (method: string, path = '', body?: unknown, headers: Record<string, string> = { authorization }) =>
    fetch(`${simulator.url}/v1/webhooks${path}`, {
      method,
      redirect: 'manual',
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return { simulator, call };
};

const webhook = {
  callbackUrl: 'https://api.example.com/hooks',
  webhookAction: 'QRPH_SUCCESS',
  webhookStatus: 'ENABLED',
};

describe('the simulated Modulus API', () => {
  it('lists, creates, updates and deletes as documented', async () => {
    const { call } = await start({ webhooks: 0 });
    const made = await call('POST', '', webhook);
    expect([made.status, await made.json()]).toEqual([201, { id: '101', ...webhook }]);
    expect((await call('PUT', '/101', { webhookStatus: 'DISABLED' })).status).toBe(200);
    const { webhooks } = (await (await call('GET')).json()) as { webhooks: unknown[] };
    expect(webhooks).toMatchObject([
      { id: 101, webhookUrl: webhook.callbackUrl, actions: ['QRPH_SUCCESS'], status: 'DISABLED' },
    ]);
    const deleted = await call('DELETE', '/101');
    expect([deleted.status, await deleted.text()]).toEqual([204, '']);
    expect((await call('DELETE', '/101')).status).toBe(404);
  });

  it.each([
    ['a wrong key', 'GET', '', undefined, { authorization: 'Basic eDo=' }, 401, '20000001'],
    ['no key', 'DELETE', '/101', undefined, {}, 401, '20000001'],
    ['an unknown id', 'DELETE', '/999', undefined, undefined, 404, '20000004'],
    ['a strange id', 'DELETE', '/%zz', undefined, undefined, 404, '20000004'],
    ['an http URL', 'POST', '', { ...webhook, callbackUrl: 'http://shop.example.com' }, undefined, 400, '20000002'],
    ['a bad status', 'PUT', '/101', { webhookStatus: 'OFF' }, undefined, 400, '20000002'],
    ['no JSON', 'PUT', '/101', undefined, undefined, 200, undefined],
  ])('answers to %s', async (_name, method, path, body, headers, status, code) => {
    const { call } = await start();
    const response = await call(method, path, body, headers);
    const json = (await response.json()) as { code?: string; error?: string; referenceNumber?: string };
    expect([response.status, json.code]).toEqual([status, code]);
    if (status !== 200)
      expect(json).toMatchObject({ error: expect.any(String), referenceNumber: expect.stringMatching(/^[\w-]+$/) });
  });

  it('refuses a URL that is registered already', async () => {
    const { call } = await start({ webhooks: 0 });
    await call('POST', '', webhook);
    expect((await call('POST', '', webhook)).status).toBe(409);
  });

  it('has the same population for the same seed, and another for another', async () => {
    const now = () => Date.UTC(2026, 0, 1);
    const populations = await Promise.all(
      [1, 1, 2].map(async (seed) => (await start({ seed, now, webhooks: 40 })).simulator.state),
    );
    const [a, b, c] = populations.map((state) => JSON.stringify([...state]));
    expect(a).toBe(b);
    expect(a).not.toBe(c);
    expect(populations[0]?.size).toBe(40);
  });

  it('has the mess of a real account in its population', async () => {
    const webhooks = [...(await start()).simulator.state.values()];
    const urls = webhooks.map(({ url }) => url);
    expect(urls.length - new Set(urls).size).toBe(1);
    expect(urls.some((url) => urls.includes(`${url}/`))).toBe(true);
    for (const part of ['ngrok-free.app', 'loca.lt', 'localhost', 'token=', 'old']) {
      expect(urls.some((url) => url.includes(part))).toBe(true);
    }
    expect(webhooks.some(({ enabled }) => !enabled)).toBe(true);
  });
});

describe('a fault', () => {
  it('may be bounded by count and by method', async () => {
    const { simulator, call } = await start({ faults: ['error-before:PUT*2'] });
    const statuses = [];
    for (const method of ['GET', 'PUT', 'PUT', 'PUT'])
      statuses.push((await call(method, method === 'PUT' ? '/101' : '')).status);
    expect(statuses).toEqual([200, 500, 500, 200]);
    expect(simulator.requests.map(({ faults }) => faults)).toEqual([[], ['error-before'], ['error-before'], []]);
  });

  it('may be limited to calls that read or that change something', async () => {
    const { simulator, call } = await start({ faults: ['throttle:mutating'] });
    expect([(await call('GET')).status, (await call('DELETE', '/101')).status]).toEqual([200, 429]);
    simulator.setFaults(['throttle:reading']);
    expect([(await call('GET')).status, (await call('DELETE', '/101')).status]).toEqual([429, 204]);
  });

  it('may have a probability, which the seed decides', async () => {
    const run = async () => {
      const { call } = await start({ seed: 3, faults: ['throttle=0.5'] });
      const statuses = [];
      for (let i = 0; i < 20; i += 1) statuses.push((await call('GET')).status);
      return statuses;
    };
    const first = await run();
    expect(new Set(first)).toEqual(new Set([200, 429]));
    expect(await run()).toEqual(first);
  });

  it.each([
    ['nonsense'],
    ['toString'],
    ['Throttle'],
    [''],
    ['throttle*x'],
    ['throttle=2'],
    ['throttle='],
    ['throttle*-1'],
  ])('%j is refused with what there is', async (fault) => {
    await expect(startSimulator('modulus', { faults: [fault] })).rejects.toThrow(/there are .*throttle|NAME/);
  });

  it('reads its parts in any order', () => {
    const known = { x: { about: '' } };
    expect(parseFault('x=0.5:put*3', known)).toMatchObject({ name: 'x', chance: 0.5, calls: 'PUT', left: 3 });
    expect(parseFault('x*3=0.5:PUT', known)).toMatchObject({ chance: 0.5, calls: 'PUT', left: 3 });
  });
});

describe('the server', () => {
  it('logs method, path and status, and never the authorization', async () => {
    const { simulator, call } = await start();
    await call('DELETE', '/101');
    expect(simulator.requests).toMatchObject([{ method: 'DELETE', path: '/v1/webhooks/101', status: 204, faults: [] }]);
    expect(JSON.stringify(simulator.requests)).not.toContain(btoa(`${simulator.credentials.secretKey}:`));
  });

  it('listens on the loopback address, and says which providers it has', async () => {
    expect((await start()).simulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await expect(startSimulator('nobody')).rejects.toThrow(/modulus/);
  });

  it('closes while calls are under way, and says when its port is taken', async () => {
    const simulator = await startSimulator('modulus', { faults: ['latency'], latencyMs: 60_000 });
    const port = Number(new URL(simulator.url).port);
    await expect(startSimulator('modulus', { port })).rejects.toThrow(/EADDRINUSE/);
    const call = fetch(simulator.url).catch(() => 'broken');
    while (simulator.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await simulator.close();
    expect(await call).toBe('broken');
  });
});
