import { type AuditRecord, auditRecords } from '../audit/printed.ts';
import type { Unreadable } from '../audit/query.ts';
import { recordRef } from '../audit/record.ts';
import { iso, type Ms } from '../clock.ts';
import { readSeen } from '../jobs/population.ts';
import { accountOf, type Ports } from '../jobs/ports.ts';
import { readScope, readScopeNames } from '../jobs/scope.ts';
import type { SnapshotRow } from '../jobs/snapshot-rows.ts';
import { readSnapshot, readSnapshotDays, type SnapshotDay } from '../jobs/snapshots.ts';
import type { PlanItem } from '../plan/item.ts';
import type { Account, Policy } from '../policy/policy.ts';
import type { Capabilities } from '../providers/contract.ts';
import { type Proposals, proposalsOf } from './judge.ts';
import type { Regret } from './regret.ts';
import { createTally, type Tallied } from './tally.ts';

/** One webhook on which the policies differ. ISO 8601 times; the URL is redacted. */
export type BacktestItem = Pick<
  PlanItem,
  'account' | 'provider' | 'environment' | 'scope' | 'webhookId' | 'kind' | 'url' | 'name' | 'findings'
> & {
  /** The first scan in which only one of the policies proposes it, and the number of such scans. */
  firstAt: string;
  scans: number;
  /** When the other policy proposes it as well, or null where it never does. */
  otherFirstAt: string | null;
  regret: Regret | null;
};

export type BacktestAccount = {
  account: string;
  /** One a day and scope. */
  scans: number;
  from: string | null;
  to: string | null;
  /** Webhooks that each policy proposes in any of the scans. */
  present: number;
  changed: number;
};

/** What `backtest --json` prints. */
export type Backtest = {
  version: 1;
  /** Hashes of the policies. */
  present: string;
  changed: string;
  from: string | null;
  to: string | null;
  scans: number;
  /** Scans that are kept and cannot be believed. */
  unreadable: number;
  accounts: readonly BacktestAccount[];
  additional: readonly BacktestItem[];
  noLonger: readonly BacktestItem[];
  summary: { additional: number; regret: number; noLonger: number; spared: number };
  warnings: readonly string[];
};

export type BacktestPorts = Pick<Ports, 'table' | 'clock' | 'random'> & {
  /** What the provider of an account can do, or null where this version does not know it. */
  capabilitiesOf(account: Account): Capabilities | null;
};

export type BacktestRequest = { present: Policy; changed: Policy; accounts: readonly string[]; since: Ms };

type ScopeResult = Pick<Backtest, 'additional' | 'noLonger' | 'unreadable'> & {
  days: readonly SnapshotDay[];
  proposed: { present: number; changed: number };
};

const printed = ({ item, since, days, regret }: Tallied, otherFirst: Ms | undefined): BacktestItem => {
  const { account, provider, environment, scope, webhookId, kind, url, name, findings } = item;
  return {
    ...{ account, provider, environment, scope, webhookId, kind, url, name },
    findings: findings.filter(({ proposes }) => proposes),
    firstAt: iso(since.at),
    scans: days,
    otherFirstAt: otherFirst === undefined ? null : iso(otherFirst),
    regret,
  };
};

const nothing: Proposals = new Map();

/** How a policy judges the snapshots of an account; an account that it does not name has no proposals. */
const judgeOf = ({ capabilitiesOf }: BacktestPorts, policy: Policy, name: string) => {
  const account = accountOf(policy, name);
  const capabilities = account && capabilitiesOf(account);
  return (scope: string, at: Ms, rows: readonly SnapshotRow[]): Proposals =>
    account && capabilities ? proposalsOf(account, capabilities, { scope, at, rows }) : nothing;
};

