import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../lib/policy/load.ts';
import { shopify } from '../../lib/providers/shopify.ts';
import { answer } from './modulus-account.ts';
import { account, backup, canned, deleted, failed, gid, hook, page, row, simulated } from './shopify-account.ts';

describe('deleting, as the page "webhookSubscriptionDelete" has it', () => {
  it('sends the id as a variable to the API version of the shop, with the token in its header', async () => {
    const { calls, provider } = canned(answer(200, deleted(gid(1))));
    expect((await provider.delete('shop', hook(gid(1)))).kind).toBe('done');
    expect(calls).toMatchObject([
      {
        method: 'POST',
        url: 'https://kettle-demo.myshopify.com/admin/api/2026-10/graphql.json',
        headers: { 'x-shopify-access-token': 'shpat_4711secret' },
        body: { query: expect.stringContaining('webhookSubscriptionDelete(id: $id)'), variables: { id: gid(1) } },
      },
    ]);
    expect(calls[0]?.body).toMatchObject({ query: expect.not.stringContaining('gid:') });
  });

  it.each([
    ['the id: done', deleted(gid(1)), 'done'],
    ['another id: unknown', deleted(gid(2)), 'unknown'],
    ['no id: unknown', deleted(null), 'unknown'],
    ['userErrors: gone, which the list has to confirm', deleted(null, [{ field: ['id'] }]), 'gone'],
    ['nothing: unknown', undefined, 'unknown'],
    ['no data: unknown', { data: null }, 'unknown'],
    ['a list: unknown', [], 'unknown'],
  ])('HTTP 200 with %s', async (_what, json, kind) => {
    expect((await canned(answer(200, json)).provider.delete('shop', hook(gid(1)))).kind).toBe(kind);
  });

  it('tells code and request id, but neither the text nor anything that holds the token', async () => {
    const denied = answer(200, failed('ACCESS_DENIED'), { 'x-request-id': 'a1b2-c3' });
    const { why } = await canned(denied).provider.delete('shop', hook(gid(1)));
    expect(why).toContain('HTTP 200, code ACCESS_DENIED, reference a1b2-c3');
    expect(why).not.toContain('Invalid');
    const echo = answer(200, failed('shpat_4711secret'), { 'x-request-id': 'shpat_4711secret' });
    expect((await canned(echo).provider.delete('shop', hook(gid(1)))).why).not.toContain('4711');
  });
});

describe('what an answer means', () => {
  it.each([
    ['200 THROTTLED', 200, failed('THROTTLED'), 'retry throttle', 'retry throttle'],
    ['200 ACCESS_DENIED', 200, failed('ACCESS_DENIED'), 'retry credential', 'retry credential'],
    ['200 SHOP_INACTIVE', 200, failed('SHOP_INACTIVE'), 'retry credential', 'retry credential'],
    ['200 MAX_COST_EXCEEDED', 200, failed('MAX_COST_EXCEEDED'), 'refused', 'refused'],
    ['200 undefinedField', 200, failed('undefinedField', 'undefinedField'), 'refused', 'refused'],
    ['200 INTERNAL_SERVER_ERROR', 200, failed('INTERNAL_SERVER_ERROR'), 'retry', 'unknown'],
    ['200 with a code that is not known', 200, failed('SOMETHING_NEW'), 'retry', 'unknown'],
    ['200 with an error without a code', 200, failed(null), 'retry', 'unknown'],
    ['200 with errors that disagree', 200, failed('THROTTLED', 'INTERNAL_SERVER_ERROR'), 'retry', 'unknown'],
    ['200 with errors that are text', 200, { errors: 'Invalid' }, 'retry', 'unknown'],
    ['200 with errors beside data', 200, { ...deleted(gid(1)), ...failed('X') }, 'retry', 'unknown'],
    ['400', 400, { errors: 'Invalid' }, 'refused', 'refused'],
    ['401', 401, { errors: 'Invalid' }, 'retry credential', 'retry credential'],
    ['402, a frozen shop', 402, { errors: 'x' }, 'retry credential', 'retry credential'],
    ['403', 403, { errors: 'x' }, 'retry credential', 'retry credential'],
    ['404, no such shop or version, which says nothing of the webhook', 404, { errors: 'x' }, 'refused', 'refused'],
    ['423, a locked shop', 423, { errors: 'x' }, 'retry credential', 'retry credential'],
    ['429', 429, { errors: 'x' }, 'retry throttle', 'retry throttle'],
    ['430, a security rejection', 430, { errors: 'x' }, 'retry throttle', 'retry throttle'],
    ['500', 500, { errors: 'x' }, 'retry', 'unknown'],
    ['503 without a body', 503, undefined, 'retry', 'unknown'],
  ])('%s', async (_what, status, json, reading, changing) => {
    const { provider } = canned(answer(status, json));
    const listing = await provider.list('shop');
    const read = listing.status === 'complete' ? { kind: 'done' as const } : listing.outcome;
    const kinds = [read, await provider.delete('shop', hook(gid(1)))].map(
      (one) => `${one.kind}${'pause' in one && one.pause ? ` ${one.pause}` : ''}`,
    );
    expect(kinds).toEqual([reading, changing]);
  });

  it.each([
    ['what is missing, by the rate', 202, 2, 50, 4000],
    ['to the full millisecond', 100, 99, 300, 4],
    ['a day at most', 1_000_000, 0, 0.001, 86_400_000],
    ['no time where nothing is missing', 10, 500, 50, undefined],
    ['no time where nothing comes back', 10, 0, 0, undefined],
    ['no time for nonsense', 10, -5, 50, undefined],
  ])('THROTTLED waits for %s', async (_what, requestedQueryCost, currentlyAvailable, restoreRate, afterMs) => {
    const cost = { requestedQueryCost, throttleStatus: { maximumAvailable: 1000, currentlyAvailable, restoreRate } };
    const { provider } = canned(answer(200, { ...failed('THROTTLED'), extensions: { cost } }));
    const outcome = await provider.delete('shop', hook(gid(1)));
    expect(outcome).toMatchObject({ kind: 'retry', pause: 'throttle' });
    expect('afterMs' in outcome ? outcome.afterMs : undefined).toBe(afterMs);
  });
});

