import { findRecords } from '../audit/query.ts';
import { type CleanupRecord, recordName } from '../audit/record.ts';
import { isOpen, type State } from '../audit/states.ts';
import { iso, type Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import type { Account } from '../policy/policy.ts';
import { type AccountItem, everyAccount, readAccounts } from './account.ts';
import { readGate, usedOn } from './gate.ts';
import { type PlanStatus, readHeader } from './plans.ts';
import type { Ports } from './ports.ts';
import { readScopeNames, readScopeNow, type ScopeItem } from './scope.ts';

type Stop = { at: string; actor: string; reason: string };

export type ScopeState = {
  scope: string;
  lastGood: { at: string; webhooks: number } | null;
  /** The newest scan, where it was no good one. */
  lastFailure: { at: string; status: string; code: string | null; message: string | null } | null;
  /** Webhooks that a worker holds now, or left in an unknown state. */
  busy: number;
};

export type AccountState = Pick<Account, 'provider' | 'environment' | 'mode'> & {
  account: string;
  stopped: Stop | null;
  paused: { until: string; kind: 'throttle' | 'credential'; why: string } | null;
  /** Webhooks let through today, in UTC, of those that may be. */
  budget: { day: string; used: number; limit: number };
  scopes: readonly ScopeState[];
};

export type OpenRecord = {
  record: string;
  url: string | null;
  state: State;
  dueAt: string | null;
  waitFor: string | null;
  held: string | null;
};

export type WaitingPlan = {
  planId: string;
  account: string;
  status: PlanStatus;
  items: number;
  createdAt: string;
  lapsesAt: string;
};

/** What `status --json` prints. ISO 8601 times. */
export type Status = {
  stopped: Stop | null;
  accounts: readonly AccountState[];
  /** Records by state. */
  records: Readonly<Partial<Record<State, number>>>;
  /** Open records, soonest first; held ones last. */
  due: readonly OpenRecord[];
  held: readonly OpenRecord[];
  plans: readonly WaitingPlan[];
  /** Null where it could not be asked. */
  deadLetters: number | null;
};

type ReadPorts = Pick<Ports, 'table' | 'clock' | 'policy' | 'random'>;

const stopOf = (item: AccountItem | undefined): Stop | null =>
  item?.stopped ? { ...item.stopped, at: iso(item.stopped.at) } : null;

const scopeState = (scope: string, item: ScopeItem | undefined): ScopeState => {
  const { lastGood, lastScan } = item ?? {};
  const failed = lastScan && lastScan.status !== 'complete' ? lastScan : null;
  return {
    scope,
    lastGood: lastGood ? { at: iso(lastGood.at), webhooks: lastGood.webhooks } : null,
    lastFailure: failed && {
      at: iso(failed.at),
      status: failed.status,
      code: failed.code ?? null,
      message: failed.message ?? null,
    },
    busy: Object.keys(item?.busy ?? {}).length,
  };
};

const accountState = async (
  ports: ReadPorts,
  account: Account,
  item: AccountItem | undefined,
  records: readonly CleanupRecord[],
  now: Ms,
): Promise<AccountState> => {
  const own = records.filter((record) => record.account === account.name).map(({ scope }) => scope);
  // Before the first scan: a provider without scopes of its own has one by the name of the account.
  const names = await readScopeNames(ports, account.name);
  const scopes = [...new Set([account.name, ...own, ...names])].toSorted();
  const items = await Promise.all(scopes.map((scope) => readScopeNow(ports, account.name, scope)));
  const lastScan = Math.max(
    0,
    ...items.flatMap((item, at) => (names.includes(scopes[at] ?? '') && item?.lastScan?.at) || 0),
  );
  // A failure of the account as a whole is over with the next scan that finds its scopes.
  const isOver = (scope: string, item: ScopeItem | undefined) =>
    scope === account.name && !names.includes(scope) && (item?.lastScan?.at ?? 0) <= lastScan;
  const known = scopes.flatMap((scope, at) =>
    own.includes(scope) || (items[at] && !isOver(scope, items[at])) ? [scopeState(scope, items[at])] : [],
  );
  const day = iso(now).slice(0, 10);
  const gates = [await readGate(ports, account.name), ...items.map((scope) => scope?.gate)];
  const used = gates.reduce((sum, gate) => sum + usedOn(gate, day), 0);
  const paused = item?.paused && item.paused.until > now ? item.paused : null;
  return {
    account: account.name,
    provider: account.provider,
    environment: account.environment,
    mode: account.mode,
    stopped: stopOf(item),
    paused: paused && { ...paused, until: iso(paused.until) },
    budget: { day, used, limit: account.limits.perDay.count },
    scopes: known,
  };
};

const openRecord = (record: CleanupRecord): OpenRecord => ({
  record: recordName(record),
  url: record.url,
  state: record.state,
  dueAt: record.dueAt === undefined ? null : iso(record.dueAt),
  waitFor: record.waitFor ?? null,
  held: record.held ?? null,
});

const waitingPlans = async (ports: Ports, items: readonly AccountItem[]): Promise<WaitingPlan[]> => {
  const ids = new Set(items.flatMap(({ pendingPlan, opening }) => [...(pendingPlan ? [pendingPlan] : []), ...opening]));
  const headers = await Promise.all([...ids].map((id) => readHeader(ports, id)));
  return headers.flatMap((header) => {
    if (!header || !['pending', 'approved', 'halted'].includes(header.status)) return [];
    const { planId, account, status, items: count, createdAt } = header;
    return [
      {
        planId,
        account,
        status,
        items: count,
        createdAt: iso(createdAt),
        lapsesAt: iso(createdAt + limits.planLapseMs),
      },
    ];
  });
};

/** All that an operator asks first. Reads the table only; `deadLetters` is what the queue tells. */
export const statusOf = async (ports: Ports, deadLetters: number | null): Promise<Status> => {
  const now = ports.clock.now();
  const { accounts } = ports.policy;
  const byName = await readAccounts(ports, [everyAccount, ...accounts.map(({ name }) => name)]);
  const records = await findRecords(ports.table, {}, now);
  const open = records
    .filter(({ state }) => isOpen(state))
    .toSorted((a, b) => (a.dueAt ?? Number.POSITIVE_INFINITY) - (b.dueAt ?? Number.POSITIVE_INFINITY))
    .map(openRecord);
  const counts = Object.fromEntries(
    [...Map.groupBy(records, ({ state }) => state)].map(([state, group]) => [state, group.length]),
  );
  return {
    stopped: stopOf(byName.get(everyAccount)),
    accounts: await Promise.all(
      accounts.map((account) => accountState(ports, account, byName.get(account.name), records, now)),
    ),
    records: counts,
    due: open.filter(({ held }) => held === null),
    held: open.filter(({ held }) => held !== null),
    plans: await waitingPlans(ports, [...byName.values()]),
    deadLetters,
  };
};
