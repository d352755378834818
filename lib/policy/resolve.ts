import { defaults, ruleDefaults } from './defaults.ts';
import { policyHash } from './packaged.ts';
import type { Account, Policy, RuleName, Rules } from './policy.ts';
import type { Definitions, WrittenAccount, WrittenPolicy } from './schema.ts';

/** Merges what accounts inherit and fills in every default. The nearer word wins, key by key. */
export const resolvePolicy = (written: WrittenPolicy, definitions: Definitions): Policy => {
  const accounts = written.accounts.map((account) => resolveAccount(written, account, definitions));
  return { version: 1, accounts, hash: policyHash(accounts) };
};

const resolveAccount = (top: WrittenPolicy, account: WrittenAccount, definitions: Definitions): Account => {
  const { name, provider, environment, credentials, options } = account;
  const baseUrl =
    account.baseUrl ??
    definitions[provider]?.baseUrlFrom?.(options) ??
    definitions[provider]?.baseUrl[environment] ??
    null;
  if (baseUrl === null) throw new Error(`account ${name} passed the schema without a base URL`);
  return {
    ...{ name, provider, environment, credentials, options },
    baseUrl: baseUrl.replace(/\/+$/, ''),
    mode: account.mode ?? top.mode ?? defaults.mode,
    rules: resolveRules(top.rules ?? {}, account.rules ?? {}),
    protect: [...(top.protect ?? []), ...(account.protect ?? [])],
    ...resolveNumbers(top, account),
    notify: { ...top.notify, ...account.notify },
    keepLast: account.keepLast ?? top.keepLast ?? defaults.keepLast,
  };
};

const resolveNumbers = (
  top: WrittenPolicy,
  account: WrittenAccount,
): Pick<Account, 'lifecycle' | 'limits' | 'retry'> => {
  const lifecycle = { ...top.lifecycle, ...account.lifecycle };
  const retry = { ...top.retry, ...account.retry };
  const usual = defaults.lifecycle[account.environment];
  return {
    lifecycle: { noticeMs: lifecycle.notice ?? usual.noticeMs, observeMs: lifecycle.observe ?? usual.observeMs },
    limits: {
      perRun: { ...defaults.limits.perRun, ...top.limits?.perRun, ...account.limits?.perRun },
      perDay: { ...defaults.limits.perDay, ...top.limits?.perDay, ...account.limits?.perDay },
      shrink: { ...defaults.limits.shrink, ...top.limits?.shrink, ...account.limits?.shrink },
    },
    retry: {
      attempts: retry.attempts ?? defaults.retry.attempts,
      baseMs: retry.base ?? defaults.retry.baseMs,
      capMs: retry.cap ?? defaults.retry.capMs,
    },
  };
};

type TopRules = NonNullable<WrittenPolicy['rules']>;
type AccountRules = NonNullable<WrittenAccount['rules']>;
type Written = { [R in RuleName]: NonNullable<TopRules[R]> };

const withDefaults: { [R in RuleName]: (written: Written[R]) => NonNullable<Rules[R]> } = {
  test: ({ after, hosts }) => ({
    afterMs: after ?? ruleDefaults.test.afterMs,
    hosts: hosts ?? ruleDefaults.test.hosts,
  }),
  duplicate: ({ keep }) => ({ keep: keep ?? ruleDefaults.duplicate.keep }),
  stale: ({ after }) => ({ afterMs: after ?? ruleDefaults.stale.afterMs }),
  disabled: ({ after }) => ({ afterMs: after ?? ruleDefaults.disabled.afterMs }),
  'retired-host': ({ hosts }) => ({ hosts: hosts ?? ruleDefaults['retired-host'].hosts }),
  'superseded-secret': ({ overlap, keep }) => ({
    overlapMs: overlap ?? ruleDefaults['superseded-secret'].overlapMs,
    keep: keep ?? ruleDefaults['superseded-secret'].keep,
  }),
  unresolvable: ({ scans, apart }) => ({
    scans: scans ?? ruleDefaults.unresolvable.scans,
    apartMs: apart ?? ruleDefaults.unresolvable.apartMs,
  }),
};

const resolveRules = (top: TopRules, account: AccountRules): Rules => {
  const rules: Rules = {};
  for (const rule of Object.keys(withDefaults) as RuleName[]) turnOn(rules, rule, top, account);
  return rules;
};

const turnOn = <R extends RuleName>(rules: Rules, rule: R, top: TopRules, account: AccountRules): void => {
  const inherited = top[rule];
  const own = account[rule];
  if (own === false || (own === undefined && inherited === undefined)) return;
  rules[rule] = withDefaults[rule]({ ...inherited, ...own } as Written[R]);
};
