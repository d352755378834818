import { describe, expect, it } from 'vitest';
import { omise } from '../../lib/providers/omise.ts';
import { accountOf, answer, backup, cannedBy, simulatedBy } from './opened.ts';

const id = 'whsec_test_5xuy4w91xqz7d1w9u0t';
const secretKey = 'skey_test_5xuy4w91xqz7d1w9u0t';
const ref = (given: string) => ({ kind: 'signing-secret' as const, id: given });
const credentials = { secretKey };
const canned = (...answers: Parameters<typeof answer>[]) =>
  cannedBy(omise, { credentials }, ...answers.map((one) => answer(...one)));
const deleted = { object: 'webhook_secret', id, deleted: true, livemode: false };
const error = (code: string) => ({ object: 'error', location: 'https://x', code, message: 'do not show this text' });

describe('deleting, as the page "Delete Webhook Secret" has it', () => {
  it('Code samples: sends DELETE to the id, with the secret key as user and an empty password, without a body', async () => {
    const { calls, provider } = canned([200, deleted]);
    expect((await provider.delete('shop', ref(id))).kind).toBe('done');
    expect(calls).toMatchObject([
      {
        method: 'DELETE',
        url: `https://api.example.com/webhooks/secrets/${id}`,
        headers: { authorization: `Basic ${btoa(`${secretKey}:`)}` },
      },
    ]);
    expect(calls[0]).not.toHaveProperty('body');
  });

  it.each([
    ['200 deleted', 200, deleted, { kind: 'done' }],
    ['400 bad_request: invalid format', 400, error('bad_request'), { kind: 'refused' }],
    ['401 authentication_failure', 401, error('authentication_failure'), { kind: 'retry', pause: 'credential' }],
    ['404 not_found: gone, unknown, or of another account', 404, error('not_found'), { kind: 'gone' }],
    ['5xx: may have happened', 500, undefined, { kind: 'unknown' }],
    ['5xx: may have happened', 503, undefined, { kind: 'unknown' }],
    ['400 limit_reached (of create)', 400, error('limit_reached'), { kind: 'refused' }],
    ['429', 429, error('too_many_requests'), { kind: 'retry', pause: 'throttle' }],
    ['403', 403, error('x'), { kind: 'retry', pause: 'credential' }],
  ])('row %s', async (_row, status, json, outcome) => {
    const told = await canned([status, json]).provider.delete('shop', ref(id));
    expect(told).toMatchObject(outcome);
    expect(told.why).not.toContain('do not show');
  });

  it.each([
    ['object', { ...deleted, object: 'secret' }],
    ['id', { ...deleted, id: 'whsec_test_other' }],
    ['deleted', { ...deleted, deleted: false }],
    ['deleted', { object: 'webhook_secret', id, livemode: false }],
    ['livemode', { ...deleted, livemode: true }],
    ['object', undefined],
    ['object', []],
  ])('Deletion Response: without a fitting "%s" success is not believed', async (field, json) => {
    const told = await canned([200, json]).provider.delete('shop', ref(id));
    expect(told).toMatchObject({ kind: 'unknown', why: expect.stringContaining(`"${field}"`) });
  });

  it.each([['sec_1'], ['whsec_'], ['whsec_a/b'], ['WHSEC_a'], [''], ['xwhsec_a'], ['whsec_a\n'], ['123']])(
    '400 row: the id %j never leaves',
    async (bad) => {
      const { calls, provider } = canned([200, deleted]);
      expect((await provider.delete('shop', ref(bad))).kind).toBe('refused');
      expect(calls).toEqual([]);
    },
  );

  it('of an endpoint is refused without a call', async () => {
    const { calls, provider } = canned([200, deleted]);
    expect((await provider.delete('shop', { kind: 'endpoint', id })).kind).toBe('refused');
    expect(calls).toEqual([]);
  });
});

describe('switching off and on', () => {
  it('is refused without a call', async () => {
    const { calls, provider } = canned([200, deleted]);
    expect((await provider.disable('shop', ref(id))).kind).toBe('refused');
    expect((await provider.enable('shop', ref(id))).kind).toBe('refused');
    expect(calls).toEqual([]);
    expect(provider.capabilities.disable).toEqual([]);
  });
});

describe('creating from a backup', () => {
  it('makes a new secret, and tells its value to whoever keeps it, never in words', async () => {
    const { simulator, provider } = await simulatedBy(omise, { webhooks: 0 });
    const made = await provider.create('shop', { ...backup, kind: 'signing-secret', url: null, events: [] });
    expect(made).toMatchObject({ kind: 'done', id: [...simulator.state.keys()][0] });
    expect(Object.keys(made).sort()).toEqual(['id', 'kind', 'secret', 'why']);
    expect(made.why).not.toContain(made.secret);
    expect(provider.capabilities.lostOnRestore).toContain('secret');
  });

  it('is refused for an endpoint, and done without an id where the answer has none', async () => {
    expect((await canned([200, {}]).provider.create('shop', backup)).kind).toBe('refused');
    const made = await canned([200, { id: '../1', secret: 'x' }]).provider.create('shop', {
      ...backup,
      kind: 'signing-secret',
    });
    expect(made).not.toHaveProperty('id');
  });
});

describe('an account', () => {
  it('is one scope, says why it is experimental, and sends a version only where one is chosen', async () => {
    const { calls, provider } = canned([404, undefined]);
    expect(await provider.scopes()).toEqual({ status: 'complete', scopes: ['shop'] });
    expect(provider.capabilities.experimental).toMatch(/documentation test site/);
    await provider.list('shop');
    expect(calls[0]?.headers).not.toHaveProperty('omise-version');
    const dated = cannedBy(omise, { credentials, options: { apiVersion: '2019-05-29' } }, answer(500));
    await dated.provider.list('shop');
    expect(dated.calls[0]?.headers).toMatchObject({ 'omise-version': '2019-05-29' });
  });

  it.each([
    ['skey_test_1', 'production', /test key/],
    ['skey_live_1', 'sandbox', /live key/],
    ['pkey_test_1', 'sandbox', /public key/],
    ['pkey_live_1', 'production', /public key/],
    ['skey_test_1', 'sandbox', null],
    ['skey_live_1', 'production', null],
    ['skey_1', 'sandbox', null],
    ['skey_1', 'production', null],
  ] as const)('with the key %s in %s: %s', async (key, environment, words) => {
    const account = accountOf(omise, 'https://api.omise.co', { environment });
    const why = omise.contradiction?.(account, { secretKey: key }) ?? null;
    if (words === null) expect(why).toBeNull();
    else expect(why).toMatch(words);
    expect(why ?? '').not.toContain(key);
  });

  it('with a key that contradicts it makes no call, even where nobody asked first', async () => {
    const { calls, provider } = cannedBy(omise, { credentials: { secretKey: 'pkey_test_1' } }, answer(200, deleted));
    const live = ref(id);
    expect(await provider.delete('shop', live)).toMatchObject({ kind: 'refused', why: expect.stringMatching(/pkey_/) });
    expect((await provider.list('shop')).status).toBe('error');
    expect(calls).toEqual([]);
  });

  it('refuses options that are none', () => {
    const bad: Record<string, string | number>[] = [{ apiVersion: 'latest' }, { other: 1 }, { apiVersion: 20190529 }];
    for (const options of bad) expect(() => cannedBy(omise, { options }, answer(200))).toThrow();
  });
});
