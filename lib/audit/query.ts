import { contentId } from '../canonical.ts';
import { iso, type Ms } from '../clock.ts';
import type { Environment } from '../policy/policy.ts';
import type { Backup, Kind } from '../webhook.ts';
import { brokenAt, type Entry } from './chain.ts';
import {
  backupKey,
  type CleanupRecord,
  cycleKey,
  dueHashes,
  type RecordedFinding,
  recordName,
  type Subject,
  subjectOf,
} from './record.ts';
import type { State } from './states.ts';
import { whyUnreadable } from './stored.ts';
import type { Item, Key, Table } from './table.ts';

/** What `audit` can be asked for; all of it and-ed. Times in milliseconds. */
export type AuditFilter = {
  account?: string;
  provider?: string;
  environment?: Environment;
  webhook?: string;
  /** Part of the redacted URL. */
  url?: string;
  state?: State;
  rule?: string;
  guard?: string;
  actor?: string;
  plan?: string;
  /** Last change at or after. */
  since?: Ms;
  /** Last change before. */
  until?: Ms;
};

/** One record as `audit --json` prints it. The history is the whole story, closed cycles included. */
export type AuditRecord = {
  record: string;
  account: string;
  provider: string;
  environment: Environment;
  scope: string;
  webhookId: string;
  kind: Kind;
  url: string | null;
  state: State;
  cycle: number;
  held: string | null;
  outcome: string | null;
  leftAs: string | null;
  guard: string | null;
  findings: readonly RecordedFinding[];
  planId: string | null;
  backup: Backup | null;
  dueAt: string | null;
  waitFor: string | null;
  attempts: CleanupRecord['attempts'];
  restoredAs: string | null;
  history: readonly Entry[];
};

type BackupItem = Item & { backup: Backup };
type ClosedCycle = Item & Pick<CleanupRecord, 'history' | 'head' | 'seqBefore' | 'cycle' | 'backup'>;

/** Longest look back without `since`. */
const lookBackMonths = 24;

const monthsBetween = (since: Ms, until: Ms): string[] => {
  const months: string[] = [];
  const at = new Date(until);
  for (at.setUTCDate(1); iso(at.getTime()).slice(0, 7) >= iso(since).slice(0, 7); at.setUTCMonth(at.getUTCMonth() - 1))
    months.push(iso(at.getTime()).slice(0, 7));
  return months;
};

/** Keys of all records changed in a time range, newest month first, by the `time` index. */
async function* changedKeys(table: Table, since: Ms, until: Ms): AsyncIterable<Key> {
  const [from, to] = [iso(since).slice(0, 10), iso(until).slice(0, 10)];
  for (const month of monthsBetween(since, until))
    yield* table.query({ index: 'time', hash: month, from, to, descending: true });
}

const lastAt = (record: CleanupRecord): Ms => Date.parse(record.history.at(-1)?.at ?? iso(0));

const byKey = (filter: AuditFilter, subject: Subject | null): boolean =>
  subject !== null &&
  (filter.account === undefined || subject.account === filter.account) &&
  (filter.webhook === undefined || subject.webhookId === filter.webhook || recordName(subject) === filter.webhook);

const matches = (filter: AuditFilter, record: CleanupRecord): boolean => {
  const tests: boolean[] = [
    filter.provider === undefined || record.provider === filter.provider,
    filter.environment === undefined || record.environment === filter.environment,
    filter.url === undefined || (record.url?.includes(filter.url) ?? false),
    filter.state === undefined || record.state === filter.state,
    filter.rule === undefined || record.findings.some(({ rule }) => rule === filter.rule),
    filter.guard === undefined || record.endGuard === filter.guard,
    filter.actor === undefined || record.history.some(({ actor }) => actor === filter.actor),
    filter.plan === undefined || record.planId === filter.plan,
    filter.since === undefined || lastAt(record) >= filter.since,
    filter.until === undefined || lastAt(record) < filter.until,
  ];
  return tests.every(Boolean);
};

/** A record that cannot be believed, by name: it is told of, and nothing in it is shown. */
export type Unreadable = { record: string; why: string };

const nameOf = ({ pk }: Key): string => pk.slice('webhook#'.length);

/**
 * Records that match, newest change first. Reads both indexes and keys, never scans the table: one that was cut out of one index
 * is found by the other while it is open. Those that cannot be believed match
 * by their key alone; `onUnreadable` is told of them.
 */
