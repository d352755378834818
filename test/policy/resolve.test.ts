import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { checkPolicy } from '../../lib/policy/check.ts';
import type { Account } from '../../lib/policy/policy.ts';
import { parse, policyText } from './definitions.ts';

const dayMs = 86_400_000;
const only = (lines: Parameters<typeof policyText>[0]): Account => parse(policyText(lines)).accounts[0] as Account;
const production = 'baseUrl: https://api.example.com';
const inProduction = (text: string): Account =>
  parse(text.replace('environment: sandbox', 'environment: production')).accounts[0] as Account;

describe('a policy that says nothing', () => {
  it('means the printed defaults in a sandbox', () => {
    expect(only({})).toEqual({
      name: 'shop',
      provider: 'modulus',
      environment: 'sandbox',
      baseUrl: 'https://webhooks.sbx.example.com',
      credentials: { secretKey: 'env:SHOP_KEY' },
      options: {},
      mode: 'report',
      rules: {},
      protect: [],
      lifecycle: { noticeMs: 0, observeMs: dayMs },
      limits: { perRun: { count: 10, percent: 20 }, perDay: { count: 20 }, shrink: { percent: 30 } },
      retry: { attempts: 8, baseMs: 2000, capMs: 300_000 },
      notify: {},
      keepLast: true,
    });
  });

  it('gives a day of notice in production', () => {
    expect(inProduction(policyText({ account: production })).lifecycle).toEqual({ noticeMs: dayMs, observeMs: dayMs });
  });

  it('means the printed defaults for each rule that is listed', () => {
    const file =
      'rules: { test: {}, duplicate: {}, stale: {}, disabled: {}, retired-host: { hosts: [a.example] }, superseded-secret: {}, unresolvable: {} }';
    expect(only({ file }).rules).toEqual({
      test: { afterMs: dayMs, hosts: [] },
      duplicate: { keep: 'newest' },
      stale: { afterMs: 90 * dayMs },
      disabled: { afterMs: 30 * dayMs },
      'retired-host': { hosts: ['a.example'] },
      'superseded-secret': { overlapMs: 7 * dayMs, keep: 1 },
      unresolvable: { scans: 3, apartMs: dayMs },
    });
  });

  it('takes 0 as zero, not as a default', () => {
    const { limits, lifecycle } = only({
      file: 'limits: { perRun: { count: 0, percent: 0 }, perDay: { count: 0 }, shrink: { percent: 0 } }\nlifecycle: { observe: 0s }',
    });
    expect(limits).toEqual({ perRun: { count: 0, percent: 0 }, perDay: { count: 0 }, shrink: { percent: 0 } });
    expect(lifecycle.observeMs).toBe(0);
  });
});

describe('an account', () => {
  it('overrides what it names, key by key', () => {
    const account = `mode: auto
rules: { test: { hosts: [t.example.com] }, stale: false, disabled: {} }
protect: [{ id: "2", because: own }]
lifecycle: { notice: 1h }
limits: { perRun: { count: 1 } }
retry: { attempts: 2 }
keepLast: false`;
    const file = `mode: approve
rules: { test: { after: 2d }, stale: {}, duplicate: {} }
protect: [{ id: "1", because: shared }]
lifecycle: { notice: 5h, observe: 2h }
limits: { perRun: { count: 7, percent: 5 }, perDay: { count: 3 } }
retry: { attempts: 3, base: 1s }
keepLast: true
notify: { sns: "arn:aws:sns:eu-west-1:123456789012:t" }`;
    expect(only({ account, file })).toMatchObject({
      mode: 'auto',
      protect: [{ id: '1' }, { id: '2' }],
      lifecycle: { noticeMs: 3_600_000, observeMs: 7_200_000 },
      limits: { perRun: { count: 1, percent: 5 }, perDay: { count: 3 }, shrink: { percent: 30 } },
      retry: { attempts: 2, baseMs: 1000, capMs: 300_000 },
      notify: { sns: 'arn:aws:sns:eu-west-1:123456789012:t' },
      keepLast: false,
    });
    expect(only({ account, file }).rules).toEqual({
      test: { afterMs: 2 * dayMs, hosts: ['t.example.com'] },
      duplicate: { keep: 'newest' },
      disabled: { afterMs: 30 * dayMs },
    });
  });
});

