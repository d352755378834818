import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../lib/limits.ts';
import { github } from '../../lib/providers/github.ts';
import type { Answer, Call } from '../../lib/providers/http.ts';
import { backupOf } from '../../lib/webhook.ts';
import { canned, list, now, row, scope } from './github-account.ts';
import { answer } from './modulus-account.ts';
import { simulatedAccount, verdict, webhooksOf } from './simulated-account.ts';

const why = async (json: unknown, headers = {}, status = 200) => verdict(await list(json, headers, status));
const without = (name: keyof typeof row) => Object.fromEntries(Object.entries(row).filter(([key]) => key !== name));
const first = 'https://api.github.com/repos/octo/shop/hooks?per_page=100';

describe('a list of GitHub webhooks', () => {
  it('is read as documented', async () => {
    expect(webhooksOf(await list([row]))).toEqual([
      {
        id: '12345678',
        kind: 'endpoint',
        url: 'https://example.com/webhook',
        name: null,
        events: ['pull_request', 'push'],
        enabled: true,
        createdAt: '2019-06-03T00:57:16.000Z',
        updatedAt: '2019-06-03T00:57:16.000Z',
        signal: null,
        settings: { contentType: 'json', verifiesTls: true, signed: true },
        secretId: null,
      },
    ]);
  });

  it('keeps nothing of a secret but that there is one, in no place', async () => {
    const config = { ...row.config, secret: 'shh-in-clear', password: 'also-shh' };
    const [webhook] = webhooksOf(
      await list([{ ...row, config, last_response: { code: 500, status: 'shh', message: 'shh' } }]),
    );
    if (webhook === undefined) throw new Error('no webhook');
    expect(JSON.stringify([webhook, backupOf(webhook)])).not.toContain('shh');
  });

  it('tells apart what differs in content type, TLS check or signing', async () => {
    const configs = [{}, { content_type: 'form' }, { insecure_ssl: 1 }, { secret: '' }, { secret: null }];
    const settings = [];
    for (const config of configs) {
      const [webhook] = webhooksOf(await list([{ ...row, config: { ...row.config, ...config } }]));
      settings.push(JSON.stringify(webhook?.settings));
    }
    expect(new Set(settings).size).toBe(4);
  });

  it.each([
    ['no last response', null, null],
    ['an unused one', { code: null, status: 'unused', message: null }, null],
    [
      'a success',
      { code: 204, status: 'active', message: 'OK' },
      { lastSuccess: new Date(now).toISOString(), lastAttempt: new Date(now).toISOString(), failing: false },
    ],
    [
      'a failure',
      { code: 502, status: 'failed', message: 'x' },
      { lastSuccess: null, lastAttempt: null, failing: true },
    ],
    [
      'no connection',
      { code: null, status: 'timeout', message: 'x' },
      { lastSuccess: null, lastAttempt: null, failing: true },
    ],
  ])('with %s has its signal', async (_name, last, signal) => {
    expect(webhooksOf(await list([{ ...row, last_response: last }]))[0]?.signal).toEqual(signal);
  });

  it('takes a wildcard, no events and missing times as they are', async () => {
    const odd = { ...without('created_at'), events: ['*'], updated_at: null };
    expect(webhooksOf(await list([odd, { ...row, id: 2, events: [] }]))).toMatchObject([
      { events: ['*'], createdAt: null, updatedAt: null },
      { events: [] },
    ]);
  });

  it('passes over mail notifications, which are listed too and have no URL', async () => {
    const mail = { ...row, id: 2, name: 'email', config: { address: 'dev@example.com', send_from_author: '0' } };
    expect(webhooksOf(await list([mail, row]))).toMatchObject([{ id: '12345678' }]);
    expect(await why([{ ...mail, name: 'web' }])).toMatch(/^incomplete: .*"config"/);
    expect(webhooksOf(await list([{ ...mail, config: { ...row.config, address: 'x' } }]))).toHaveLength(1);
  });

  it.each([[{}], [{ message: 'x' }], [null], ['[]'], [0], [undefined], [{ data: [row] }]])(
    'is not %j, which is never taken for empty',
    async (json) => {
      expect(await why(json)).toMatch(/^incomplete/);
    },
  );

  it('is incomplete with HTTP 206, and complete when empty', async () => {
    expect(await why([row], {}, 206)).toMatch(/^incomplete/);
    expect(await why([])).toBe('complete');
  });

  it.each([
    ['no id', without('id'), /row 2 .*"id"/],
    ['no events', without('events'), /"events"/],
    ['an event that is no name', { ...row, events: ['a b'] }, /"events"/],
    ['no active', without('active'), /"active"/],
    ['no config', without('config'), /"config"/],
    ['a config without URL', { ...row, config: { content_type: 'json' } }, /"config"/],
    ['an odd insecure_ssl', { ...row, config: { ...row.config, insecure_ssl: 'maybe' } }, /"config"/],
    [
      'a URL that is too long',
      { ...row, config: { url: `https://x/${'a'.repeat(limits.urlCharactersMax)}` } },
      /"config"/,
    ],
    ['a date without its zone', { ...row, updated_at: '2025-02-03T00:00:00' }, /"updated_at"/],
    ['an integer that JSON has rounded', { ...row, id: Number.MAX_SAFE_INTEGER + 1 }, /"id"/],
    ['the id of another row', { ...row, id: '1' }, /one id twice, in row 2/],
    ['no object', null, /row 2 .*object/],
  ])('is incomplete with a row of %s', async (_name, second, words) => {
    expect(await why([{ ...row, id: 1 }, second])).toMatch(/^incomplete/);
    expect(await why([{ ...row, id: 1 }, second])).toMatch(words);
  });

  it('with an id that cannot be addressed is an error', async () => {
    expect(await why([{ ...row, id: '../1' }])).toMatch(/^error: .*row 1 .*"id"/);
  });

  it('of any JSON at all never throws, and is complete only with each id known', async () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.values(row), null));
    const keys = fc.constantFrom(...Object.keys(row), '__proto__');
    const rows = fc.array(
      fc.oneof(
        value,
        fc.dictionary(keys, value).map((odd) => ({ ...row, ...odd })),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), rows), async (any) => {
        const listing = await list(any);
        if (listing.status !== 'complete') {
          expect(listing.outcome.kind).toMatch(/^(retry|refused)$/);
          return;
        }
        const ids = listing.webhooks.map(({ id }) => id);
        expect(ids.length).toBe((any as unknown[]).length);
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 500 },
    );
  });
});

