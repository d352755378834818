import { describe, expect, it } from 'vitest';
import { stripe } from '../../lib/providers/stripe.ts';
import { answer } from './modulus-account.ts';
import { account, backup, canned, hook, row, simulated } from './stripe-account.ts';

const error = (type: string, code?: string) => ({ error: { type, ...(code && { code }), message: 'No such thing' } });
const invalid = 'invalid_request_error';
const again = { 'stripe-should-retry': 'true' };
const never = { 'stripe-should-retry': 'false' };

describe('deleting, as the page "Delete a webhook endpoint" has it', () => {
  it('sends DELETE to the id with the key as bearer, the pinned version, and neither body nor idempotency key', async () => {
    const { calls, provider } = canned(answer(200, { id: 'we_1', object: 'webhook_endpoint', deleted: true }));
    expect((await provider.delete('shop', hook('we_1'))).kind).toBe('done');
    expect(calls).toMatchObject([
      {
        method: 'DELETE',
        url: 'https://api.stripe.com/v1/webhook_endpoints/we_1',
        headers: { authorization: 'Bearer rk_test_4711secret', 'stripe-version': '2024-06-20' },
        account: 'shop',
      },
    ]);
    expect(calls[0]).not.toHaveProperty('form');
    expect(calls[0]).not.toHaveProperty('body');
    expect(calls[0]?.headers).not.toHaveProperty('idempotency-key');
  });

  it.each([
    ['another id', { id: 'we_2', object: 'webhook_endpoint', deleted: true }],
    ['deleted: false', { id: 'we_1', object: 'webhook_endpoint', deleted: false }],
    ['no deleted', { id: 'we_1' }],
    ['an empty body', undefined],
    ['a list', []],
  ])('HTTP 200 with %s is unknown, for it confirms nothing', async (_what, json) => {
    expect((await canned(answer(200, json)).provider.delete('shop', hook('we_1'))).kind).toBe('unknown');
  });

  it('tells code and request id, which support asks for, but not the text', async () => {
    const gone = answer(404, error(invalid, 'resource_missing'), { 'request-id': 'req_8Zk2' });
    const { why } = await canned(gone).provider.delete('shop', hook('we_1'));
    expect(why).toContain('HTTP 404, code resource_missing, reference req_8Zk2');
    expect(why).not.toContain('No such thing');
  });

  it('shows neither code nor reference that hold the key', async () => {
    const echo = answer(404, error(invalid, 'rk_test_4711secret'), { 'request-id': 'rk_test_4711secret' });
    const { why } = await canned(echo).provider.delete('shop', hook('we_1'));
    expect(why).toBe('not there for this credential (HTTP 404)');
  });
});

