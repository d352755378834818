import { contentId } from '../canonical.ts';
import type { Ms } from '../clock.ts';
import { brokenAt } from './chain.ts';
import { closedCycles } from './cycles.ts';
import { type AuditFilter, findPage, type PageRequest, type Place } from './query.ts';
import { type BackupItem, backupKey, type CleanupRecord, recordName } from './record.ts';
import type { Table } from './table.ts';

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

/** Checks each story on a page: no entry changed, moved or cut out, each backup as it was when it was written. */
export const verifyPage = async (
  table: Table,
  filter: AuditFilter,
  now: Ms,
  request: PageRequest,
): Promise<Verification & { next: Place | null }> => {
  const broken: Verification['broken'] = [];
  const { records, next } = await findPage(table, filter, now, request, (found) => void broken.push(found));
  const unreadable = broken.length;
  for (const record of records) {
    const why = await wrongWith(table, record);
    if (why) broken.push({ record: recordName(record), why });
  }
  const entries = records.reduce((sum, record) => sum + record.seqBefore + record.history.length, 0);
  return { records: records.length + unreadable, entries, broken, next };
};

/** Checks every story that matches. */
export const verifyRecords = async (table: Table, filter: AuditFilter, now: Ms): Promise<Verification> => {
  const { next: _, ...all } = await verifyPage(table, filter, now, { limit: Number.POSITIVE_INFINITY, after: null });
  return all;
};
