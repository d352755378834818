import { describe, expect, it } from 'vitest';
import { spaaza } from '../../lib/providers/spaaza.ts';
import { answer, backup, cannedBy, simulatedBy } from './opened.ts';

const hook = (id: string) => ({ kind: 'endpoint' as const, id });
const signature = (id: string) => ({ kind: 'signing-secret' as const, id });
const credentials = { sessionUserId: '213112', sessionKey: 'session_4711_secret' };
const given = { credentials, options: { chainIds: ['1743', '1744'] } };
const canned = (...answers: Parameters<typeof answer>[]) =>
  cannedBy(spaaza, given, ...answers.map((one) => answer(...one)));
const error = (code: number) => ({ result: { code, status: 'do-not-show-this' }, errors: 'do-not-show-this' });
const ok = (results: unknown) => ({ result: { code: 1, status: 'ok' }, results });
const deleted = ok({
  webhook_signature: { active: false, chain: { id: 1743 }, deleted: true, id: 56, value: 'a1b2c3d4e5f6' },
  result_type: 'delete-webhook-signature',
});

describe('deleting, as the page "Deleting a webhook signature" has it', () => {
  it('sends DELETE with the id as a parameter, in the session, and without a body', async () => {
    const { calls, provider } = canned([200, deleted]);
    expect((await provider.delete('1743', signature('56'))).kind).toBe('done');
    expect(calls).toMatchObject([
      {
        method: 'DELETE',
        url: 'https://api.example.com/internal/delete-webhook-signature?id=56',
        headers: {
          'X-Spaaza-Session-User-Id': '213112',
          'X-Spaaza-Session-Key': 'session_4711_secret',
          'X-Spaaza-API-version': '1.6.1',
        },
      },
    ]);
    expect(calls[0]).not.toHaveProperty('body');
    expect(calls[0]?.headers).not.toHaveProperty('X-Spaaza-MyPrice-App-Hostname');
  });

  it('sends id and chain_id for a webhook', async () => {
    const { calls, provider } = canned([200, ok({ webhook: { id: 1234, deleted: true } })]);
    expect((await provider.delete('1743', hook('1234'))).kind).toBe('done');
    expect(calls[0]?.url).toBe('https://api.example.com/internal/delete-webhook?id=1234&chain_id=1743');
  });

  const credential = { kind: 'retry', pause: 'credential' };
  it.each([
    ['code 3 http_vars_missing', 400, 3, { kind: 'refused' }],
    ['code 6 no_valid_session', 401, 6, { ...credential, why: expect.stringMatching(/log in/) }],
    ['code 19 http_request_method_non_DELETE_not_allowed', 405, 19, { kind: 'refused' }],
    [
      'code 68 permission_denied_or_non_existent',
      403,
      68,
      { ...credential, why: expect.stringMatching(/no right .* or there is no such chain/) },
    ],
    ['code 528 webhook_signature_not_found', 404, 528, { kind: 'gone' }],
    ['a not-found code that is not documented', 404, 999, { kind: 'gone' }],
    ['401 without a code', 401, null, credential],
    ['429', 429, null, { kind: 'retry', pause: 'throttle' }],
    ['500', 500, 1, { kind: 'unknown' }],
    ['502 of a proxy', 502, null, { kind: 'unknown' }],
    ['code 6 with HTTP 200', 200, 6, credential],
    ['code 68 with HTTP 200', 200, 68, credential],
    ['code 528 with HTTP 200', 200, 528, { kind: 'gone' }],
    ['code 3 with HTTP 200', 200, 3, { kind: 'refused' }],
    ['a code that is not documented with HTTP 200', 200, 999, { kind: 'unknown' }],
    ['HTTP 200 without result.code', 200, null, { kind: 'unknown' }],
  ])('row %s', async (_row, status, code, outcome) => {
    const told = await canned([status, code === null ? {} : error(code)]).provider.delete('1743', signature('56'));
    expect(told).toMatchObject(outcome);
    expect(told.why).not.toContain('do-not-show');
    expect(told.why).not.toContain('session_4711');
  });

  it.each([
    ['another id', ok({ webhook_signature: { id: 57, deleted: true } })],
    ['a row that is not deleted', ok({ webhook_signature: { id: 56, deleted: false } })],
    ['a row that does not tell', ok({ webhook_signature: { id: 56 } })],
    ['a row of the other kind', ok({ webhook: { id: 56, deleted: true } })],
    ['no row', ok({})],
    ['no results', { result: { code: 1 } }],
  ])('Example response: success with %s is not believed', async (_name, json) => {
    expect((await canned([200, json]).provider.delete('1743', signature('56'))).kind).toBe('unknown');
  });

  it('never tells the value of the signature, which the example response has', async () => {
    expect(JSON.stringify(await canned([200, deleted]).provider.delete('1743', signature('56')))).not.toContain('a1b2');
  });

  it.each([[[]], [['repeat-delete']]])('a second time at a provider with %j is harmless', async (faults) => {
    const { provider } = await simulatedBy(spaaza, { faults });
    for (const webhook of [hook('101'), signature('101')]) {
      expect((await provider.delete('1743', webhook)).kind).toBe('done');
      expect((await provider.delete('1743', webhook)).kind).toBe(faults.length === 0 ? 'gone' : 'done');
    }
  });

  it('takes the kind as part of the name: the other one of that id stays', async () => {
    const { simulator, provider } = await simulatedBy(spaaza);
    await provider.delete('1743', signature('101'));
    expect([simulator.state.has('101'), simulator.state.has('signing-secret 101')]).toEqual([true, false]);
    await provider.delete('1743', hook('102'));
    expect([simulator.state.has('102'), simulator.state.has('signing-secret 102')]).toEqual([false, true]);
  });

  it('at a chain that the options do not have is refused without a call', async () => {
    const { calls, provider } = canned([200, deleted]);
    const outcomes = [
      await provider.delete('9', hook('1')),
      await provider.disable('9', hook('1')),
      await provider.enable('9', hook('1')),
      await provider.create('9', backup),
    ];
    expect(outcomes.every(({ kind }) => kind === 'refused')).toBe(true);
    expect((await provider.list('9')).status).toBe('error');
    expect(calls).toEqual([]);
  });
});

