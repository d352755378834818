import type { Account, Environment, Rules } from './policy.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** What a policy file that says nothing means. */
export const defaults = {
  mode: 'report',
  lifecycle: {
    sandbox: { noticeMs: 0, observeMs: day },
    production: { noticeMs: day, observeMs: day },
  },
  limits: { perRun: { count: 10, percent: 20 }, perDay: { count: 20 }, shrink: { percent: 30 } },
  retry: { attempts: 8, baseMs: 2 * second, capMs: 5 * minute },
  keepLast: true,
} as const satisfies Pick<Account, 'mode' | 'limits' | 'retry' | 'keepLast'> & {
  lifecycle: Readonly<Record<Environment, Account['lifecycle']>>;
};

/** What a rule means that is listed without parameters. */
export const ruleDefaults = {
  test: { afterMs: day, hosts: [] },
  duplicate: { keep: 'newest' },
  stale: { afterMs: 90 * day },
  disabled: { afterMs: 30 * day },
  'retired-host': { hosts: [] },
  'superseded-secret': { overlapMs: 7 * day, keep: 1 },
  unresolvable: { scans: 3, apartMs: day },
} as const satisfies Required<Rules>;
