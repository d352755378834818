import { canonical, type Json } from '../canonical.ts';
import type { Account, Policy, RuleName } from './policy.ts';

/** `loosens`: more may be changed, or with less ado, or something else is looked at; in doubt it is this. */
export type Effect = 'loosens' | 'tightens' | 'neutral';

/** One thing in which two policies behave differently. Times in milliseconds; null where it is not there. */
export type Difference = {
  account: string;
  /** Path within the resolved account, such as `limits.perDay.count`; empty for the account as a whole. */
  what: string;
  change: 'added' | 'removed' | 'changed';
  before: Json;
  after: Json;
  effect: Effect;
};

type Judge = (before: Json, after: Json) => Effect;

const opposite =
  (judge: Judge): Judge =>
  (before, after) =>
    judge(after, before);
const more: Judge = (before, after) => (Number(after) > Number(before) ? 'loosens' : 'tightens');
const less = opposite(more);
const any: Judge = () => 'loosens';
const none: Judge = () => 'neutral';
const ranked =
  (...upwards: readonly Json[]): Judge =>
  (before, after) =>
    more(upwards.indexOf(before), upwards.indexOf(after));
/** A list may reach further by what it gains; what it loses tightens only if it gains nothing. */
const longer: Judge = (before, after) => {
  const had = new Set((before as readonly Json[]).map((entry) => canonical(entry)));
  return (after as readonly Json[]).some((entry) => !had.has(canonical(entry))) ? 'loosens' : 'tightens';
};
/** An entry that protected and is gone loosens, whatever else came. */
const shorter = opposite(longer);

/** What each setting of an account does when it changes. */
const judges: Readonly<Record<string, Judge>> = {
  provider: any,
  baseUrl: any,
  credentials: any,
  options: any,
  environment: ranked('production', 'sandbox'),
  mode: ranked('report', 'approve', 'auto'),
  keepLast: ranked(true, false),
  protect: shorter,
  'notify.sns': (_before, after) => (after === null ? 'loosens' : 'neutral'),
  'lifecycle.noticeMs': less,
  'lifecycle.observeMs': less,
  'limits.perRun.count': more,
  'limits.perRun.percent': more,
  'limits.perDay.count': more,
  'limits.shrink.percent': more,
  'retry.attempts': none,
  'retry.baseMs': none,
  'retry.capMs': none,
  'rules.test.afterMs': less,
  'rules.test.hosts': longer,
  'rules.duplicate.keep': any,
  'rules.stale.afterMs': less,
  'rules.disabled.afterMs': less,
  'rules.retired-host.hosts': longer,
  'rules.superseded-secret.overlapMs': less,
  'rules.superseded-secret.keep': less,
  'rules.unresolvable.scans': less,
  'rules.unresolvable.apartMs': less,
};

const valueAt = (account: Account, path: string): Json =>
  path
    .split('.')
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], account) as Json;

/** Why something is protected changes nothing. */
const behaviourOf = (account: Account, path: string): Json => {
  if (path === 'protect') return account.protect.map(({ because, ...keys }) => keys);
  return valueAt(account, path) ?? null;
};

const ruleNames = (account: Account): RuleName[] => Object.keys(account.rules) as RuleName[];

const ruleDifferences = (before: Account, after: Account): Difference[] => {
  const account = after.name;
  const [had, has] = [ruleNames(before), ruleNames(after)];
  const added = has.filter((rule) => !had.includes(rule));
  const removed = had.filter((rule) => !has.includes(rule));
  const value = (from: Account, rule: RuleName) => valueAt(from, `rules.${rule}`);
  return [
    ...added.map((rule) => ({
      ...{ account, what: `rules.${rule}`, change: 'added' as const },
      ...{ before: null, after: value(after, rule), effect: 'loosens' as const },
    })),
    ...removed.map((rule) => ({
      ...{ account, what: `rules.${rule}`, change: 'removed' as const },
      ...{ before: value(before, rule), after: null, effect: 'tightens' as const },
    })),
  ];
};

const accountDifferences = (before: Account, after: Account): Difference[] => {
  const rules = ruleDifferences(before, after);
  const settings = Object.entries(judges).flatMap(([what, judge]): Difference[] => {
    if (rules.some((rule) => what.startsWith(`${rule.what}.`))) return [];
    const [old, now] = [behaviourOf(before, what), behaviourOf(after, what)];
    if (canonical(old) === canonical(now)) return [];
    const change = old === null ? 'added' : now === null ? 'removed' : 'changed';
    return [{ account: after.name, what, change, before: old, after: now, effect: judge(old, now) }];
  });
  return [...settings, ...rules];
};

/** What is done unattended in a new account is nothing while it only reports. */
const newAccount = ({ name, mode }: Account): Difference => ({
  ...{ account: name, what: '', change: 'added', before: null, after: mode },
  effect: mode === 'report' ? 'neutral' : 'loosens',
});
const goneAccount = ({ name, mode }: Account): Difference => ({
  ...{ account: name, what: '', change: 'removed', before: mode, after: null, effect: 'tightens' },
});

/** In what the second policy behaves differently from the first, account by account. */
export const policyDifferences = (before: Policy, after: Policy): Difference[] => {
  const had = new Map(before.accounts.map((account) => [account.name, account]));
  const has = new Set(after.accounts.map(({ name }) => name));
  return [
    ...after.accounts.flatMap((account) => {
      const old = had.get(account.name);
      return old ? accountDifferences(old, account) : [newAccount(account)];
    }),
    ...before.accounts.filter(({ name }) => !has.has(name)).map(goneAccount),
  ];
};
