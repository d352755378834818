import { findRecords } from '../audit/query.ts';
import { type CleanupRecord, recordName } from '../audit/record.ts';
import { isOpen } from '../audit/states.ts';
import { iso, type Ms } from '../clock.ts';
import type { AccountScan } from '../jobs/look.ts';
import type { Ports } from '../jobs/ports.ts';
import type { AccountPlan } from '../plan/item.ts';
import { type ExitCode, exit } from './command.ts';

/** What the exit code of a run follows from. */
export type RunFacts = {
  /** Every account that was asked for is stopped. */
  stopped: boolean;
  /** Accounts asked for, and what became of their scans. */
  accounts: readonly Pick<AccountPlan, 'status' | 'scopes'>[];
  failed: number;
  held: number;
  proposed: number;
};

const isShrunk = ({ scopes }: RunFacts['accounts'][number]): boolean =>
  scopes.some(({ status }) => status !== 'complete') &&
  scopes.every(({ status, error }) => status === 'complete' || error?.code === 'shrink');

const isRead = ({ scopes }: RunFacts['accounts'][number]): boolean =>
  scopes.some(({ status }) => status === 'complete');

/** The first that fits: nothing readable, refused as a whole, done in part, something waits for a decision, all well. */
export const runExit = ({ stopped, accounts, failed, held, proposed }: RunFacts): ExitCode => {
  const unread = accounts.length > 0 && !accounts.some(isRead);
  if (unread && !accounts.every(isShrunk)) return exit.error;
  if (unread || stopped) return exit.refused;
  if (failed > 0 || held > 0 || accounts.some(({ status }) => status !== 'complete')) return exit.partly;
  return proposed > 0 ? exit.waits : exit.ok;
};

export type Waiting = {
  record: string;
  state: string;
  url: string | null;
  waitFor: string | null;
  until: string | null;
};

export type RunReport = {
  /** Records of the policy's accounts by their present state. */
  summary: Record<string, number>;
  /** Open records that something or somebody still has to move on. */
  waiting: readonly Waiting[];
  scan: { accounts: readonly AccountPlan[] };
};

const always = ['deleted', 'kept', 'gone', 'failed', 'disabled', 'observing', 'proposed', 'held'];

const countsOf = (records: readonly CleanupRecord[]): Record<string, number> => {
  const counts = Object.fromEntries(always.map((name) => [name, 0]));
  for (const { state, held } of records) {
    const name = held === undefined ? state : 'held';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};

const waitingOf = (record: CleanupRecord): Waiting => ({
  record: recordName(record),
  state: record.state,
  url: record.url,
  waitFor: record.held ?? record.waitFor ?? null,
  until: record.held === undefined && record.dueAt !== undefined ? iso(record.dueAt) : null,
});

/** Looks up what a run leaves behind; `failed` counts what failed since it began. */
export const reportOf = async (
  ports: Ports,
  scans: readonly AccountScan[],
  since: Ms,
): Promise<RunReport & Pick<RunFacts, 'failed'>> => {
  const names = new Set(ports.policy.accounts.map(({ name }) => name));
  const records = (await findRecords(ports.table, {}, ports.clock.now())).filter(({ account }) => names.has(account));
  const isNewFailure = ({ state, history }: CleanupRecord) =>
    state === 'failed' && Date.parse(history.at(-1)?.at ?? '') >= since;
  return {
    summary: countsOf(records),
    waiting: records
      .filter(({ state }) => isOpen(state))
      .map(waitingOf)
      .sort((a, b) => (a.until ?? '').localeCompare(b.until ?? '')),
    scan: { accounts: scans.map(({ plan }) => plan) },
    failed: records.filter(isNewFailure).length,
  };
};
