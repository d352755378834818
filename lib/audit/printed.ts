import { iso, type Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import type { Environment } from '../policy/policy.ts';
import type { Backup, Kind } from '../webhook.ts';
import type { Entry } from './chain.ts';
import { closedCycles } from './cycles.ts';
import {
  type AuditFilter,
  findPage,
  findRecords,
  type Page,
  type PageRequest,
  placeOf,
  type Unreadable,
} from './query.ts';
import { type BackupItem, backupKey, type CleanupRecord, type RecordedFinding, recordName } from './record.ts';
import type { State } from './states.ts';
import type { Table } from './table.ts';

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
  /** Hash of the backup as it was written, and of the newest entry: what the rest is checked against. */
  backupHash: string | null;
  head: string;
  history: readonly Entry[];
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
    backupHash: record.backup,
    head: record.head,
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

/** A page of records as they are printed. It ends early where it would grow over `limits.pageBytesMax`. */
export const auditPage = async (
  table: Table,
  filter: AuditFilter,
  now: Ms,
  request: PageRequest,
  onUnreadable?: (found: Unreadable) => void,
): Promise<Page<AuditRecord>> => {
  const { records: found, next } = await findPage(table, filter, now, request, onUnreadable);
  const records: AuditRecord[] = [];
  let bytes = 0;
  for (const [at, record] of found.entries()) {
    const one = await printed(table, record);
    bytes += Buffer.byteLength(JSON.stringify(one));
    const before = found[at - 1];
    if (before && bytes > limits.pageBytesMax) return { records, next: placeOf(before) };
    records.push(one);
  }
  return { records, next };
};
