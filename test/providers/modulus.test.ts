import { describe, expect, it } from 'vitest';
import { modulus } from '../../lib/providers/modulus.ts';
import type { Backup } from '../../lib/webhook.ts';
import { account, answer, canned, simulated } from './modulus-account.ts';

const hook = (id: string) => ({ kind: 'endpoint' as const, id });

const reference = 'abc123-def456-ghi789';
const backup: Backup = {
  id: '123',
  kind: 'endpoint',
  url: 'https://api.example.com/webhooks',
  name: null,
  events: ['QRPH_DECLINED', 'QRPH_SUCCESS'],
  enabled: true,
  settings: {},
  secretId: null,
  createdAt: null,
  fingerprint: 'f1:0:on',
  urlRedacted: false,
};

describe('deleting, as the page "Delete Webhook" has it', () => {
  it('sends DELETE to the id, with Basic authentication by the secret key and an empty password, without a body', async () => {
    const { calls, provider } = canned(answer(204));
    await provider.delete('shop', hook('123'));
    expect(calls).toMatchObject([
      {
        method: 'DELETE',
        url: 'https://webhooks.sbx.moduluslabs.io/v1/webhooks/123',
        headers: { authorization: `Basic ${btoa('sk_4711_secret:')}` },
        account: 'shop',
      },
    ]);
    expect(calls[0]).not.toHaveProperty('body');
    expect(calls[0]?.headers).not.toHaveProperty('activation-code');
  });

  it.each([
    [204, undefined, { kind: 'done' }],
    [200, { message: 'Webhook deleted successfully' }, { kind: 'done' }],
    [404, { code: '20000004', error: 'Webhook not found', referenceNumber: reference }, { kind: 'gone' }],
    [401, { code: '20000001', error: 'Invalid', referenceNumber: reference }, { kind: 'retry', pause: 'credential' }],
    [403, { code: '10000003', error: 'Disabled' }, { kind: 'retry', pause: 'credential' }],
    [400, { code: '10000015' }, { kind: 'retry', pause: 'credential' }],
    [400, { code: '10000016' }, { kind: 'refused' }],
    [429, {}, { kind: 'retry', pause: 'throttle' }],
    [500, undefined, { kind: 'unknown' }],
    [502, undefined, { kind: 'unknown' }],
  ])('HTTP %i with %j means %j', async (status, json, outcome) => {
    expect(await canned(answer(status, json)).provider.delete('shop', hook('123'))).toMatchObject(outcome);
  });

  it('tells code and reference number, which support asks for, but not the text', async () => {
    const json = { code: '20000004', error: 'Webhook not found', referenceNumber: reference };
    const { why } = await canned(answer(404, json)).provider.delete('shop', hook('123'));
    expect(why).toContain(`code 20000004, reference ${reference}`);
    expect(why).not.toContain('Webhook not found');
  });

  it('shows neither code nor reference that hold the secret, however it is written', async () => {
    for (const value of [
      'sk_4711_secret',
      'x-SK_4711_SECRET-x',
      btoa('sk_4711_secret:').replace(/=+$/, ''),
      'sk_4711',
    ]) {
      const { why } = await canned(answer(404, { code: value, referenceNumber: value })).provider.delete(
        'shop',
        hook('1'),
      );
      expect(why).toBe('not there for this credential (HTTP 404)');
    }
  });

  it('encodes an id that has to be', async () => {
    const { calls, provider } = canned(answer(204));
    await provider.delete('shop', hook('a b&ü'));
    expect(calls[0]?.url).toMatch(/\/a%20b%26%C3%BC$/);
  });
});