export const findRecords = async (
  table: Table,
  filter: AuditFilter,
  now: Ms,
  onUnreadable: (found: Unreadable) => void = () => {},
): Promise<CleanupRecord[]> => {
  const until = filter.until ?? now + 24 * 60 * 60 * 1000;
  const since = filter.since ?? new Date(now).setUTCMonth(new Date(now).getUTCMonth() - lookBackMonths);
  const keys = new Map<string, Key>();
  for (const hash of dueHashes)
    for await (const key of table.query({ index: 'due', hash }))
      if (byKey(filter, subjectOf(key.pk))) keys.set(key.pk, key);
  for await (const key of changedKeys(table, since, until)) if (byKey(filter, subjectOf(key.pk))) keys.set(key.pk, key);
  const records = (await table.get([...keys.values()])) as CleanupRecord[];
  const believed = records.filter((record) => {
    const why = whyUnreadable(record);
    if (why !== null) onUnreadable({ record: nameOf(record), why });
    return why === null;
  });
  return believed
    .filter((record) => matches(filter, record))
    .sort((a, b) => lastAt(b) - lastAt(a) || (a.pk < b.pk ? -1 : 1));
};

const closedCycles = async (table: Table, record: CleanupRecord): Promise<ClosedCycle[]> => {
  const keys = Array.from({ length: Math.max(0, record.cycle - 1) }, (_, at) => cycleKey(record, at + 1));
  const cycles = (await table.get(keys)) as ClosedCycle[];
  return cycles.filter((item) => whyUnreadable(item) === null).sort((a, b) => a.cycle - b.cycle);
};

const printed = async (table: Table, record: CleanupRecord): Promise<AuditRecord> => {
  const [backup] = record.backup ? ((await table.get([backupKey(record, record.cycle)])) as BackupItem[]) : [];
  const before = await closedCycles(table, record);
  const { account, provider, environment, scope, webhookId, kind, url, state, cycle, findings, planId, attempts } =
    record;
  return {
    record: recordName(record),
    ...{ account, provider, environment, scope, webhookId, kind, url, state, cycle },
    held: record.held ?? null,
    outcome: record.pending ? (record.pending.outcome === 'sent' ? 'unknown' : record.pending.outcome) : null,
    leftAs: record.leftAs ?? null,
    guard: record.endGuard ?? null,
    findings,
    planId,
    backup: backup?.backup ?? null,
    dueAt: record.dueAt === undefined ? null : iso(record.dueAt),
    waitFor: record.waitFor ?? null,
    attempts,
    restoredAs: record.restoredAs ?? null,
    history: [...before.flatMap(({ history }) => history), ...record.history],
  };
};

export const auditRecords = async (
  table: Table,
  filter: AuditFilter,
  now: Ms,
  onUnreadable?: (found: Unreadable) => void,
): Promise<AuditRecord[]> =>
  Promise.all((await findRecords(table, filter, now, onUnreadable)).map((record) => printed(table, record)));

export type Verification = { records: number; entries: number; broken: { record: string; why: string }[] };

const wrongWith = async (table: Table, record: CleanupRecord): Promise<string | null> => {
  const cycles = await closedCycles(table, record);
  if (cycles.length !== record.cycle - 1)
    return `${record.cycle - 1 - cycles.length} closed cycles are missing or cannot be read`;
  const entries = [...cycles.flatMap(({ history }) => history), ...record.history];
  const broken = brokenAt(record.pk, entries, record.head);
  if (broken) return broken;
  for (const { cycle, backup: hash } of [...cycles, record]) {
    if (!hash) continue;
    const [kept] = (await table.get([backupKey(record, cycle)])) as BackupItem[];
    if (!kept) return `the backup of cycle ${cycle} is missing`;
    if (contentId(kept.backup) !== hash) return `the backup of cycle ${cycle} was changed`;
  }
  return null;
};

/** Checks each story that matches: no entry changed, moved or cut out, each backup as it was when it was written. */
export const verifyRecords = async (table: Table, filter: AuditFilter, now: Ms): Promise<Verification> => {
  const broken: Verification['broken'] = [];
  const records = await findRecords(table, filter, now, (found) => void broken.push(found));
  const unreadable = broken.length;
  for (const record of records) {
    const why = await wrongWith(table, record);
    if (why) broken.push({ record: recordName(record), why });
  }
  const entries = records.reduce((sum, record) => sum + record.seqBefore + record.history.length, 0);
  return { records: records.length + unreadable, entries, broken };
};