describe('switching off and on', () => {
  it('is refused without a call, and no capability', async () => {
    const { calls, provider } = canned(answer(200));
    expect((await provider.disable('shop', hook(gid(1)))).kind).toBe('refused');
    expect((await provider.enable('shop', hook(gid(1)))).kind).toBe('refused');
    expect(calls).toEqual([]);
    expect(provider.capabilities.disable).toEqual([]);
  });
});

describe('creating from a backup', () => {
  const made = (id: string | null, userErrors: unknown[] = []) => ({
    data: { webhookSubscriptionCreate: { webhookSubscription: id === null ? null : { id }, userErrors } },
  });

  it('sends topic, address and all settings that a new one can be given', async () => {
    const { calls, provider } = canned(answer(200, made(gid(9))));
    expect(await provider.create('shop', backup)).toMatchObject({ kind: 'done', id: gid(9) });
    const webhookSubscription = {
      uri: backup.url,
      format: 'JSON',
      filter: 'total_price:>=10',
      includeFields: ['id'],
      metafields: [{ namespace: 'a', key: 'b' }],
    };
    expect(calls[0]?.body).toEqual({
      query: expect.stringMatching(/^mutation /),
      variables: { topic: 'ORDERS_CREATE', webhookSubscription },
    });
  });

  it('brings one back as it was, also one that goes to EventBridge', async () => {
    const { simulator, provider } = await simulated({ webhooks: 0 });
    expect((await provider.create('shop', backup)).kind).toBe('done');
    const uri = 'arn:aws:events:eu-west-1::event-source/x';
    const bus = { ...backup, url: null, settings: { ...backup.settings, destination: 'eventbridge', uri } };
    expect((await provider.create('shop', bus)).kind).toBe('done');
    const listing = await provider.list('shop');
    const webhooks = listing.status === 'complete' ? listing.webhooks : [];
    expect(webhooks.map(({ url, settings }) => ({ url, settings }))).toEqual([
      { url: backup.url, settings: backup.settings },
      { url: null, settings: bus.settings },
    ]);
    expect(simulator.state.size).toBe(2);
  });

  it.each([
    ['userErrors: refused', made(null, [{ field: ['uri'] }]), 'refused'],
    ['neither webhook nor userErrors: unknown', made(null), 'unknown'],
    ['nothing: unknown', undefined, 'unknown'],
    ['an internal error: unknown', failed('INTERNAL_SERVER_ERROR'), 'unknown'],
  ])('HTTP 200 with %s', async (_what, json, kind) => {
    expect((await canned(answer(200, json)).provider.create('shop', backup)).kind).toBe(kind);
  });

  it('is refused where the topic has that address already, and without a call where the address is not whole', async () => {
    const { provider } = await simulated({ webhooks: 0 });
    await provider.create('shop', backup);
    expect((await provider.create('shop', backup)).kind).toBe('refused');
    const { calls, provider: other } = canned(answer(200));
    expect((await other.create('shop', { ...backup, urlRedacted: true })).kind).toBe('refused');
    expect((await other.create('shop', { ...backup, url: null })).kind).toBe('refused');
    expect((await other.create('shop', { ...backup, events: [] })).kind).toBe('refused');
    expect(calls).toEqual([]);
  });
});

