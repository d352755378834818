import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../lib/limits.ts';
import { omise } from '../../lib/providers/omise.ts';
import { backupOf } from '../../lib/webhook.ts';
import { accountOf, answer, cannedBy, simulatedBy } from './opened.ts';

const credentials = { secretKey: 'skey_test_4711secret' };
const row = {
  object: 'webhook_secret',
  id: 'whsec_test_a',
  livemode: false,
  created_at: '2026-01-15T10:30:00Z',
  metadata: { note: 'hidden-value' },
  secret: 'hidden-value',
};
const page = (data: unknown, more = {}) => ({ object: 'list', data, limit: 100, offset: 0, total: 1, ...more });
const list = (...pages: unknown[]) =>
  cannedBy(omise, { credentials }, ...pages.map((json) => answer(200, json))).provider.list('shop');
const why = async (...pages: unknown[]) => {
  const listing = await list(...pages);
  return listing.status === 'complete' ? 'complete' : `${listing.status}: ${listing.outcome.why}`;
};

describe('a list of Omise signing secrets', () => {
  it('has what tells secrets apart, and no value and no metadata', async () => {
    const listing = await list(page([row]));
    expect(listing).toEqual({
      status: 'complete',
      webhooks: [
        {
          id: 'whsec_test_a',
          kind: 'signing-secret',
          url: null,
          name: null,
          events: [],
          enabled: true,
          createdAt: '2026-01-15T10:30:00.000Z',
          updatedAt: null,
          signal: null,
          settings: {},
          secretId: null,
        },
      ],
    });
    if (listing.status !== 'complete') throw new Error('not complete');
    expect(JSON.stringify([listing, listing.webhooks.map(backupOf)])).not.toContain('hidden');
  });

  it.each([
    [0, 1],
    [1, 1],
    [99, 1],
    [100, 1],
    [101, 2],
    [199, 2],
    [200, 3],
    [450, 5],
  ])('of %i is read whole in %i calls', async (webhooks, calls) => {
    const { simulator, provider } = await simulatedBy(omise, { webhooks });
    const listing = await provider.list('shop');
    const ids = listing.status === 'complete' ? listing.webhooks.map(({ id }) => id) : [];
    expect(ids).toEqual([...simulator.state.keys()]);
    expect(simulator.requests.length).toBe(calls);
    expect(
      simulator.requests.every(({ method, query }) => method === 'GET' && /limit=100&offset=\d+/.test(query)),
    ).toBe(true);
  });

  it('is whole also where the provider gives shorter pages than were asked for', async () => {
    const { provider } = await simulatedBy(omise, { webhooks: 11, faults: ['small-pages'] });
    expect(await provider.list('shop')).toMatchObject({ status: 'complete', webhooks: { length: 11 } });
  });

  it.each([
    ['total-wrong', 12],
    ['total-wrong', 100],
    ['repeat-page', 150],
    ['shifting-list', 150],
    ['shifting-list', 250],
  ])('is incomplete under %s with %i secrets', async (fault, webhooks) => {
    const { provider } = await simulatedBy(omise, { webhooks, faults: [fault] });
    expect((await provider.list('shop')).status).toBe('incomplete');
  });

  it('is incomplete where the total changes between pages', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ ...row, id: `whsec_test_${name}` }));
    const second = page([a, b], { total: 2 });
    expect(await why(page([a], { total: 2 }), second)).toBe('complete');
    expect(await why(page([a], { total: 3 }), second)).toMatch(/^incomplete: .*changed/);
    expect(await why(page([a], { total: 2 }), page([a, b, c], { total: 3 }))).toMatch(/^incomplete: .*changed/);
  });

  it('is an error where a secret is of the other mode', async () => {
    const { provider } = await simulatedBy(omise, { faults: ['live-mode'] });
    expect(await provider.list('shop')).toMatchObject({
      status: 'error',
      outcome: { kind: 'refused', why: expect.stringMatching(/livemode/) },
    });
  });

  it('is incomplete where a later page fails, and keeps the pause', async () => {
    const { provider } = await simulatedBy(omise, { webhooks: 150 });
    const listing = cannedBy(omise, { credentials }, answer(200, page([row], { total: 2 })), answer(429)).provider.list(
      'shop',
    );
    expect(await listing).toMatchObject({ status: 'incomplete', outcome: { kind: 'retry', pause: 'throttle' } });
    expect((await provider.list('shop')).status).toBe('complete');
  });

  it.each([
    ['an array', [row]],
    ['nothing', undefined],
    ['no total', { object: 'list', data: [row], offset: 0 }],
    ['no offset', { object: 'list', data: [row], total: 1 }],
    ['another object', page([row], { object: 'account' })],
    ['data that is no array', page({})],
    ['another offset', page([row], { offset: 5 })],
    ['a total that is too small', page([row, { ...row, id: 'whsec_test_b' }])],
    ['a total that is too large', page([row], { total: 3 })],
    ['a negative total', page([], { total: -1 })],
    ['half a row of total', page([row], { total: 1.5 })],
  ])('is incomplete as %s', async (_name, json) => {
    expect(await why(json)).toMatch(/^incomplete/);
  });

  it.each([
    ['no id', { ...row, id: undefined }, /incomplete: .*row 1 .*"id" is missing/],
    ['another id', { ...row, id: 'sec_1' }, /error: .*"id"/],
    ['a path as its id', { ...row, id: 'whsec_../x' }, /error: .*"id"/],
    ['no livemode', { ...row, livemode: undefined }, /incomplete: .*"livemode" is missing/],
    ['no date', { ...row, created_at: undefined }, /incomplete: .*"created_at" is missing/],
    ['a date that is none', { ...row, created_at: 'soon' }, /incomplete: .*"created_at"/],
    ['another object', { ...row, object: 'card' }, /incomplete: .*"object"/],
    ['no object', null, /row 1 .*object/],
  ])('is no proof with a row of %s', async (_name, bad, words) => {
    expect(await why(page([bad]))).toMatch(words);
  });

  it('is incomplete with one id twice', async () => {
    expect(await why(page([row, row], { total: 2 }))).toMatch(/incomplete: .*one id twice/);
  });

  it('ends after a bounded number of pages', async () => {
    let calls = 0;
    const http = {
      call: async ({ url }: { url: string }) => {
        calls += 1;
        const offset = Number(new URL(url).searchParams.get('offset'));
        const data = [offset, offset + 1].map((at) => ({ ...row, id: `whsec_test_${at}` }));
        return answer(200, page(data, { offset, total: 1_000_000 }));
      },
    };
    const provider = omise.open(accountOf(omise, 'https://api.example.com'), credentials, http);
    expect(await provider.list('shop')).toMatchObject({ status: 'incomplete', outcome: { kind: 'refused' } });
    expect(calls).toBe(limits.listPagesMax);
  });

  it('of any JSON at all never throws, and is complete only with each row known', async () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>(...Object.values(row), 0, 1, 2, 'list'));
    const keys = fc.constantFrom('object', 'id', 'livemode', 'created_at', '__proto__');
    const rows = fc.array(
      fc.oneof(
        value,
        fc.dictionary(keys, value).map((odd) => ({ ...row, ...odd })),
      ),
    );
    const json = fc.oneof(
      value,
      fc.tuple(rows, fc.option(fc.nat(3))).map(([data, total]) => page(data, { total: total ?? data.length })),
    );
    await fc.assert(
      fc.asyncProperty(json, async (any) => {
        const listing = await list(any);
        if (listing.status !== 'complete') return;
        const { data, total } = any as { data: unknown[]; total: number };
        expect([listing.webhooks.length, new Set(listing.webhooks.map(({ id }) => id)).size]).toEqual([
          total,
          data.length,
        ]);
      }),
      { numRuns: 500 },
    );
  });
});
