import type { Account, Policy } from './policy.ts';

/** Something that is allowed and probably not meant. `account` is null where it is about the whole policy. */
export type PolicyWarning = { account: string | null; message: string; hint: string };

const dayMs = 24 * 60 * 60 * 1000;

const doubts: readonly { test: (account: Account) => boolean; message: string; hint: string }[] = [
  {
    test: ({ keepLast, environment }) => !keepLast && environment === 'production',
    message: 'keepLast is false on production',
    hint: 'it lifts the guard only for plan items that are marked `last` and approved by a person',
  },
  {
    test: ({ lifecycle, environment }) => lifecycle.observeMs < dayMs && environment === 'production',
    message: 'lifecycle.observe is under 24 h on production',
    hint: 'every deletion there needs an approval; raise it to 24h for unattended runs',
  },
  {
    test: ({ limits, mode }) => mode === 'auto' && (limits.perRun.count === 0 || limits.perRun.percent === 0),
    message: 'mode is auto and limits.perRun is 0',
    hint: '0 means zero: each plan waits for an approval',
  },
  {
    test: ({ limits }) => limits.perDay.count === 0,
    message: 'limits.perDay.count is 0',
    hint: '0 means zero: nothing is ever disabled or deleted',
  },
];

/** Doubts about a policy that is valid, in the order of its accounts. */
export const checkPolicy = ({ accounts }: Policy): readonly PolicyWarning[] => {
  const idle = accounts.filter(({ rules }) => Object.keys(rules).length === 0);
  const off = { message: 'no rule is on, so nothing is ever proposed', hint: 'list rules, e.g. rules: { test: {} }' };
  const all = idle.length === accounts.length;
  return [
    ...(all ? [{ account: null, ...off }] : idle.map(({ name }) => ({ account: name, ...off }))),
    ...accounts.flatMap((account) =>
      doubts.filter(({ test }) => test(account)).map(({ message, hint }) => ({ account: account.name, message, hint })),
    ),
  ];
};
