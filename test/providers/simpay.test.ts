import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { simpay } from '../../lib/providers/simpay.ts';
import { accountOf, answer, backup, cannedBy, simulatedBy } from './opened.ts';

const hook = (id: string) => ({ kind: 'endpoint' as const, id });
const credentials = { clientId: 'client-4711', clientSecret: 'secret-4711', hmacKey: 'hmac-4711' };
const options = { sourceAccounts: [{ branch: '0001', number: '1234567' }] };
const scope = '0001:1234567';
const token = answer(200, { access_token: 'ey.token-4711.x' });
const canned = (...answers: Parameters<typeof answer>[]) =>
  cannedBy(simpay, { credentials, options }, token, ...answers.map((one) => answer(...one)));
const hmacOf = (body: string) => createHmac('sha512', credentials.hmacKey).update(body).digest('hex');

describe('deleting, as the page "Delete Webhook" has it', () => {
  it('Headers, Path Parameters: sends DELETE to the id with a Bearer token and an hmac of nothing', async () => {
    const { calls, provider } = canned([200, { message: 'Webhook deleted successfully' }]);
    expect((await provider.delete(scope, hook('789'))).kind).toBe('done');
    expect(calls[1]).toMatchObject({
      method: 'DELETE',
      url: 'https://api.example.com/v3/accounts/api/webhooks/789',
      headers: { authorization: 'Bearer ey.token-4711.x', hmac: hmacOf('') },
    });
    expect(calls[1]).not.toHaveProperty('body');
  });

  const credential = { kind: 'retry', pause: 'credential' };
  it.each([
    ['Response: message', 200, { message: 'Webhook deleted successfully' }, { kind: 'done' }],
    ['Response: any success', 204, undefined, { kind: 'done' }],
    ['400 Company not found', 400, { message: 'Company not found' }, credential],
    ['400 Company not found, under another field', 400, { error: 'Company not found' }, credential],
    ['400 Company not found, under a third field', 400, { detail: 'Company not found' }, credential],
    [
      '400 Account is closed',
      400,
      { message: 'Account is closed' },
      { kind: 'refused', why: expect.stringMatching(/closed/) },
    ],
    [
      '404 Webhook not found: gone, of another company, or no active policy',
      404,
      { message: 'Webhook not found' },
      { kind: 'gone', why: expect.stringMatching(/another company.*active policy/) },
    ],
    ['404 of a path that is not there', 404, undefined, { kind: 'gone', why: expect.stringMatching(/options\.paths/) }],
    ['another 400', 400, { message: 'Company not found here' }, { kind: 'refused' }],
    ['a message that only begins so', 400, { message: 'company not found' }, { kind: 'refused' }],
    ['the message with another status', 422, { message: 'Company not found' }, { kind: 'refused' }],
    ['401 twice', 401, {}, credential],
    ['403', 403, {}, credential],
    ['429', 429, {}, { kind: 'retry', pause: 'throttle' }],
    ['500', 500, {}, { kind: 'unknown' }],
  ])('row %s', async (_row, status, json, outcome) => {
    const { provider } = cannedBy(
      simpay,
      { credentials, options },
      token,
      answer(status, json),
      token,
      answer(status, json),
    );
    const told = await provider.delete(scope, hook('789'));
    expect(told).toMatchObject(outcome);
    for (const secret of ['4711', 'Company', 'Webhook not']) expect(told.why).not.toContain(secret);
  });

  it('sends no hmac where there is no key for it', async () => {
    const { hmacKey: _, ...plain } = credentials;
    const { calls, provider } = cannedBy(simpay, { credentials: plain, options }, token, answer(200, {}));
    await provider.delete(scope, hook('789'));
    expect(calls.some(({ headers }) => 'hmac' in headers)).toBe(false);
  });

  it.each([['../1'], ['a/b'], [''], ['a%2f']])('never goes to the id %j', async (id) => {
    const { calls, provider } = canned([200, {}]);
    expect((await provider.delete(scope, hook(id))).kind).toBe('refused');
    expect(calls).toEqual([]);
  });

  it('of another source account, or of a secret, is refused without a call', async () => {
    const { calls, provider } = canned([200, {}]);
    expect((await provider.delete('0001:9', hook('1'))).kind).toBe('refused');
    expect((await provider.delete(scope, { kind: 'signing-secret', id: '1' })).kind).toBe('refused');
    expect((await provider.create('0001:9', backup)).kind).toBe('refused');
    expect((await provider.list('0001:9')).status).toBe('error');
    expect(calls).toEqual([]);
  });

  it('goes to one address only, whatever is answered', async () => {
    const { simulator, provider } = await simulatedBy(simpay, { faults: ['list-elsewhere'] });
    await provider.list(scope);
    await provider.delete(scope, hook('999'));
    const deletes = simulator.requests.filter(({ method }) => method === 'DELETE');
    expect(deletes.map(({ path }) => path)).toEqual(['/v3/accounts/api/webhooks/999']);
  });
});