describe('switching off and on', () => {
  it('sends the status under both names that the documents have, and neither URL nor actions', async () => {
    const { calls, provider } = canned(answer(200));
    expect((await provider.disable('shop', hook('123'))).kind).toBe('done');
    await provider.enable('shop', hook('123'));
    expect(calls.map(({ method, body }) => [method, body])).toEqual([
      ['PUT', { webhookStatus: 'DISABLED', status: 'DISABLED' }],
      ['PUT', { webhookStatus: 'ENABLED', status: 'ENABLED' }],
    ]);
  });

  it.each([400, 422])('tries one name after the other where both together get HTTP %i', async (status) => {
    const { calls, provider } = canned(answer(status), answer(status), answer(200));
    expect((await provider.disable('shop', hook('123'))).kind).toBe('done');
    expect(calls.map(({ body }) => body).slice(1)).toEqual([{ webhookStatus: 'DISABLED' }, { status: 'DISABLED' }]);
  });

  it.each([401, 404, 409, 429, 500])('does not try again after HTTP %i', async (status) => {
    const { calls, provider } = canned(answer(status));
    await provider.disable('shop', hook('123'));
    expect(calls.length).toBe(1);
  });

  it('is refused where every name is', async () => {
    expect((await canned(answer(400)).provider.disable('shop', hook('123'))).kind).toBe('refused');
  });

  it.each([[[]], [['status-field']], [['strict']], [['strict', 'status-field']], [['id-uuid']]])(
    'takes effect at a provider with %j',
    async (quirks) => {
      const { simulator, provider } = await simulated({ faults: quirks });
      const listing = await provider.list('shop');
      const id = listing.status === 'complete' ? (listing.webhooks[0]?.id ?? '') : '';
      const before = simulator.state.get('101');
      expect((await provider.disable('shop', hook(id))).kind).toBe('done');
      expect(simulator.state.get('101')).toMatchObject({ enabled: false, url: before?.url, events: before?.events });
      expect((await provider.enable('shop', hook(id))).kind).toBe('done');
      expect(simulator.state.get('101')?.enabled).toBe(true);
    },
  );
});

describe('creating from a backup', () => {
  it('sends several actions as an array, and the activation code', async () => {
    const { calls, provider } = canned(answer(201, { id: 'b6a7c9d0-0000-4000-8000-000000000001' }));
    const made = await provider.create('shop', { ...backup, enabled: false });
    expect(made).toMatchObject({ kind: 'done', id: 'b6a7c9d0-0000-4000-8000-000000000001' });
    expect(calls).toMatchObject([
      {
        method: 'POST',
        headers: { 'activation-code': 'act-99' },
        body: { callbackUrl: backup.url, webhookAction: backup.events, webhookStatus: 'DISABLED' },
      },
    ]);
  });

  it.each([[[]], [['array-action']]])('makes one with a single action at a provider with %j', async (quirks) => {
    const { simulator, provider } = await simulated({ faults: quirks, webhooks: 0 });
    const made = await provider.create('shop', { ...backup, events: ['QRPH_SUCCESS'] });
    expect(made).toMatchObject({ kind: 'done', id: '101' });
    expect(simulator.state.get('101')).toMatchObject({ url: backup.url, events: ['QRPH_SUCCESS'], enabled: true });
  });

  it('is refused where that URL is registered already', async () => {
    const { provider } = await simulated({ webhooks: 0 });
    await provider.create('shop', backup);
    expect((await provider.create('shop', backup)).kind).toBe('refused');
  });

  it('is refused without a call where the URL is not whole', async () => {
    const { calls, provider } = canned(answer(201));
    expect((await provider.create('shop', { ...backup, urlRedacted: true })).kind).toBe('refused');
    expect((await provider.create('shop', { ...backup, url: null })).kind).toBe('refused');
    expect(calls).toEqual([]);
  });

  it('is done without an id where the answer has none that can be used', async () => {
    for (const json of [undefined, {}, { id: '../1' }, { id: null }, []]) {
      expect(await canned(answer(201, json)).provider.create('shop', backup)).not.toHaveProperty('id');
    }
  });
});

describe('an account', () => {
  it('is one scope, by its name, which costs no call', async () => {
    const { calls, provider } = canned(answer(500));
    expect(await provider.scopes()).toEqual({ status: 'complete', scopes: ['shop'] });
    expect(calls).toEqual([]);
  });

  it.each([
    ['https://webhooks.sbx.moduluslabs.io', 'production', true],
    ['https://webhooks.moduluslabs.io', 'sandbox', true],
    ['https://webhooks.sbx.moduluslabs.io', 'sandbox', false],
    ['https://webhooks.moduluslabs.io', 'production', false],
    ['https://proxy.example.com', 'sandbox', false],
    ['http://127.0.0.1:8080', 'sandbox', false],
    ['http://127.0.0.1:8080', 'production', false],
  ] as const)('at %s in %s: contradiction %s', (baseUrl, environment, contradicts) => {
    expect(modulus.contradiction?.(account(baseUrl, environment), { secretKey: 'x' }) !== null).toBe(contradicts);
  });

  it('needs its base URL in production', () => {
    expect(modulus.baseUrl).toEqual({ sandbox: 'https://webhooks.sbx.moduluslabs.io', production: null });
  });
});