describe('what an answer means', () => {
  it.each([
    ['400 without a code', 400, error(invalid), {}, 'refused', 'refused'],
    ['400 with Stripe-Should-Retry: true', 400, error(invalid), again, 'retry', 'retry'],
    ['400 with Stripe-Should-Retry: false', 400, error(invalid), never, 'refused', 'refused'],
    ['400 resource_missing', 400, error(invalid, 'resource_missing'), {}, 'retry', 'refused'],
    ['401', 401, error(invalid), {}, 'retry credential', 'retry credential'],
    ['401 with Stripe-Should-Retry: false', 401, error(invalid), never, 'retry credential', 'retry credential'],
    ['400 api_key_expired', 400, error(invalid, 'api_key_expired'), {}, 'retry credential', 'retry credential'],
    ['403, as a restricted key gets it', 403, error(invalid), {}, 'retry credential', 'retry credential'],
    ['404 resource_missing', 404, error(invalid, 'resource_missing'), {}, 'refused', 'gone'],
    ['404 without a code', 404, error(invalid), {}, 'refused', 'gone'],
    ['409', 409, error(invalid), {}, 'retry', 'retry'],
    ['409 with Stripe-Should-Retry: false', 409, error(invalid), never, 'refused', 'refused'],
    ['409 of an idempotency key in use', 409, error(invalid, 'idempotency_key_in_use'), again, 'retry', 'unknown'],
    ['409 idempotency_error', 409, error('idempotency_error'), {}, 'retry', 'unknown'],
    ['429 lock_timeout', 429, error(invalid, 'lock_timeout'), again, 'retry', 'retry'],
    ['429 rate_limit', 429, error(invalid, 'rate_limit'), {}, 'retry throttle', 'retry throttle'],
    ['429 with Stripe-Should-Retry: false', 429, error(invalid), never, 'retry throttle', 'retry throttle'],
    ['408', 408, undefined, again, 'retry throttle', 'retry throttle'],
    ['425', 425, undefined, {}, 'retry throttle', 'retry throttle'],
    ['500', 500, error('api_error'), {}, 'retry', 'unknown'],
    ['500 with Stripe-Should-Retry: true', 500, error('api_error'), again, 'retry', 'unknown'],
    ['500 with Stripe-Should-Retry: false', 500, error('api_error'), never, 'refused', 'unknown'],
    ['503 without a body', 503, undefined, {}, 'retry', 'unknown'],
  ])('%s', async (_what, status, json, headers, reading, changing) => {
    const { provider } = canned(answer(status, json, headers));
    const listing = await provider.list('shop');
    const outcomes = [listing.status === 'complete' ? { kind: 'done' as const } : listing.outcome];
    const all = [
      ...outcomes,
      await provider.disable('shop', hook('we_1')),
      await provider.delete('shop', hook('we_1')),
    ];
    const kinds = all.map((one) => `${one.kind}${'pause' in one && one.pause ? ` ${one.pause}` : ''}`);
    expect(kinds).toEqual([reading, changing, changing]);
  });

  it('lock_timeout burns no pause of the account, and Retry-After is kept where there is one', async () => {
    const busy = { ...answer(429, error(invalid, 'rate_limit')), retryAfterMs: 2000 };
    expect(await canned(busy).provider.delete('shop', hook('we_1'))).toMatchObject({
      afterMs: 2000,
      pause: 'throttle',
    });
  });
});

describe('switching off and on', () => {
  it('sends disabled as a form and nothing else', async () => {
    const { calls, provider } = canned(answer(200, { ...row, status: 'disabled' }), answer(200, row));
    expect((await provider.disable('shop', hook('we_1'))).kind).toBe('done');
    expect((await provider.enable('shop', hook('we_1'))).kind).toBe('done');
    expect(calls.map(({ method, url, form }) => [method, url, form])).toEqual([
      ['POST', 'https://api.stripe.com/v1/webhook_endpoints/we_1', { disabled: 'true' }],
      ['POST', 'https://api.stripe.com/v1/webhook_endpoints/we_1', { disabled: 'false' }],
    ]);
  });

  it.each([
    ['the status as it was', row],
    ['another id', { ...row, id: 'we_2', status: 'disabled' }],
    ['nothing', undefined],
  ])('is unknown where the answer has %s', async (_what, json) => {
    expect((await canned(answer(200, json)).provider.disable('shop', hook('we_1'))).kind).toBe('unknown');
  });

  it('takes effect at the provider, and changes neither URL nor events', async () => {
    const { simulator, provider } = await simulated();
    const before = simulator.state.get('we_1Sim101');
    expect((await provider.disable('shop', hook('we_1Sim101'))).kind).toBe('done');
    expect(simulator.state.get('we_1Sim101')).toMatchObject({
      enabled: false,
      url: before?.url,
      events: before?.events,
    });
    expect(simulator.requests[0]).toMatchObject({ body: 'disabled=true', mutating: true });
    expect((await provider.enable('shop', hook('we_1Sim101'))).kind).toBe('done');
    expect(simulator.state.get('we_1Sim101')?.enabled).toBe(true);
  });
});

