import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../lib/limits.ts';
import { backupOf } from '../../lib/webhook.ts';
import { answer } from './modulus-account.ts';
import { canned, hook, page, row, simulated } from './stripe-account.ts';

const list = (json: unknown, status = 200) => canned(answer(status, json)).provider.list('shop');
const why = async (json: unknown, status = 200) => {
  const listing = await list(json, status);
  return listing.status === 'complete'
    ? 'complete'
    : `${listing.status} ${listing.outcome.kind}: ${listing.outcome.why}`;
};
const without = (name: keyof typeof row) => Object.fromEntries(Object.entries(row).filter(([key]) => key !== name));

describe('a list of Stripe webhook endpoints', () => {
  it('is read field by field, and nothing else is kept', async () => {
    const full = {
      ...row,
      api_version: '2022-11-15',
      application: 'ca_1',
      description: 'checkout',
      metadata: { managed_by: 'terraform' },
      secret: 'whsec_leak',
      future: { secret: 'x' },
    };
    expect(await list(page([full]))).toEqual({
      status: 'complete',
      webhooks: [
        {
          id: 'we_1',
          kind: 'endpoint',
          url: row.url,
          name: 'checkout',
          events: ['charge.failed', 'payment_intent.succeeded'],
          enabled: true,
          createdAt: '2023-03-29T20:36:36.000Z',
          updatedAt: null,
          signal: null,
          settings: { api_version: '2022-11-15', application: 'ca_1', metadata: { managed_by: 'terraform' } },
          secretId: null,
        },
      ],
    });
  });

  it.each([0, 1, 99, 100, 101, 250])('of %i comes whole, in pages of 100', async (webhooks) => {
    const { simulator, provider } = await simulated({ webhooks });
    const listing = await provider.list('shop');
    const ids = listing.status === 'complete' ? listing.webhooks.map(({ id }) => id).sort() : listing;
    expect(ids).toEqual([...simulator.state.keys()].sort());
    expect(simulator.requests.length).toBe(Math.max(1, Math.ceil(webhooks / 100)));
  });

  it('asks for the page behind the last id', async () => {
    const { calls, provider } = canned(answer(200, page([row], true)), answer(200, page([{ ...row, id: 'we_2' }])));
    expect(await provider.list('shop')).toMatchObject({
      status: 'complete',
      webhooks: [{ id: 'we_1' }, { id: 'we_2' }],
    });
    expect(calls.map(({ url }) => new URL(url).search)).toEqual(['?limit=100', '?limit=100&starting_after=we_1']);
  });

  it.each([
    ['repeat-page', 2, /one id twice/],
    ['shifting', 2, /one id twice/],
    ['endless', limits.listPagesMax, /does not end/],
    ['no-has-more', 1, /data and has_more/],
  ])('is incomplete under the fault %s, after %i requests', async (fault, requests, words) => {
    const { simulator, provider } = await simulated({ webhooks: 150, faults: [fault] });
    const listing = await provider.list('shop');
    expect(listing).toMatchObject({ status: 'incomplete', outcome: { why: expect.stringMatching(words) } });
    expect(simulator.requests.length).toBe(requests);
  });

  it('is incomplete where a later page fails, or its cursor is gone', async () => {
    const first = answer(200, page([row], true));
    for (const [status, code] of [
      [500, null],
      [429, 'rate_limit'],
      [400, 'resource_missing'],
      [404, 'resource_missing'],
    ] as const) {
      const { provider } = canned(first, answer(status, { error: { type: 'invalid_request_error', code } }));
      expect((await provider.list('shop')).status).toBe('incomplete');
    }
    expect((await canned(first, answer(200, page([], true))).provider.list('shop')).status).toBe('incomplete');
  });

  it.each([
    [undefined],
    [null],
    [[]],
    [[row]],
    ['[]'],
    [{}],
    [{ data: [row] }],
    [{ has_more: false }],
    [{ data: {}, has_more: false }],
    [{ data: [row], has_more: 'false' }],
    [{ data: [row], has_more: null }],
    [{ ...page([row]), object: 'search_result' }],
    [page([], true)],
  ])('is not %j, which is never taken for empty or whole', async (json) => {
    expect(await why(json)).toMatch(/^incomplete/);
  });

  it('is incomplete with HTTP 206', async () => {
    expect(await why(page([row]), 206)).toMatch(/^incomplete/);
  });

  it.each([
    ['no id', without('id'), /row 2 .*"id"/],
    ['no URL', without('url'), /"url"/],
    ['no status', without('status'), /"status"/],
    ['an unknown status', { ...row, status: 'paused' }, /"status" is neither/],
    ['no events', without('enabled_events'), /"enabled_events"/],
    ['an empty list of events', { ...row, enabled_events: [] }, /"enabled_events"/],
    ['an event that is no name', { ...row, enabled_events: ['a b'] }, /"enabled_events"/],
    ['no mode', without('livemode'), /"livemode"/],
    ['no time', without('created'), /"created"/],
    ['a time in milliseconds', { ...row, created: 1_680_122_196_000 }, /"created"/],
    ['metadata that is a list', { ...row, metadata: 'x' }, /"metadata"/],
    ['another object', { ...row, object: 'event_destination' }, /"object"/],
    ['a URL that is too long', { ...row, url: `https://x/${'a'.repeat(limits.urlCharactersMax)}` }, /"url"/],
    ['no object', null, /row 2 .*object/],
    ['the id of another row', { ...row, id: 'we_0' }, /one id twice/],
  ])('is incomplete with a row of %s', async (_what, second, words) => {
    const said = await why(page([{ ...row, id: 'we_0' }, second]));
    expect(said).toMatch(/^incomplete/);
    expect(said).toMatch(words);
  });

  it('of the other mode is an error, and nothing can be proposed', async () => {
    expect(await why(page([row, { ...row, id: 'we_2', livemode: true }]))).toMatch(
      /^error refused: .*row 2 of live mode, but environment is sandbox/,
    );
    const { provider } = await simulated({ faults: ['other-mode'] });
    expect((await provider.list('shop')).status).toBe('error');
  });

  it.each([['../we'], ['a/b'], ['a?b'], ['a%2fb'], ['..'], ['a\nb'], [''], ['x'.repeat(257)]])(
    'with the id %j is an error, and no call is made at that id',
    async (id) => {
      expect(await why(page([{ ...row, id }]))).toMatch(/^error/);
      const { calls, provider } = canned(answer(200));
      const outcomes = [await provider.disable('shop', hook(id)), await provider.delete('shop', hook(id))];
      expect(outcomes.map(({ kind }) => kind)).toEqual(['refused', 'refused']);
      expect(calls).toEqual([]);
    },
  );

  it('never shows a signing secret, a secret in metadata, or a value of the provider when it complains', async () => {
    const { provider } = await simulated({ faults: ['secret-shown'] });
    const listing = await provider.list('shop');
    const webhooks = listing.status === 'complete' ? listing.webhooks : [];
    expect(webhooks.length).toBe(12);
    expect(JSON.stringify([webhooks, webhooks.map(backupOf)])).not.toContain('whsec_');
    const kept = await list(page([{ ...row, metadata: { api_token: 'hunter2hunter2', order: '7' } }]));
    expect(kept).toMatchObject({ webhooks: [{ settings: { metadata: { api_token: 'REDACTED', order: '7' } } }] });
    expect(await why(page([{ ...row, status: 'rk_test_4711secret' }]))).not.toContain('4711');
  });

  it('of any JSON at all never throws, and is complete only with each row known', async () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>(...Object.values(row), 'disabled', null, '*'));
    const keys = fc.constantFrom(...Object.keys(row), '__proto__');
    const some = fc.dictionary(keys, value);
    const rows = fc.array(
      fc.oneof(
        some,
        value,
        some.map((odd) => ({ ...row, ...odd })),
        fc.constant(row),
      ),
    );
    const json = fc.oneof(fc.jsonValue(), fc.record({ data: rows, has_more: fc.constantFrom(true, false, null) }));
    await fc.assert(
      fc.asyncProperty(json, async (any) => {
        const listing = await list(any);
        if (listing.status !== 'complete') {
          expect(listing.outcome.kind).toMatch(/^(retry|refused)$/);
          return;
        }
        const given = any as { data: unknown[]; has_more: boolean };
        expect(given.has_more).toBe(false);
        expect(listing.webhooks.length).toBe(given.data.length);
        expect(new Set(listing.webhooks.map(({ id }) => id)).size).toBe(given.data.length);
      }),
      { numRuns: 500 },
    );
  });
});
