import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../lib/limits.ts';
import { simpay } from '../../lib/providers/simpay.ts';
import { backupOf } from '../../lib/webhook.ts';
import { accountOf, answer, cannedBy, simulatedBy } from './opened.ts';

const credentials = { clientId: 'client-4711', clientSecret: 'secret-4711' };
const options = { sourceAccounts: [{ branch: '0001', number: '1234567' }] };
const scope = '0001:1234567';
const token = answer(200, { access_token: 'ey.token' });
const base = 'https://api.example.com/v3/accounts/api/webhooks';
const asked = 'source_account_branch_identifier=0001&source_account_number=1234567';

const row = { id: 789, url: 'https://api.loja.com.br/pix', type_webhook: 'CASHIN' };
const canned = (...pages: unknown[]) =>
  cannedBy(simpay, { credentials, options }, token, ...pages.map((json) => answer(200, json)));
const list = (...pages: unknown[]) => canned(...pages).provider.list(scope);
const why = async (...pages: unknown[]) => {
  const listing = await list(...pages);
  return listing.status === 'complete' ? 'complete' : `${listing.status}: ${listing.outcome.why}`;
};
const paged = (results: unknown, more = {}) => ({ count: 1, next: null, previous: null, results, ...more });
const settingsOf = async (more: Record<string, unknown>) => {
  const listing = await list([{ ...row, ...more }]);
  return listing.status === 'complete' ? listing.webhooks[0]?.settings : null;
};