describe('an account', () => {
  it('is one scope, by its name, which costs no call', async () => {
    const { calls, provider } = canned(answer(500));
    expect(await provider.scopes()).toEqual({ status: 'complete', scopes: ['shop'] });
    expect(calls).toEqual([]);
  });

  it('only reads when it lists', async () => {
    const { simulator, provider } = await simulated();
    await provider.list('shop');
    expect(simulator.requests.map(({ mutating, path }) => [mutating, path])).toEqual([
      [false, '/admin/api/2026-10/graphql.json'],
    ]);
    expect(simulator.requests[0]?.body).toMatchObject({ query: expect.stringMatching(/^query /) });
    expect(JSON.stringify(simulator.requests)).not.toContain(simulator.credentials.accessToken);
  });

  it.each([
    ['its own address', 'https://kettle-demo.myshopify.com', { accessToken: 'shpat_x' }, null],
    ['a proxy', 'https://proxy.example.com', { accessToken: 'shpat_x' }, null],
    ['another shop', 'https://other.myshopify.com', { accessToken: 'shpat_x' }, /another shop/],
    ['a client secret as token', undefined, { accessToken: 'shpss_4711' }, /client secret/],
    ['a token as client secret', undefined, { clientId: 'a', clientSecret: 'shpat_4711' }, /access token/],
  ])('with %s', (_what, baseUrl, credentials, words) => {
    const said = shopify.contradiction?.(account(baseUrl), credentials as Record<string, string>) ?? null;
    if (words === null) expect(said).toBeNull();
    else expect(said).toMatch(words);
    expect(String(said)).not.toContain('4711');
  });

  it.each([
    [{ shop: 'kettle-demo.myshopify.com', apiVersion: '2026-10' }, true],
    [{ shop: 'kettle-demo.myshopify.com', apiVersion: '2026-01' }, true],
    [{ shop: 'kettle-demo.myshopify.com', apiVersion: '2025-10' }, false],
    [{ shop: 'kettle-demo.myshopify.com', apiVersion: '2026-02' }, false],
    [{ shop: 'kettle-demo.myshopify.com', apiVersion: 'unstable' }, false],
    [{ shop: 'kettle-demo.myshopify.com.evil.example', apiVersion: '2026-10' }, false],
    [{ shop: 'evil.example/kettle-demo.myshopify.com', apiVersion: '2026-10' }, false],
    [{ shop: 'shop.example.com', apiVersion: '2026-10' }, false],
    [{ shop: 'kettle-demo.myshopify.com' }, false],
    [{ shop: 'kettle-demo.myshopify.com', apiVersion: '2026-10', more: 1 }, false],
  ])('with the options %j: %s', (options, good) => {
    expect(v.is(shopify.options, options)).toBe(good);
  });

  it('has its base URL from the shop, unless the policy says another', () => {
    const text = (more: string) => `version: 1
accounts:
  - name: shop
    provider: shopify
    environment: production
    credentials: { accessToken: env:TOKEN }
    options: { shop: kettle-demo.myshopify.com, apiVersion: 2026-10 }
${more}`;
    const baseUrl = (more = '') => parsePolicy(text(more), 'hooksweep.yml', { shopify }).accounts[0]?.baseUrl;
    expect(baseUrl()).toBe('https://kettle-demo.myshopify.com');
    expect(baseUrl('    baseUrl: http://127.0.0.1:9\n')).toBe('http://127.0.0.1:9');
  });

  it('lists nothing twice and reads one page where there is one', async () => {
    const { calls, provider } = canned(answer(200, page([row])));
    await provider.list('shop');
    expect(calls.length).toBe(1);
  });
});
