import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../lib/limits.ts';
import { gitlab } from '../../lib/providers/gitlab.ts';
import type { Answer, Call } from '../../lib/providers/http.ts';
import { backupOf } from '../../lib/webhook.ts';
import { canned, hooksUrl, list, row, scope } from './gitlab-account.ts';
import { answer } from './modulus-account.ts';
import { simulatedAccount, verdict, webhooksOf } from './simulated-account.ts';

const why = async (json: unknown, headers = {}, status = 200) => verdict(await list(json, headers, status));
const without = (...names: string[]) => Object.fromEntries(Object.entries(row).filter(([key]) => !names.includes(key)));
const failing = { lastSuccess: null, lastAttempt: null, failing: true };

describe('a list of GitLab webhooks', () => {
  it('is read as documented', async () => {
    expect(webhooksOf(await list([row]))).toEqual([
      {
        id: '1',
        kind: 'endpoint',
        url: 'https://example.com/hook',
        name: 'Hook name',
        events: ['issues_events', 'merge_requests_events', 'push_events', 'resource_access_token_events'],
        enabled: true,
        createdAt: '2012-10-12T17:04:47.000Z',
        updatedAt: null,
        signal: null,
        settings: {
          verifiesTls: true,
          branchFilter: '',
          branchFilterStrategy: '',
          customHeaders: ['Authorization'],
          urlVariables: [],
          template: expect.stringMatching(/^[0-9a-f]{16}$/),
        },
        secretId: null,
      },
    ]);
  });

  it('keeps no value of headers, variables, token or template, in no place', async () => {
    const secret = {
      ...row,
      token: 'shh',
      custom_headers: [{ key: 'X', value: 'shh' }],
      url_variables: [{ key: 'v', value: 'shh' }],
      custom_webhook_template: '{"auth":"shh"}',
    };
    const [webhook] = webhooksOf(await list([secret]));
    if (webhook === undefined) throw new Error('no webhook');
    expect(JSON.stringify([webhook, backupOf(webhook)])).not.toContain('shh');
  });

  it('tells apart what differs in delivery', async () => {
    const settings = [];
    for (const more of [
      {},
      { enable_ssl_verification: false },
      { push_events_branch_filter: 'main' },
      { branch_filter_strategy: 'regex' },
      { custom_headers: [] },
      { url_variables: [{ key: 'a' }] },
      { custom_webhook_template: '{}' },
    ])
      settings.push(JSON.stringify(webhooksOf(await list([{ ...row, ...more }]))[0]?.settings));
    expect(new Set(settings).size).toBe(7);
  });

  it('does not mind the order of its headers', async () => {
    const settings = [];
    for (const keys of [
      ['A', 'B'],
      ['B', 'A'],
    ])
      settings.push(webhooksOf(await list([{ ...row, custom_headers: keys.map((key) => ({ key })) }]))[0]?.settings);
    expect(settings[1]).toEqual(settings[0]);
  });

  it.each([
    ['executable', null, true, null],
    ['executable', '2026-01-01T00:00:00Z', true, failing],
    ['temporarily_disabled', '2026-02-01T00:00:00Z', true, failing],
    ['disabled', null, false, failing],
    [null, null, true, null],
  ])('with alert_status %s until %s is on: %s', async (status, until, enabled, signal) => {
    const [webhook] = webhooksOf(await list([{ ...row, alert_status: status, disabled_until: until }]));
    expect(webhook).toMatchObject({ enabled, signal });
  });

  it('of an old version, of a group and with events of the future is read', async () => {
    const old = { id: 2, url: 'http://x.example.com', push_events: false, created_at: null };
    const group = {
      ...without('project_id'),
      id: 3,
      group_id: 9,
      subgroup_events: true,
      quantum_events: true,
      vulnerability_events: null,
    };
    const [first, second] = webhooksOf(await list([old, group]));
    expect(first).toMatchObject({ events: [], enabled: true, createdAt: null, settings: { verifiesTls: true } });
    expect(second?.events).toEqual(expect.arrayContaining(['quantum_events', 'subgroup_events']));
    expect(second?.events).not.toContain('vulnerability_events');
  });

  it.each([[{}], [{ message: '404' }], [null], ['[]'], [0], [undefined], [{ hooks: [row] }]])(
    'is not %j, which is never taken for empty',
    async (json) => {
      expect(await why(json)).toMatch(/^incomplete/);
    },
  );

  it.each([
    ['no id', without('id'), /row 2 .*"id"/],
    ['no URL', without('url'), /"url"/],
    ['no events at all', { id: 2, url: 'https://x' }, /_events/],
    ['an event that is no switch', { ...row, id: 2, push_events: 'yes' }, /_events/],
    ['an unknown alert_status', { ...row, id: 2, alert_status: 'sleepy' }, /"alert_status"/],
    ['a date without its zone', { ...row, id: 2, created_at: '2025-02-03T00:00:00' }, /"created_at"/],
    ['headers without a key', { ...row, id: 2, custom_headers: [{}] }, /"custom_headers"/],
    ['a URL that is too long', { ...row, id: 2, url: `https://x/${'a'.repeat(limits.urlCharactersMax)}` }, /"url"/],
    ['an integer that JSON has rounded', { ...row, id: Number.MAX_SAFE_INTEGER + 1 }, /"id"/],
    ['the id of another row', { ...row, id: '1' }, /one id twice, in row 2/],
    ['no object', null, /row 2 .*object/],
  ])('is incomplete with a row of %s', async (_name, second, words) => {
    expect(await why([row, second])).toMatch(/^incomplete/);
    expect(await why([row, second])).toMatch(words);
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

type Style = 'numbers' | 'numbers-without-total' | 'links';

const paged =
  (total: number, style: Style, told = total) =>
  ({ url }: Call): Answer => {
    const page = Number(new URL(url).searchParams.get('page') ?? 1);
    const rows = Array.from({ length: total }, (_, index) => ({ ...row, id: index + 1 })).slice(
      (page - 1) * 100,
      page * 100,
    );
    const next = page * 100 < total ? String(page + 1) : '';
    const link: Record<string, string> =
      next === '' ? {} : { link: `<${hooksUrl}?per_page=100&page=${next}>; rel="next"` };
    if (style === 'links') return answer(200, rows, link);
    return answer(200, rows, { ...link, 'x-next-page': next, ...(style === 'numbers' && { 'x-total': String(told) }) });
  };

describe('the pages of a list', () => {
  it.each([
    [
      'numbers',
      [
        [0, 1],
        [1, 1],
        [99, 1],
        [100, 1],
        [101, 4],
        [250, 6],
      ],
    ],
    [
      'numbers-without-total',
      [
        [0, 1],
        [99, 1],
        [100, 2],
        [101, 4],
        [250, 6],
      ],
    ],
    [
      'links',
      [
        [0, 1],
        [99, 1],
        [100, 2],
        [101, 4],
        [250, 6],
      ],
    ],
  ] as const)('by %s are all read', async (style, cases) => {
    for (const [total, count] of cases) {
      const { calls, provider } = canned(paged(total, style));
      expect(webhooksOf(await provider.list(scope)).length).toBe(total);
      expect(calls.length).toBe(count);
    }
  });

  it('that do not add up to their total are incomplete', async () => {
    expect(verdict(await canned(paged(5, 'numbers', 6)).provider.list(scope))).toMatch(
      /^incomplete: .*has 5 rows and speaks of 6/,
    );
  });

  it('whose total changes from page to page are incomplete', async () => {
    const { provider } = canned((call) => paged(150, 'numbers', call.url.includes('page=2') ? 149 : 150)(call));
    expect(verdict(await provider.list(scope))).toMatch(/^incomplete: .*totals differ/);
  });

  it.each([
    ['no number', { 'x-next-page': 'two' }, /no number/],
    ['none, beside a link', { 'x-next-page': '', link: `<${hooksUrl}?page=2>; rel="next"` }, /by its Link header/],
    ['one at another host', { link: '<https://evil.example/x>; rel="next"' }, /another address/],
    ['itself', { link: `<${hooksUrl}?per_page=100>; rel="next"` }, /read already/],
  ])('with a next page that is %s are incomplete', async (_name, headers, words) => {
    expect(await why([row], headers)).toMatch(/^incomplete/);
    expect(await why([row], headers)).toMatch(words);
  });

  it.each([
    ['small-pages', /^complete$/],
    ['repeat-page', /^incomplete: .*read already/],
    ['endless-pages', /^incomplete: .*over 500 pages/],
    ['shifting-list', /^incomplete: .*changed while/],
    ['foreign-link', /^incomplete: .*another address/],
    ['link-only', /^complete$/],
    ['no-totals', /^complete$/],
    ['wrong-total', /^incomplete: .*speaks of/],
  ])('under the fault %s', async (fault, words) => {
    const { simulator, provider } = await simulatedAccount(gitlab);
    simulator.setFaults([...new Set([fault, 'small-pages'])]);
    expect(verdict(await provider.list('projects:sari-sari-demo/checkout'))).toMatch(words);
  });
});