describe('a list of SimPay webhooks', () => {
  it.each([
    ['an array', [row]],
    ['{ webhooks }', { webhooks: [row] }],
    ['{ count, next, previous, results }', paged([row])],
    ['an array with the id as text and under another name', [{ ...row, id: undefined, webhook_id: '789' }]],
  ])('may be %s', async (_name, json) => {
    expect(await list(json)).toEqual({
      status: 'complete',
      webhooks: [
        {
          id: '789',
          kind: 'endpoint',
          url: 'https://api.loja.com.br/pix',
          name: null,
          events: ['CASHIN'],
          enabled: true,
          createdAt: null,
          updatedAt: null,
          signal: null,
          settings: { authorizationToken: 'not told', xFunctionsKey: 'not told' },
          secretId: null,
        },
      ],
    });
  });

  it.each([[[]], [{ webhooks: [] }], [paged([], { count: 0 })]])('may be empty as %j', async (json) => {
    expect(await list(json)).toEqual({ status: 'complete', webhooks: [] });
  });

  it('asks for one source account', async () => {
    const { calls, provider } = canned([row]);
    await provider.list(scope);
    expect(calls[1]).toMatchObject({ method: 'GET', url: `${base}?${asked}` });
  });

  it.each([
    [0, 1],
    [1, 1],
    [9, 1],
    [10, 1],
    [11, 4],
    [20, 4],
    [21, 6],
    [95, 20],
  ])('of %i is read whole in %i calls, several pages twice', async (webhooks, calls) => {
    const { simulator, provider } = await simulatedBy(simpay, { webhooks });
    const listing = await provider.list(scope);
    const ids = listing.status === 'complete' ? listing.webhooks.map(({ id }) => id) : [];
    expect(ids).toEqual([...simulator.state.keys()]);
    const lists = simulator.requests.filter(({ method }) => method === 'GET');
    expect(lists.length).toBe(calls);
    expect(simulator.requests.length).toBe(calls + 1);
  });

  it.each(['shape-array', 'shape-webhooks', 'list-elsewhere'])('is the same under %s', async (fault) => {
    const { simulator, provider } = await simulatedBy(simpay, { webhooks: 12 });
    const plain = await provider.list(scope);
    simulator.setFaults([fault]);
    expect(await provider.list(scope)).toEqual(plain);
  });

  it.each([
    ['count-wrong', 5],
    ['count-wrong', 12],
    ['next-elsewhere', 12],
    ['next-loop', 12],
    ['next-loop', 0],
    ['shifting-list', 12],
    ['ignore-filter', 3],
  ])('is incomplete under %s with %i webhooks', async (fault, webhooks) => {
    const { simulator, provider } = await simulatedBy(simpay, { webhooks, faults: [fault] });
    const other = {
      ...simulator.state.get('701'),
      id: '9',
      url: 'https://x.example',
      events: ['CASHIN'],
      source: '1:2',
    };
    simulator.state.set('9', other as never);
    expect((await provider.list(scope)).status).toBe('incomplete');
  });

  it('never sends the token to the other host that a next page names', async () => {
    const { calls, provider } = canned(paged([row], { count: 2, next: `https://elsewhere.example/?${asked}&page=2` }));
    expect((await provider.list(scope)).status).toBe('incomplete');
    expect(calls.length).toBe(2);
  });

  it.each([
    ['a path alone', '/v3/accounts/api/webhooks?page=2'],
    ['another scheme', `http://api.example.com/v3/accounts/api/webhooks?${asked}&page=2`],
    ['another port', `https://api.example.com:8443/v3/accounts/api/webhooks?${asked}&page=2`],
    ['a password', `https://a:b@api.example.com/v3/accounts/api/webhooks?${asked}&page=2`],
    ['another source account', `${base}?source_account_branch_identifier=0001&source_account_number=9&page=2`],
    ['no source account', `${base}?page=2`],
    ['the same page', `${base}?${asked}`],
    ['the same page with a fragment', `${base}?${asked}#2`],
    ['nonsense', 'https://'],
  ])('follows no next page with %s', async (_name, next) => {
    const { calls, provider } = canned(paged([row], { count: 2, next }));
    expect((await provider.list(scope)).status).toBe('incomplete');
    expect(calls.length).toBe(2);
  });

  it.each([
    ['{}', {}],
    ['webhooks that are null', { webhooks: null }],
    ['results that are none', paged(null)],
    ['no count', { results: [row], next: null }],
    ['a count that is text', paged([row], { count: '1' })],
    ['text', '[]'],
    ['nothing', undefined],
    ['an array in data', { data: [row] }],
    ['a hint of more', { webhooks: [row], total: 2 }],
    ['one id twice', [row, row]],
    ['an empty page with a next one', paged([], { count: 1, next: `${base}?${asked}&page=2` })],
  ])('is incomplete as %s', async (_name, json) => {
    expect(await why(json)).toMatch(/^incomplete/);
  });

  it('is incomplete where the count changes between pages, and where a later page fails', async () => {
    const next = `${base}?${asked}&page=2`;
    const first = paged([row], { count: 2, next });
    expect(await why(first, paged([{ ...row, id: 2 }], { count: 3 }))).toMatch(/^incomplete: .*changed/);
    expect(await why(first, [{ ...row, id: 2 }])).toMatch(/^incomplete: .*changed/);
    const { provider } = cannedBy(simpay, { credentials, options }, token, answer(200, first), answer(404));
    expect((await provider.list(scope)).status).toBe('incomplete');
  });

  it.each([
    ['no id', { id: undefined }, /^incomplete: .*row 1 .*"id" is missing/],
    ['two ids', { webhook_id: 5 }, /^incomplete: .*contradict/],
    ['a rounded id', { id: Number.MAX_SAFE_INTEGER + 1 }, /^incomplete: .*"id"/],
    ['a path as its id', { id: '../1' }, /^error: .*"id"/],
    ['no URL', { url: undefined }, /^incomplete: .*"url" is missing/],
    ['no type', { type_webhook: undefined }, /^incomplete: .*"type_webhook" is missing/],
    ['a wildcard', { type_webhook: '*' }, /^incomplete: .*"type_webhook"/],
    ['several types', { type_webhook: ['CASHIN'] }, /^incomplete: .*"type_webhook"/],
    ['another branch', { source_account_branch_identifier: '0002' }, /^incomplete: .*another source account/],
    ['another account', { source_account_number: 7 }, /^incomplete: .*another source account/],
  ])('is no proof with a row with %s', async (_name, more, words) => {
    expect(await why([{ ...row, ...more }])).toMatch(words);
  });

  it('takes numbers of accounts with and without leading zeros for the same', async () => {
    expect(await why([{ ...row, source_account_branch_identifier: 1, source_account_number: 1234567 }])).toBe(
      'complete',
    );
  });

  it('does not count one that says that it is off as receiving anything', async () => {
    for (const more of [{ active: false }, { is_active: false }])
      expect(await list([{ ...row, ...more }])).toMatchObject({ webhooks: [{ enabled: false }] });
  });

  it('never keeps a token or a key, and still tells apart those that differ', async () => {
    const secrets = { authorization_token: 'hidden-token', x_functions_key: 'hidden-key' };
    const listing = await list([{ ...row, ...secrets }]);
    if (listing.status !== 'complete') throw new Error('not complete');
    expect(JSON.stringify([listing, listing.webhooks.map(backupOf)])).not.toMatch(/hidden|4711/);
    expect(await settingsOf(secrets)).toEqual(await settingsOf(secrets));
    const others = [
      {},
      { authorization_token: null },
      { ...secrets, authorization_token: 'a' },
      { ...secrets, x_functions_key: 'b' },
    ];
    const seen = await Promise.all([secrets, ...others].map(settingsOf));
    expect(new Set(seen.map((one) => JSON.stringify(one))).size).toBe(5);
  });

  it('never takes a family for its events: CASHIN covers CASHIN alone', async () => {
    const listing = await list([row, { ...row, id: 2, type_webhook: 'PIX_CASHIN_RECEIVED' }]);
    expect(listing).toMatchObject({ webhooks: [{ events: ['CASHIN'] }, { events: ['PIX_CASHIN_RECEIVED'] }] });
  });

  it('ends after a bounded number of pages', async () => {
    let calls = 0;
    const http = {
      call: async ({ method }: { method: string }) => {
        if (method === 'POST') return token;
        calls += 1;
        return answer(200, paged([{ ...row, id: calls }], { count: 9999, next: `${base}?${asked}&page=${calls + 1}` }));
      },
    };
    const provider = simpay.open(accountOf(simpay, 'https://api.example.com', { options }), credentials, http);
    expect(await provider.list(scope)).toMatchObject({ status: 'incomplete', outcome: { kind: 'refused' } });
    expect(calls).toBe(limits.listPagesMax);
  });

  it('of any JSON at all never throws, and is complete only with each row known', async () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>(...Object.values(row), null));
    const keys = fc.constantFrom('id', 'url', 'type_webhook', 'webhook_id', 'active', '__proto__');
    const rows = fc.array(
      fc.oneof(
        value,
        fc.dictionary(keys, value).map((odd) => ({ ...row, ...odd })),
      ),
    );
    const results = fc.tuple(rows, fc.nat(3)).map(([all, count]) => paged(all, { count }));
    const json = fc.oneof(value, rows, fc.record({ webhooks: rows }), results);
    await fc.assert(
      fc.asyncProperty(json, async (any) => {
        const listing = await list(any);
        if (listing.status !== 'complete') return;
        const told = any as { webhooks?: unknown[]; results?: unknown[] };
        const given = Array.isArray(any) ? any : (told.webhooks ?? told.results ?? []);
        expect(new Set(listing.webhooks.map(({ id }) => id)).size).toBe(given.length);
      }),
      { numRuns: 500 },
    );
  });
});