describe('the hash', () => {
  const body = {
    version: 1,
    mode: 'report',
    accounts: [
      {
        name: 'a',
        provider: 'modulus',
        environment: 'sandbox',
        baseUrl: 'https://webhooks.sbx.example.com/',
        credentials: { secretKey: 'env:A' },
        options: {},
        mode: 'report',
      },
      { name: 'b', provider: 'modulus', environment: 'sandbox', credentials: { secretKey: 'env:B' }, keepLast: true },
    ],
    rules: { test: { after: '1d', hosts: [] }, stale: { after: '90d' } },
    limits: { perRun: { count: 10, percent: 20 }, perDay: { count: 20 }, shrink: { percent: 30 } },
    lifecycle: { observe: '24h' },
    retry: { attempts: 8, base: '2s', cap: '5m' },
    protect: [],
    keepLast: true,
  };
  const needed = new Set([
    'version',
    'accounts',
    'rules',
    'name',
    'provider',
    'environment',
    'credentials',
    'secretKey',
    'test',
    'stale',
  ]);

  /** The same policy with keys in another order, some defaults left out, durations spelled anew, and comments. */
  const respelled = (value: unknown, chance: () => number): unknown => {
    if (Array.isArray(value)) return value.map((entry) => respelled(entry, chance));
    if (value === '1d' || value === '24h') return chance() < 0.5 ? '24h' : '86400s';
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => needed.has(key) || chance() < 0.5)
        .map(([key, member]) => ({ rank: chance(), key, member: respelled(member, chance) }))
        .sort((x, y) => x.rank - y.rank)
        .map(({ key, member }) => [key, member]),
    );
  };

  it('does not depend on order, comments, spelling or whether a default is written out', () => {
    const { hash } = parse(stringify(body));
    expect(hash).toMatch(/^sha256:[0-9a-f]{64}$/);
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (chances) => {
        const text = stringify(respelled(body, () => chances.next().value ?? 0));
        expect(parse(text.replaceAll('\n', ' # said so\n')).hash).toBe(hash);
      }),
      { numRuns: 60 },
    );
    expect(parse(stringify({ ...body, accounts: body.accounts.toReversed() })).hash).toBe(hash);
  });

  it.each([
    ['mode', { mode: 'auto' }],
    ['a limit', { limits: { perRun: { count: 9 } } }],
    ['a rule', { rules: { test: {} } }],
    ['a protection', { protect: [{ id: '1', because: 'x' }] }],
    ['keepLast', { keepLast: false }],
    ['a credential', { accounts: [body.accounts[0], { ...body.accounts[1], credentials: { secretKey: 'env:C' } }] }],
  ])('changes with %s', (_what, change) => {
    expect(parse(stringify({ ...body, ...change })).hash).not.toBe(parse(stringify(body)).hash);
  });
});

describe('doubts about a valid policy', () => {
  const doubts = (text: string) =>
    checkPolicy({ version: 1, hash: '', accounts: [inProduction(text)] }).map(({ message }) => message);

  it('has none about a careful one', () => {
    expect(doubts(policyText({ account: production, file: 'rules: { test: {} }' }))).toEqual([]);
  });

  it('are raised where no rule is on, the last one may go, or the wait is short', () => {
    expect(doubts(policyText({ account: production }))).toEqual([expect.stringMatching(/no rule is on/)]);
    const risky = doubts(
      policyText({ account: production, file: 'rules: { test: {} }\nkeepLast: false\nlifecycle: { observe: 23h }' }),
    );
    expect(risky).toEqual([expect.stringMatching(/keepLast/), expect.stringMatching(/observe/)]);
  });
});
