import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../lib/canonical.ts';
import { ruleDefaults } from '../../lib/policy/defaults.ts';
import { policyDifferences } from '../../lib/policy/difference.ts';
import { policyHash } from '../../lib/policy/packaged.ts';
import type { Account, Policy } from '../../lib/policy/policy.ts';
import { parse, policyText } from './definitions.ts';

const base: Account = {
  ...(parse(policyText()).accounts[0] as Account),
  rules: { ...ruleDefaults, 'retired-host': { hosts: ['old.example.com'] } },
  protect: [{ host: 'api.example.com', because: 'checkout' }],
  notify: { sns: 'arn:aws:sns:us-east-1:123456789012:ops' },
};
const policy = (...accounts: Account[]): Policy => ({ version: 1, accounts, hash: policyHash(accounts) });
const told = (before: Account, after: Account) =>
  policyDifferences(policy(before), policy(after)).map(({ what, change, effect }) => `${what} ${change}: ${effect}`);
const { test: _test, ...withoutTest } = base.rules;

describe('the difference of two policies', () => {
  it('is nothing between a policy and itself, in whatever order its accounts stand', () => {
    const other = { ...base, name: 'till' };
    expect(policyDifferences(policy(base, other), policy(other, base))).toEqual([]);
  });

  const { limits, lifecycle } = base;
  it.each<[string, Partial<Account>, string]>([
    ['a mode that asks nobody', { mode: 'auto' }, 'mode changed: loosens'],
    ['production that was a sandbox', { environment: 'production' }, 'environment changed: tightens'],
    ['a larger budget', { limits: { ...limits, perDay: { count: 21 } } }, 'limits.perDay.count changed: loosens'],
    ['a smaller one', { limits: { ...limits, perDay: { count: 0 } } }, 'limits.perDay.count changed: tightens'],
    ['a larger share', { limits: { ...limits, shrink: { percent: 31 } } }, 'limits.shrink.percent changed: loosens'],
    ['a shorter wait', { lifecycle: { ...lifecycle, observeMs: 1 } }, 'lifecycle.observeMs changed: loosens'],
    ['a longer wait', { lifecycle: { ...lifecycle, noticeMs: 1 } }, 'lifecycle.noticeMs changed: tightens'],
    ['the last one for free', { keepLast: false }, 'keepLast changed: loosens'],
    ['no protection', { protect: [] }, 'protect changed: loosens'],
    ['another protection', { protect: [{ id: '1', because: 'x' }] }, 'protect changed: loosens'],
    ['more protection', { protect: [...base.protect, { id: '1', because: 'x' }] }, 'protect changed: tightens'],
    ['another reason to protect', { protect: [{ host: 'api.example.com', because: 'till' }] }, ''],
    ['a rule less', { rules: withoutTest }, 'rules.test removed: tightens'],
    ['a rule sooner', { rules: { ...base.rules, stale: { afterMs: 1 } } }, 'rules.stale.afterMs changed: loosens'],
    [
      'another victim',
      { rules: { ...base.rules, duplicate: { keep: 'oldest' } } },
      'rules.duplicate.keep changed: loosens',
    ],
    [
      'a host less',
      { rules: { ...base.rules, 'retired-host': { hosts: [] } } },
      'rules.retired-host.hosts changed: tightens',
    ],
    [
      'a host for another',
      { rules: { ...base.rules, 'retired-host': { hosts: ['b.example'] } } },
      'rules.retired-host.hosts changed: loosens',
    ],
    ['nobody told', { notify: {} }, 'notify.sns removed: loosens'],
    ['another place', { baseUrl: 'https://other.example.com' }, 'baseUrl changed: loosens'],
    ['more patience', { retry: { ...base.retry, attempts: 9 } }, 'retry.attempts changed: neutral'],
  ])('%s', (_what, over, expected) => {
    expect(told(base, { ...base, ...over }).join()).toBe(expected);
  });

  it('is a rule as a whole where it was off', () => {
    expect(told({ ...base, rules: withoutTest }, base)).toEqual(['rules.test added: loosens']);
  });

  it('is an account as a whole where it comes or goes, and harmless while it only reports', () => {
    const news: Account = { ...base, name: 'till' };
    expect(policyDifferences(policy(base), policy(base, news))).toMatchObject([
      { account: 'till', what: '', change: 'added', effect: 'neutral' },
    ]);
    expect(policyDifferences(policy(base), policy(base, { ...news, mode: 'auto' }))).toMatchObject([
      { effect: 'loosens' },
    ]);
    expect(policyDifferences(policy(base, news), policy(base))).toMatchObject([
      { change: 'removed', effect: 'tightens' },
    ]);
  });

  const leaves = (value: unknown, path: readonly string[] = []): (readonly string[])[] =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !['options', 'credentials'].includes(path[0] ?? '')
      ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]))
      : [path];
  const edited = (path: readonly string[], value: Json): Account => {
    const copy = structuredClone(base) as unknown as Record<string, unknown>;
    const holder = path.slice(0, -1).reduce((inner, key) => inner[key] as Record<string, unknown>, copy);
    holder[path.at(-1) ?? ''] = value;
    return copy as unknown as Account;
  };

  it('leaves out no setting that there is', () => {
    const { name, ...settings } = base;
    for (const path of leaves(settings)) {
      const old = path.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], base);
      const value = Array.isArray(old) ? [{ id: 'new' }] : typeof old === 'object' ? { new: 'x' } : 'new';
      expect(told(base, edited(path, value)), path.join('.')).toHaveLength(1);
    }
  });

  it('has two sides: what loosens one way never loosens the other way too, where it can be ranked', () => {
    const count = fc.integer({ min: 0, max: 1000 });
    fc.assert(
      fc.property(count, count, fc.constantFrom('perDay', 'perRun'), (a, b, limit) => {
        const one = edited(['limits', limit, 'count'], a);
        const two = edited(['limits', limit, 'count'], b);
        const effects = [...told(one, two), ...told(two, one)].map((text) => text.split(': ')[1]).toSorted();
        expect(effects).toEqual(a === b ? [] : ['loosens', 'tightens']);
      }),
    );
  });
});