describe('an account', () => {
  it('is one scope, by its name, which costs no call', async () => {
    const { calls, provider } = canned(answer(500));
    expect(await provider.scopes()).toEqual({ status: 'complete', scopes: ['shop'] });
    expect(calls).toEqual([]);
  });

  it.each([
    ['sk_test_', 'production', /test-mode key but environment is production/],
    ['rk_test_', 'production', /test-mode key/],
    ['sk_live_', 'sandbox', /live-mode key but environment is sandbox/],
    ['rk_live_', 'sandbox', /live-mode key/],
    ['pk_test_', 'sandbox', /publishable/],
    ['whsec_', 'sandbox', /signing secret/],
    ['sk_org_', 'production', /organisation/],
    ['sk_test_', 'sandbox', null],
    ['rk_test_', 'sandbox', null],
    ['sk_live_', 'production', null],
    ['rk_live_', 'production', null],
    ['oldform', 'production', null],
  ] as const)('with the key %s… in %s', (prefix, environment, words) => {
    const said = stripe.contradiction?.(account(undefined, environment), { apiKey: `${prefix}51Secret` }) ?? null;
    if (words === null) expect(said).toBeNull();
    else expect(said).toMatch(words);
    expect(String(said)).not.toContain('51Secret');
  });

  it('makes no mutating call when it reads', async () => {
    const { simulator, provider } = await simulated({ webhooks: 250 });
    await provider.scopes();
    await provider.list('shop');
    expect(simulator.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
  });
});

describe('creating from a backup', () => {
  it('sends what a new one can be given, and a key that is the same for each attempt and another for another', async () => {
    const { calls, provider } = canned(answer(200, { ...row, id: 'we_9', secret: 'whsec_new' }));
    const made = await provider.create('shop', backup);
    expect(made).toMatchObject({ kind: 'done', id: 'we_9', secret: 'whsec_new' });
    expect(made.why).not.toContain('whsec');
    await provider.create('shop', backup);
    await provider.create('shop', { ...backup, id: 'we_2' });
    expect(calls[0]?.form).toEqual({
      url: backup.url,
      'enabled_events[0]': 'charge.failed',
      'enabled_events[1]': 'payment_intent.succeeded',
      description: 'checkout',
      api_version: '2022-11-15',
      'metadata[managed_by]': 'terraform',
    });
    const keys = calls.map(({ headers }) => headers['idempotency-key']);
    expect(keys[0]).toMatch(/^hooksweep-[0-9a-f]{64}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it('makes one however often it is repeated', async () => {
    const { simulator, provider } = await simulated({ webhooks: 0 });
    const first = await provider.create('shop', backup);
    expect(await provider.create('shop', backup)).toEqual(first);
    expect([...simulator.state.values()]).toMatchObject([{ url: backup.url, events: backup.events, enabled: true }]);
  });

  it('switches one off that was off', async () => {
    const { simulator, provider } = await simulated({ webhooks: 0 });
    expect(await provider.create('shop', { ...backup, enabled: false })).toMatchObject({ kind: 'done' });
    expect([...simulator.state.values()].map(({ enabled }) => enabled)).toEqual([false]);
  });

  it('is unknown, with the id, where the new one could not be switched off', async () => {
    const { provider } = canned(answer(200, { ...row, id: 'we_9' }), answer(429, error(invalid)));
    expect(await provider.create('shop', { ...backup, enabled: false })).toMatchObject({ kind: 'unknown', id: 'we_9' });
    const nameless = canned(answer(200, {}));
    expect((await nameless.provider.create('shop', { ...backup, enabled: false })).kind).toBe('unknown');
    expect(nameless.calls.length).toBe(1);
  });

  it('is refused without a call where the URL is not whole, or a Connect application would be lost', async () => {
    const { calls, provider } = canned(answer(200, row));
    expect((await provider.create('shop', { ...backup, urlRedacted: true })).kind).toBe('refused');
    expect((await provider.create('shop', { ...backup, url: null })).kind).toBe('refused');
    const connected = { ...backup, settings: { ...backup.settings, application: 'ca_1' } };
    expect((await provider.create('shop', connected)).kind).toBe('refused');
    expect(calls).toEqual([]);
  });

  it('is refused where the account has as many as it may have, and leaves out metadata that was not kept', async () => {
    const { provider } = await simulated({ faults: ['endpoint-limit'] });
    expect((await provider.create('shop', backup)).kind).toBe('refused');
    const { calls, provider: other } = canned(answer(200, row));
    const settings = { ...backup.settings, metadata: { token: 'REDACTED', team: 'x' } };
    await other.create('shop', { ...backup, settings });
    expect(Object.keys(calls[0]?.form ?? {}).filter((key) => key.startsWith('metadata'))).toEqual(['metadata[team]']);
  });

  it('is done without an id where the answer has none that can be used', async () => {
    for (const json of [undefined, {}, { id: '../1' }, { id: null }, []])
      expect(await canned(answer(200, json)).provider.create('shop', backup)).not.toHaveProperty('id');
  });
});