const backtestScope = async (
  ports: BacktestPorts,
  { present, changed, since }: BacktestRequest,
  account: string,
  scope: string,
  records: ReadonlyMap<string, AuditRecord>,
): Promise<ScopeResult> => {
  const kept = (await readSnapshotDays(ports, account, scope)).filter(({ at }) => at >= since);
  const [before, after] = [judgeOf(ports, present, account), judgeOf(ports, changed, account)];
  const tally = createTally();
  const days: SnapshotDay[] = [];
  let last: { hash: string | null; rows: readonly SnapshotRow[] } = { hash: null, rows: [] };
  for (const day of kept) {
    const rows = last.hash === day.hash ? last.rows : await readSnapshot(ports, account, scope, day);
    if (rows === null) continue;
    last = { hash: day.hash, rows };
    days.push(day);
    tally.add({ scope, at: day.at, rows }, before(scope, day.at, rows), after(scope, day.at, rows));
  }
  const item = await readScope(ports, account, scope);
  tally.end(await readSeen(ports, item), item?.lastGood?.at ?? 0, records);
  return {
    days,
    unreadable: kept.length - days.length,
    proposed: { present: tally.presentFirst.size, changed: tally.changedFirst.size },
    additional: [...tally.additional].map(([key, one]) => printed(one, tally.presentFirst.get(key))),
    noLonger: [...tally.noLonger].map(([key, one]) => printed(one, tally.changedFirst.get(key))),
  };
};

const recordsOf = async ({ table, clock }: BacktestPorts, account: string, unreadable: (found: Unreadable) => void) =>
  Map.groupBy(await auditRecords(table, { account }, clock.now(), unreadable), ({ scope }) => scope);

const span = (days: readonly Pick<SnapshotDay, 'at'>[]): Pick<Backtest, 'from' | 'to'> => {
  const times = days.map(({ at }) => at);
  if (times.length === 0) return { from: null, to: null };
  return { from: iso(Math.min(...times)), to: iso(Math.max(...times)) };
};

const asksDns = (policy: Policy, name: string): boolean => accountOf(policy, name)?.rules.unresolvable !== undefined;

/** What the snapshots of an account cannot tell. */
const doubts = ({ present, changed }: BacktestRequest, name: string, scans: number): string[] => [
  ...(scans === 0 ? [`no scan of ${name} is kept`] : []),
  ...(accountOf(present, name) ? [] : [`${name} is not in the present policy, so all that is proposed of it is new`]),
  ...(accountOf(changed, name) ? [] : [`${name} is not in the changed policy, so nothing of it is proposed any more`]),
  ...(asksDns(changed, name) && !asksDns(present, name)
    ? [`${name}: the scans did not ask DNS, so nothing is said of unresolvable`]
    : []),
];

/**
 * Runs two policies over the scans that are kept and tells where they differ, and what came of those webhooks later.
 * Reads the table only, one population at a time.
 */
export const backtest = async (ports: BacktestPorts, request: BacktestRequest): Promise<Backtest> => {
  const results: ScopeResult[] = [];
  const accounts: BacktestAccount[] = [];
  const warnings: string[] = [];
  for (const account of request.accounts) {
    const records = await recordsOf(ports, account, ({ record, why }) =>
      warnings.push(`${record} is left out, it cannot be read: ${why}`),
    );
    const own: ScopeResult[] = [];
    for (const scope of await readScopeNames(ports, account)) {
      const byRef = new Map((records.get(scope) ?? []).map((record) => [recordRef(record), record]));
      own.push(await backtestScope(ports, request, account, scope, byRef));
    }
    const days = own.flatMap((one) => one.days);
    const count = (policy: keyof ScopeResult['proposed']) =>
      own.reduce((sum, { proposed }) => sum + proposed[policy], 0);
    accounts.push({ account, scans: days.length, ...span(days), present: count('present'), changed: count('changed') });
    warnings.push(...doubts(request, account, days.length));
    results.push(...own);
  }
  const additional = results.flatMap((one) => one.additional);
  const noLonger = results.flatMap((one) => one.noLonger);
  const regretted = (items: readonly BacktestItem[]) => items.filter(({ regret }) => regret !== null).length;
  const days = results.flatMap((one) => one.days);
  return {
    version: 1,
    present: request.present.hash,
    changed: request.changed.hash,
    ...span(days),
    scans: days.length,
    unreadable: results.reduce((sum, one) => sum + one.unreadable, 0),
    accounts,
    additional,
    noLonger,
    summary: {
      ...{ additional: additional.length, regret: regretted(additional) },
      ...{ noLonger: noLonger.length, spared: regretted(noLonger) },
    },
    warnings,
  };
};
