import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../lib/limits.ts';
import { answer, canned, simulated } from './modulus-account.ts';

const hook = (id: string) => ({ kind: 'endpoint' as const, id });

const row = {
  id: 123,
  webhookUrl: 'https://api.example.com/webhooks',
  actions: ['QRPH_SUCCESS', 'QRPH_DECLINED'],
  status: 'ENABLED',
  createdAt: '2025-01-15T18:30:00+08:00',
  updatedAt: '2025-01-16T10:30:00Z',
};
const without = (name: keyof typeof row) => Object.fromEntries(Object.entries(row).filter(([key]) => key !== name));
const list = (json: unknown, headers = {}, status = 200) => canned(answer(status, json, headers)).provider.list('shop');
const why = async (json: unknown, headers = {}, status = 200) => {
  const listing = await list(json, headers, status);
  return listing.status === 'complete' ? 'complete' : `${listing.status}: ${listing.outcome.why}`;
};

describe('a list of Modulus webhooks', () => {
  it.each([
    ['an array', [row]],
    ['an object', { webhooks: [row], requestId: 'x' }],
    ['the names of the create page', [{ ...row, webhookUrl: null, callbackUrl: row.webhookUrl }]],
    ['a status in lower case and the name webhookStatus', [{ ...without('status'), webhookStatus: 'enabled' }]],
    ['both names that agree', [{ ...row, webhookAction: ['QRPH_DECLINED', 'QRPH_SUCCESS'], webhookStatus: 'Enabled' }]],
    ['an id as text, and fields that are not known', [{ ...row, id: '123', merchant: { name: 'x' } }]],
  ])('may be %s', async (_name, json) => {
    const webhook = {
      id: '123',
      kind: 'endpoint',
      url: 'https://api.example.com/webhooks',
      name: null,
      events: ['QRPH_DECLINED', 'QRPH_SUCCESS'],
      enabled: true,
      createdAt: '2025-01-15T10:30:00.000Z',
      updatedAt: '2025-01-16T10:30:00.000Z',
      signal: null,
      settings: {},
      secretId: null,
    };
    expect(await list(json)).toEqual({ status: 'complete', webhooks: [webhook] });
  });

  it.each(['shape-array', 'create-names', 'lower-case', 'id-uuid'])(
    'is the same when the provider has %s',
    async (quirk) => {
      const { simulator, provider } = await simulated();
      const plain = await provider.list('shop');
      simulator.setFaults([quirk]);
      const quirky = await provider.list('shop');
      if (plain.status !== 'complete' || quirky.status !== 'complete') throw new Error('not complete');
      const urls = [plain, quirky].map(({ webhooks }) =>
        webhooks.map(({ url, enabled, events }) => [url, enabled, events]),
      );
      expect(urls[1]).toEqual(urls[0]);
    },
  );

  it('may be empty', async () => {
    expect(await list([])).toEqual({ status: 'complete', webhooks: [] });
  });

  it('takes one action as text, a missing date as unknown, and a URL that does not parse as it is', async () => {
    const { actions: _, createdAt: __, ...rest } = row;
    const listing = await list([
      { ...rest, webhookUrl: 'http://[oops', webhookAction: 'QRPH_SUCCESS', updatedAt: null },
    ]);
    expect(listing).toMatchObject({
      webhooks: [{ url: 'http://[oops', events: ['QRPH_SUCCESS'], createdAt: null, updatedAt: null }],
    });
  });

  it.each([
    [{}],
    [{ webhooks: null }],
    [{ webhooks: {} }],
    [{ error: 'x' }],
    [{ webhooks: [], error: 'x' }],
    [null],
    ['[]'],
    [0],
    [undefined],
    [{ data: [row] }],
  ])('is not %j, which is never taken for empty', async (json) => {
    expect(await why(json)).toMatch(/^incomplete/);
  });

  it.each([
    ['a number of webhooks that differs', { webhooks: [row], total: 2 }, {}],
    ['a next page', { webhooks: [row], next: '/v1/webhooks?page=2' }, {}],
    ['a next page in meta', { webhooks: [row], meta: { nextPage: 2 } }, {}],
    ['more', { webhooks: [row], hasMore: true }, {}],
    ['a Link header', [row], { link: '</a>; rel="prev", </b>; rel="next"' }],
    ['a total in a header', [row], { 'x-total-count': '2' }],
  ])('is incomplete with %s', async (_name, json, headers) => {
    expect(await why(json, headers)).toMatch(/^incomplete: .*pages/);
  });

  it('is incomplete with HTTP 206, and complete with totals that add up', async () => {
    expect(await why([row], {}, 206)).toMatch(/^incomplete/);
    expect(await why({ webhooks: [row], total: 1, next: null, hasMore: false }, { link: '</a>; rel="prev"' })).toBe(
      'complete',
    );
  });

  it.each([
    ['no id', without('id'), /row 2 .*"id"/],
    ['no URL', without('webhookUrl'), /"webhookUrl" is missing/],
    ['no actions', without('actions'), /"actions" is missing/],
    ['no status', without('status'), /"status" is missing/],
    ['an empty list of actions', { ...row, actions: [] }, /"actions"/],
    ['a wildcard action, which is not documented', { ...row, actions: ['*'] }, /"actions"/],
    ['an unknown status', { ...row, status: 'PAUSED' }, /row 2 .*"status" is neither/],
    ['two statuses', { ...row, webhookStatus: 'DISABLED' }, /contradict/],
    ['two URLs', { ...row, callbackUrl: 'https://b.example.com' }, /contradict/],
    ['a date that is none', { ...row, createdAt: 'yesterday' }, /"createdAt"/],
    ['30 February', { ...row, createdAt: '2025-02-30T00:00:00Z' }, /"createdAt"/],
    ['a date without its zone', { ...row, updatedAt: '2025-02-03T00:00:00' }, /"updatedAt"/],
    ['a date as a number', { ...row, updatedAt: 1_700_000_000 }, /"updatedAt"/],
    [
      'a URL that is too long',
      { ...row, webhookUrl: `https://x/${'a'.repeat(limits.urlCharactersMax)}` },
      /"webhookUrl"/,
    ],
    ['an integer that JSON has rounded', { ...row, id: Number.MAX_SAFE_INTEGER + 1 }, /"id"/],
    ['the id of another row', { ...row, id: '1' }, /one id twice, in row 2/],
    ['no object', null, /row 2 .*object/],
  ])('is incomplete with a row of %s', async (_name, second, words) => {
    expect(await why([{ ...row, id: 1 }, second])).toMatch(words);
  });

  it.each([
    ['../123'],
    ['a/b'],
    ['a\\b'],
    ['a?b'],
    ['a#b'],
    ['a%2fb'],
    ['.'],
    ['..'],
    ['a\nb'],
    ['a\u202eb'],
    ['\ud800'],
    [''],
    ['x'.repeat(limits.idCharactersMax + 1)],
  ])('with the id %j is an error, and no call is made at that id', async (id) => {
    expect(await why([{ ...row, id }])).toMatch(/^error: .*row 1 .*"id"/);
    const { calls, provider } = canned(answer(204));
    const outcomes = [
      await provider.disable('shop', hook(id)),
      await provider.enable('shop', hook(id)),
      await provider.delete('shop', hook(id)),
    ];
    expect(outcomes.map(({ kind }) => kind)).toEqual(['refused', 'refused', 'refused']);
    expect(calls).toEqual([]);
  });

  it('never quotes a value of the provider when it complains', async () => {
    expect(await why([{ ...row, status: 'sk_4711_secret', id: 7 }])).not.toContain('sk_4711');
  });

  it('of any JSON at all never throws, and is complete only with each id known', async () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.values(row), 'DISABLED', 'QRPH_SUCCESS', null));
    const keys = fc.constantFrom(
      'id',
      'webhookUrl',
      'callbackUrl',
      'actions',
      'status',
      'webhookStatus',
      'createdAt',
      '__proto__',
    );
    const rows = fc.array(
      fc.oneof(
        fc.dictionary(keys, value),
        value,
        fc.dictionary(keys, value).map((odd) => ({ ...row, ...odd })),
      ),
    );
    const json = fc.oneof(fc.jsonValue(), rows, fc.record({ webhooks: rows }));
    await fc.assert(
      fc.asyncProperty(json, async (any) => {
        const listing = await list(any);
        if (listing.status !== 'complete') {
          expect(listing.outcome.kind).toMatch(/^(retry|refused)$/);
          return;
        }
        const given = Array.isArray(any) ? any : (any as { webhooks: unknown[] }).webhooks;
        const ids = listing.webhooks.map(({ id }) => id);
        expect(ids.length).toBe(given.length);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.every((id) => typeof id === 'string' && id !== '')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