describe('switching a webhook off and on', () => {
  it('sends id, chain and active, and nothing else', async () => {
    const { calls, provider } = canned([200, ok({ webhook: { id: 1234, active: false } })]);
    expect((await provider.disable('1744', hook('1234'))).kind).toBe('done');
    await provider.enable('1744', hook('1234'));
    expect(calls.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['PUT', 'https://api.example.com/internal/alter-webhook', { id: 1234, chain_id: 1744, active: false }],
      ['PUT', 'https://api.example.com/internal/alter-webhook', { id: 1234, chain_id: 1744, active: true }],
    ]);
  });

  it('takes effect, and leaves the rest as it was', async () => {
    const { simulator, provider } = await simulatedBy(spaaza);
    const before = simulator.state.get('101');
    await provider.disable('1743', hook('101'));
    expect(simulator.state.get('101')).toMatchObject({ enabled: false, url: before?.url, events: before?.events });
    await provider.enable('1743', hook('101'));
    expect(simulator.state.get('101')?.enabled).toBe(true);
  });

  it('is refused for signatures without a call', async () => {
    const { calls, provider } = canned([200, deleted]);
    expect((await provider.disable('1743', signature('56'))).kind).toBe('refused');
    expect((await provider.enable('1743', signature('56'))).kind).toBe('refused');
    expect(calls).toEqual([]);
    expect(provider.capabilities.disable).toEqual(['endpoint']);
  });
});