/** A server of pages of 100; `link` may spoil the Link header of a page. */
const paged =
  (total: number, link: (page: number, next: string | null) => string | null = (_page, next) => next) =>
  ({ url }: Call): Answer => {
    const page = Number(new URL(url).searchParams.get('page') ?? 1);
    const rows = Array.from({ length: total }, (_, index) => ({ ...row, id: index + 1 }));
    const more =
      page * 100 < total
        ? `<https://api.github.com/repositories/5/hooks?per_page=100&page=${page + 1}>; rel="next"`
        : null;
    const header = link(page, more);
    return answer(200, rows.slice((page - 1) * 100, page * 100), header === null ? {} : { link: header });
  };

describe('the pages of a list', () => {
  it.each([
    [0, 1],
    [1, 1],
    [99, 1],
    [100, 2],
    [101, 4],
    [250, 6],
  ])('of %i webhooks are all read, with %i calls', async (total, count) => {
    const { calls, provider } = canned(paged(total));
    expect(webhooksOf(await provider.list(scope)).length).toBe(total);
    expect(calls.length).toBe(count);
    expect(calls[0]?.url).toBe(first);
  });

  it('a full page without a Link header, as behind a proxy that drops it, is looked behind', async () => {
    expect(verdict(await canned(paged(250, () => null)).provider.list(scope))).toMatch(/^incomplete: .*goes on after/);
  });

  it('that lead to another host, scheme or port, or carry a user name, are not followed', async () => {
    for (const target of [
      'https://evil.example/x',
      'http://api.github.com/x',
      'https://api.github.com:444/x',
      'https://u@api.github.com/x',
    ]) {
      const { calls, provider } = canned(paged(250, () => `<${target}>; rel="next"`));
      expect(verdict(await provider.list(scope))).toMatch(/^incomplete: .*another address/);
      expect(calls.length).toBe(1);
    }
  });

  it('that fail after the first make the list incomplete, with the reason of the failure', async () => {
    const { provider } = canned((call) => (call.url.includes('page=2') ? answer(429, {}) : paged(250)(call)));
    expect(await provider.list(scope)).toMatchObject({
      status: 'incomplete',
      outcome: { kind: 'retry', pause: 'throttle' },
    });
  });

  it('that change between two readings prove nothing', async () => {
    let calls = 0;
    const { provider } = canned((call) => {
      calls += 1;
      return calls <= 2 ? paged(150)(call) : paged(151)(call);
    });
    expect(verdict(await provider.list(scope))).toMatch(/^incomplete: .*changed while/);
  });

  it('that never end are given up at the bound', async () => {
    const endless = ({ url }: Call) => {
      const page = Number(new URL(url).searchParams.get('page') ?? 1);
      return answer(200, [{ ...row, id: page }], { link: `<${first}&page=${page + 1}>; rel="next"` });
    };
    const { calls, provider } = canned(endless);
    expect(verdict(await provider.list(scope))).toMatch(/^incomplete: .*over 500 pages/);
    expect(calls.length).toBe(limits.listPagesMax);
  });

  it.each([
    ['small-pages', /^complete$/],
    ['repeat-page', /^incomplete: .*read already/],
    ['endless-pages', /^incomplete: .*over 500 pages/],
    ['shifting-list', /^incomplete: .*changed while/],
    ['foreign-link', /^incomplete: .*another address/],
    ['no-link', /^complete$/],
  ])('under the fault %s', async (fault, words) => {
    const { simulator, provider } = await simulatedAccount(github);
    simulator.setFaults([...new Set([fault, 'small-pages'])]);
    expect(verdict(await provider.list('sari-sari-demo/checkout'))).toMatch(words);
  });

  it('of three rows hold the same webhooks as one page', async () => {
    const { simulator, provider } = await simulatedAccount(github);
    const whole = webhooksOf(await provider.list('sari-sari-demo/checkout'));
    simulator.setFaults(['small-pages']);
    const ids = webhooksOf(await provider.list('sari-sari-demo/checkout')).map(({ id }) => id);
    expect(ids).toEqual(whole.map(({ id }) => id));
  });
});