describe('switching off and on', () => {
  it('is refused without a call: there is no such thing, and the URL is never changed', async () => {
    const { calls, provider } = canned([200, {}]);
    expect((await provider.disable(scope, hook('1'))).kind).toBe('refused');
    expect((await provider.enable(scope, hook('1'))).kind).toBe('refused');
    expect(calls).toEqual([]);
    expect(provider.capabilities).toMatchObject({ disable: [], parkedUrls: true, ownSecret: true });
  });
});

describe('creating from a backup', () => {
  const one = { ...backup, events: ['CASHIN'] };

  it('sends URL, type and source account, signed as they are sent', async () => {
    const { calls, provider } = canned([201, { id: 790, authorization_token: 'x' }]);
    expect(await provider.create(scope, one)).toMatchObject({ kind: 'done', id: '790' });
    const body = {
      url: backup.url,
      type_webhook: 'CASHIN',
      source_account_branch_identifier: '0001',
      source_account_number: '1234567',
    };
    expect(calls[1]).toMatchObject({ method: 'POST', url: 'https://api.example.com/v3/accounts/api/webhooks', body });
    expect(calls[1]?.headers.hmac).toBe(hmacOf(JSON.stringify(calls[1]?.body)));
  });

  it('makes it, and says before what cannot come back', async () => {
    const { simulator, provider } = await simulatedBy(simpay, { webhooks: 0 });
    const made = await provider.create(scope, one);
    expect(simulator.state.get(made.id ?? '')).toMatchObject({ url: backup.url, events: ['CASHIN'], source: scope });
    expect(provider.capabilities.lostOnRestore).toEqual(
      expect.arrayContaining(['authorization_token', 'x_functions_key']),
    );
  });

  it('is done without an id where the answer has none that can be used', async () => {
    for (const json of [undefined, {}, { id: '../1' }, []])
      expect(await canned([201, json]).provider.create(scope, one)).not.toHaveProperty('id');
    expect(await canned([201, { webhook_id: 5 }]).provider.create(scope, one)).toMatchObject({ id: '5' });
  });

  it('is refused without a call where the URL is not whole or there is not one type', async () => {
    const { calls, provider } = canned([201, {}]);
    for (const odd of [{ urlRedacted: true }, { url: null }, { events: [] }, { kind: 'signing-secret' as const }])
      expect((await provider.create(scope, { ...one, ...odd })).kind).toBe('refused');
    expect(calls).toEqual([]);
  });
});

describe('an account', () => {
  it('has a scope for each source account, which costs no call', async () => {
    const two = { sourceAccounts: [...options.sourceAccounts, { branch: '1', number: '2-x' }] };
    const { calls, provider } = cannedBy(simpay, { credentials, options: two }, answer(500));
    expect(await provider.scopes()).toEqual({ status: 'complete', scopes: [scope, '1:2-x'] });
    expect(calls).toEqual([]);
  });

  it.each([
    [{}],
    [{ sourceAccounts: [] }],
    [{ sourceAccounts: [{ branch: '1' }] }],
    [{ sourceAccounts: [{ branch: 1, number: '2' }] }],
    [{ sourceAccounts: [{ branch: 'a:b', number: '2' }] }],
    [{ sourceAccounts: [...options.sourceAccounts, ...options.sourceAccounts] }],
    [{ ...options, paths: { prefix: 'v3' } }],
    [{ ...options, paths: { prefix: '/v3/../v1' } }],
    [{ ...options, paths: { list: '/a?b=c' } }],
    [{ ...options, paths: { other: '/a' } }],
    [{ ...options, other: 1 }],
  ])('refuses the options %j', (bad) => {
    expect(() => cannedBy(simpay, { credentials, options: bad as never }, answer(200))).toThrow();
  });

  it('calls where options.paths says', async () => {
    const paths = { prefix: '/api', list: '/v9/hooks', token: '/v3/token', trailingSlash: true };
    const { calls, provider } = cannedBy(
      simpay,
      { credentials, options: { ...options, paths } },
      token,
      answer(200, []),
    );
    await provider.list(scope);
    await provider.delete(scope, hook('7'));
    await provider.create(scope, { ...backup, events: ['CASHIN'] });
    expect(calls.map(({ url }) => url.replace(/\?.*/, ''))).toEqual([
      'https://api.example.com/v3/token',
      'https://api.example.com/v9/hooks',
      'https://api.example.com/api/webhooks/7/',
      'https://api.example.com/api/webhooks/',
    ]);
  });

  it.each([
    ['https://api.somossimpay.com.br', 'sandbox', true],
    ['https://api.somossimpay.com.br', 'production', false],
    ['https://sandbox.example.com', 'sandbox', false],
    ['http://127.0.0.1:8080', 'sandbox', false],
  ] as const)('at %s in %s: contradiction %s', (baseUrl, environment, contradicts) => {
    const account = accountOf(simpay, baseUrl, { environment, options });
    expect(simpay.contradiction?.(account, credentials) != null).toBe(contradicts);
  });

  it('needs its base URL in a sandbox', () => {
    expect(simpay.baseUrl).toEqual({ sandbox: null, production: 'https://api.somossimpay.com.br' });
  });
});