describe('creating from a backup', () => {
  const signed = { ...backup, secretId: '102', settings: { type: 'https', filter: 'a > 1', identifier: null } };

  it('sends what the call takes, and tells the new id', async () => {
    const { calls, provider } = canned([200, ok({ webhook: { id: 77, identifier_secret: 'x' } })]);
    expect(await provider.create('1743', signed)).toMatchObject({ kind: 'done', id: '77' });
    expect(calls[0]).toMatchObject({ method: 'POST', url: 'https://api.example.com/internal/add-webhook' });
    expect(calls[0]?.body).toEqual({
      chain_id: 1743,
      event_name: 'some.event',
      type: 'https',
      url: backup.url,
      filter: 'a > 1',
      webhook_signature_id: 102,
    });
  });

  it('makes it as it was, also switched off', async () => {
    const { simulator, provider } = await simulatedBy(spaaza);
    const made = await provider.create('1743', { ...signed, enabled: false });
    expect(made.kind).toBe('done');
    expect(simulator.state.get(made.id ?? '')).toMatchObject({ enabled: false, url: backup.url, signature: '102' });
  });

  it('is unknown, with its id, where it was created and could not be switched off', async () => {
    const { provider } = canned([200, ok({ webhook: { id: 77 } })], [500, undefined]);
    expect(await provider.create('1743', { ...backup, enabled: false })).toMatchObject({ kind: 'unknown', id: '77' });
  });

  it('makes a new signature, and never tells its value', async () => {
    const { simulator, provider } = await simulatedBy(spaaza, { webhooks: 0 });
    const made = await provider.create('1743', { ...backup, kind: 'signing-secret', url: null, events: [] });
    expect(Object.keys(made).sort()).toEqual(['id', 'kind', 'why']);
    expect(simulator.state.has(`signing-secret ${made.id}`)).toBe(true);
    expect(provider.capabilities.lostOnRestore).toEqual(expect.arrayContaining(['secret', 'identifier_secret']));
  });

  it('is refused without a call where the URL is not whole or there is not one event', async () => {
    const { calls, provider } = canned([200, deleted]);
    for (const odd of [{ urlRedacted: true }, { url: null }, { events: [] }, { events: ['a', 'b'] }])
      expect((await provider.create('1743', { ...backup, ...odd })).kind).toBe('refused');
    expect(calls).toEqual([]);
  });
});

describe('an account', () => {
  it('has a scope for each chain, which costs no call', async () => {
    const { calls, provider } = canned([500, undefined]);
    expect(await provider.scopes()).toEqual({ status: 'complete', scopes: ['1743', '1744'] });
    expect(calls).toEqual([]);
  });

  it('sends its own version and host name of the app', async () => {
    const options = { chainIds: ['1743'], apiVersion: '1.4.8', appHostname: 'shop.example.com' };
    const { calls, provider } = cannedBy(spaaza, { credentials, options }, answer(500));
    await provider.list('1743');
    expect(calls[0]?.headers).toMatchObject({
      'X-Spaaza-API-version': '1.4.8',
      'X-Spaaza-MyPrice-App-Hostname': 'shop.example.com',
    });
  });

  it.each([
    [{}],
    [{ chainIds: [] }],
    [{ chainIds: ['1', '1'] }],
    [{ chainIds: [1743] }],
    [{ chainIds: ['x'] }],
    [{ chainIds: ['1'], apiVersion: '2' }],
    [{ chainIds: ['1'], appHostname: 'a/b' }],
    [{ chainIds: ['1'], kinds: ['signing-secret'] }],
    [{ chainIds: ['1'], kinds: [] }],
    [{ chainIds: ['1'], other: true }],
  ])('refuses the options %j', (options) => {
    expect(() => cannedBy(spaaza, { credentials, options: options as never }, answer(200))).toThrow();
  });

  it('needs its base URL in both environments', () => {
    expect(spaaza.baseUrl).toEqual({ sandbox: null, production: null });
  });
});
