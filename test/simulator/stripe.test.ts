import { describe, expect, it } from 'vitest';
import type { SimulatorOptions } from '../../lib/simulator/server.ts';
import { started } from './started.ts';

const start = async (options: SimulatorOptions = {}) => {
  const simulator = await started('stripe', options);
  const authorization = `Bearer ${simulator.credentials.apiKey}`;
  const call = async (method: string, path = '', form?: string, headers: Record<string, string> = {}) => {
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await fetch(`${simulator.url}/v1/webhook_endpoints${path}`, {
      method,
      headers: { authorization, ...(form === undefined ? {} : type), ...headers },
      ...(form === undefined ? {} : { body: form }),
    });
    return { status: response.status, headers: response.headers, json: JSON.parse((await response.text()) || 'null') };
  };
  return { simulator, call };
};

const form = 'url=https%3A%2F%2Fapi.example.com%2Fstripe&enabled_events[0]=*&metadata[team]=x&description=d';

describe('the simulated Stripe API', () => {
  it('creates, shows the secret once, lists, switches off and deletes as documented', async () => {
    const { call } = await start({ webhooks: 0 });
    const made = await call('POST', '', form);
    const webhook = { object: 'webhook_endpoint', enabled_events: ['*'], metadata: { team: 'x' }, livemode: false };
    expect(made).toMatchObject({ status: 200, json: { ...webhook, secret: expect.stringMatching(/^whsec_/) } });
    const { id } = made.json;
    expect((await call('POST', `/${id}`, 'disabled=true')).json).toMatchObject({ id, status: 'disabled' });
    const listed = await call('GET');
    expect(listed.json).toMatchObject({ object: 'list', has_more: false, data: [{ id, status: 'disabled' }] });
    expect(listed.json.data[0]).not.toHaveProperty('secret');
    expect((await call('DELETE', `/${id}`)).json).toEqual({ id, object: 'webhook_endpoint', deleted: true });
    expect(await call('DELETE', `/${id}`)).toMatchObject({
      status: 404,
      json: { error: { code: 'resource_missing' } },
    });
  });

  it('gives ten a page unless it is asked for more, newest first, behind the cursor', async () => {
    const { call } = await start({ webhooks: 25 });
    const first = (await call('GET')).json;
    expect([first.data.length, first.has_more]).toEqual([10, true]);
    const created: number[] = first.data.map((row: { created: number }) => row.created);
    expect(created).toEqual([...created].sort((a, b) => b - a));
    const rest = (await call('GET', `?limit=100&starting_after=${first.data.at(-1).id}`)).json;
    expect([rest.data.length, rest.has_more]).toEqual([15, false]);
    expect((await call('GET', '?starting_after=we_none')).status).toBe(400);
    expect((await call('GET', '?limit=101')).status).toBe(400);
  });

  it('answers a repeated idempotency key as it did before, and refuses it with another body', async () => {
    const { simulator, call } = await start({ webhooks: 0 });
    const key = { 'idempotency-key': 'k' };
    const first = await call('POST', '', form, key);
    const again = await call('POST', '', form, key);
    expect(again.json).toEqual(first.json);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect((await call('POST', '', `${form}x`, key)).json.error.type).toBe('idempotency_error');
    expect(simulator.state.size).toBe(1);
  });

  it.each([
    ['a wrong key', 'GET', '', undefined, { authorization: 'Bearer sk_test_x' }, 401],
    ['a missing URL', 'POST', '', 'enabled_events[0]=*', {}, 400],
    ['no events', 'POST', '', 'url=https%3A%2F%2Fa.example.com', {}, 400],
    ['disabled on create', 'POST', '', `${form}&disabled=true`, {}, 400],
    ['a bad status', 'POST', '/we_1Sim101', 'disabled=off', {}, 400],
    ['another verb', 'PUT', '/we_1Sim101', '', {}, 405],
    ['an unknown id', 'POST', '/we_none', 'disabled=true', {}, 404],
  ])('answers to %s', async (_what, method, path, body, headers, status) => {
    const { call } = await start();
    expect((await call(method, path, body, headers)).status).toBe(status);
  });

  it('has the same mess of a real account for the same seed', async () => {
    const now = () => Date.UTC(2026, 0, 1);
    const populations = await Promise.all(
      [1, 1, 2].map(async (seed) => [...(await start({ seed, now })).simulator.state.values()]),
    );
    const [a, b, c] = populations.map((webhooks) => JSON.stringify(webhooks));
    expect(a).toBe(b);
    expect(a).not.toBe(c);
    const urls = (populations[0] ?? []).map(({ url }) => url);
    expect(urls.length - new Set(urls).size).toBeGreaterThan(0);
    for (const part of ['ngrok-free.app', 'loca.lt', 'token=', 'old', 'webhook/'])
      expect(urls.some((url) => url.includes(part))).toBe(true);
    expect((populations[0] ?? []).some(({ enabled }) => !enabled)).toBe(true);
  });
});
