import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../lib/limits.ts';
import { answer } from './modulus-account.ts';
import { canned, failed, gid, hook, page, row, simulated } from './shopify-account.ts';

const list = (json: unknown, status = 200) => canned(answer(status, json)).provider.list('shop');
const why = async (json: unknown) => {
  const listing = await list(json);
  return listing.status === 'complete'
    ? 'complete'
    : `${listing.status} ${listing.outcome.kind}: ${listing.outcome.why}`;
};
const without = (name: keyof typeof row) => Object.fromEntries(Object.entries(row).filter(([key]) => key !== name));

describe('a list of Shopify webhook subscriptions', () => {
  it('is read field by field, and nothing else is kept', async () => {
    expect(await list(page([{ ...row, secret: 'x', endpoint: { callbackUrl: 'y' } }]))).toEqual({
      status: 'complete',
      webhooks: [
        {
          id: gid(1),
          kind: 'endpoint',
          url: row.uri,
          name: null,
          events: ['ORDERS_CREATE'],
          enabled: true,
          createdAt: '2025-01-15T10:30:00.000Z',
          updatedAt: '2025-01-16T10:30:00.000Z',
          signal: null,
          settings: {
            destination: 'http',
            format: 'JSON',
            filter: null,
            includeFields: ['email', 'id'],
            metafieldNamespaces: [],
            metafields: [],
            apiVersion: '2026-10',
          },
          secretId: null,
        },
      ],
    });
  });

  it.each([
    ['arn:aws:events:eu-west-1::event-source/aws.partner/shopify.com/1/x', 'eventbridge'],
    ['pubsub://project:topic', 'pubsub'],
    ['kafka://somewhere', 'other'],
  ])('has no URL for %s, and keeps where it goes', async (uri, destination) => {
    expect(await list(page([{ ...row, uri }]))).toMatchObject({
      webhooks: [{ url: null, settings: { destination, uri } }],
    });
  });

  it.each([0, 1, 99, 100, 101, 250])('of %i comes whole, in pages of 100', async (webhooks) => {
    const { simulator, provider } = await simulated({ webhooks });
    const listing = await provider.list('shop');
    const ids = listing.status === 'complete' ? listing.webhooks.map(({ id }) => id) : listing;
    expect(ids).toEqual([...simulator.state.keys()]);
    expect(simulator.requests.length).toBe(Math.max(1, Math.ceil(webhooks / 100)));
  });

  it('asks for the page behind the cursor', async () => {
    const pages = [answer(200, page([row], true, 'c1')), answer(200, page([{ ...row, id: gid(2) }]))];
    const { calls, provider } = canned(...pages);
    expect((await provider.list('shop')).status).toBe('complete');
    expect(calls.map(({ body }) => (body as { variables: unknown }).variables)).toEqual([
      { first: 100, after: null },
      { first: 100, after: 'c1' },
    ]);
  });

  it.each([
    ['repeat-page', 2, /one id twice/],
    ['shifting', 2, /one id twice/],
    ['repeat-cursor', 2, /repeats a cursor/],
    ['endless', limits.listPagesMax, /does not end/],
    ['no-page-info', 1, /pageInfo/],
  ])('is incomplete under the fault %s, after %i requests', async (fault, requests, words) => {
    const { simulator, provider } = await simulated({ webhooks: 150 });
    // `endless` invents a new cursor for each page by the random ids of its rows.
    simulator.setFaults([fault]);
    const listing = await provider.list('shop');
    expect(listing).toMatchObject({ status: 'incomplete', outcome: { why: expect.stringMatching(words) } });
    expect(simulator.requests.length).toBe(requests);
  });

  it('is incomplete where a later page fails', async () => {
    const first = answer(200, page([row], true, 'c1'));
    for (const later of [answer(500), answer(200, failed('THROTTLED')), answer(404), answer(200, page([], true, 'c2'))])
      expect((await canned(first, later).provider.list('shop')).status).toBe('incomplete');
  });

  it.each([
    ['no cursor', page([row], true, null)],
    ['an empty cursor', page([row], true, '')],
    ['no rows', page([], true, 'c1')],
  ])('is incomplete where more is announced with %s, whatever would come', async (_what, json) => {
    const { calls, provider } = canned(answer(200, json), answer(200, page([{ ...row, id: gid(2) }])));
    expect((await provider.list('shop')).status).toBe('incomplete');
    expect(calls.length).toBe(1);
  });

  it.each([
    [undefined],
    [null],
    [[]],
    [{}],
    [{ data: null }],
    [{ data: {} }],
    [{ data: { webhookSubscriptions: null } }],
    [{ data: { webhookSubscriptions: { nodes: [row] } } }],
    [{ data: { webhookSubscriptions: { nodes: [row], pageInfo: {} } } }],
    [page({})],
    [page(null)],
    [page([row], true, null)],
    [page([row], true, '')],
  ])('is not %j, which is never taken for empty or whole', async (json) => {
    expect(await why(json)).toMatch(/^incomplete/);
  });

  it.each([
    ['no id', without('id'), /row 2 .*"id"/],
    ['no topic', without('topic'), /"topic"/],
    ['a wildcard as topic', { ...row, topic: '*' }, /"topic"/],
    ['no address', without('uri'), /"uri"/],
    ['an empty address', { ...row, uri: '' }, /"uri"/],
    ['an address that is too long', { ...row, uri: `https://x/${'a'.repeat(limits.urlCharactersMax)}` }, /"uri"/],
    ['a date that is none', { ...row, createdAt: 'yesterday' }, /"createdAt"/],
    ['a filter that is no text', { ...row, filter: 7 }, /"filter"/],
    ['no object', null, /row 2 .*object/],
    ['the id of another row', { ...row, id: gid(0) }, /one id twice/],
  ])('is incomplete with a row of %s', async (_what, second, words) => {
    const said = await why(page([{ ...row, id: gid(0) }, second]));
    expect(said).toMatch(/^incomplete/);
    expect(said).toMatch(words);
  });

  it.each([
    ['gid://shopify/Product/1'],
    ['gid://shopify/WebhookSubscription/'],
    ['gid://shopify/WebhookSubscription/1/2'],
    ['gid://shopify/WebhookSubscription/..'],
    ['gid://shopify/WebhookSubscription/1?x'],
    ['gid://shopify/WebhookSubscription/1\n'],
    [''],
    [gid('x'.repeat(250))],
  ])('with the id %j is an error, and nothing is deleted by it', async (id) => {
    expect(await why(page([{ ...row, id }]))).toMatch(/^error/);
    const { calls, provider } = canned(answer(200));
    expect((await provider.delete('shop', hook(id))).kind).toBe('refused');
    expect(calls).toEqual([]);
  });

  it('never quotes a value of the provider when it complains', async () => {
    expect(await why(page([{ ...row, topic: 'shpat_4711secret ' }]))).not.toContain('4711');
  });

  it('of any JSON at all never throws, and is complete only with each row known', async () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>(...Object.values(row), null, gid(2)));
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
    const pages = fc.tuple(rows, fc.constantFrom(true, false, null), fc.constantFrom('c', null));
    const json = fc.oneof(
      fc.jsonValue(),
      fc.record({ data: fc.jsonValue(), errors: fc.jsonValue() }),
      pages.map(([nodes, more, cursor]) => page(nodes, more as boolean, cursor)),
    );
    await fc.assert(
      fc.asyncProperty(json, async (any) => {
        const listing = await list(any);
        if (listing.status !== 'complete') {
          expect(listing.outcome.kind).toMatch(/^(retry|refused)$/);
          return;
        }
        const { nodes, pageInfo } = (any as unknown as ReturnType<typeof page>).data.webhookSubscriptions;
        expect(pageInfo.hasNextPage).toBe(false);
        expect(listing.webhooks.length).toBe((nodes as unknown[]).length);
        expect(new Set(listing.webhooks.map(({ id }) => id)).size).toBe(listing.webhooks.length);
      }),
      { numRuns: 500 },
    );
  });
});
