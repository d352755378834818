import { contentId } from '../canonical.ts';
import type { Ms } from '../clock.ts';
import { brokenBetween } from './chain.ts';
import { type ClosedCycle, closedCyclesOf } from './cycles.ts';
import type { AuditFilter } from './query.ts';
import { type BackupItem, backupKey, type CleanupRecord, recordName } from './record.ts';
import { type Item, keyName, type Table } from './table.ts';
import { type Spot, walk } from './walk.ts';

export type Verification = { records: number; entries: number; broken: { record: string; why: string }[] };

/** Of a record that was read, and so is whole in itself, with its closed cycles and its backups. */
const wrongWith = (
  record: CleanupRecord,
  cycles: readonly ClosedCycle[],
  backups: ReadonlyMap<string, Item>,
): string | null => {
  if (cycles.length !== record.cycle - 1)
    return `${record.cycle - 1 - cycles.length} closed cycles are missing or cannot be read`;
  const broken = brokenBetween(record.pk, [...cycles, record]);
  if (broken) return broken;
  for (const { cycle, backup: hash } of [...cycles, record]) {
    if (!hash) continue;
    const kept = backups.get(keyName(backupKey(record, cycle))) as BackupItem | undefined;
    if (!kept) return `the backup of cycle ${cycle} is missing`;
    if (contentId(kept.backup) !== hash) return `the backup of cycle ${cycle} was changed`;
  }
  return null;
};

const checkAll = async (table: Table, records: readonly CleanupRecord[]): Promise<Verification['broken']> => {
  const cycles = await closedCyclesOf(table, records);
  const keys = records.flatMap((record) =>
    [...(cycles.get(record.pk) ?? []), record].flatMap(({ cycle, backup }) =>
      backup ? [backupKey(record, cycle)] : [],
    ),
  );
  const backups = new Map((await table.get(keys)).map((item) => [keyName(item), item]));
  return records.flatMap((record) => {
    const why = wrongWith(record, cycles.get(record.pk) ?? [], backups);
    return why ? [{ record: recordName(record), why }] : [];
  });
};

/** Checks each story on a page: no entry changed, moved or cut out, each backup as it was when it was written. */
export const verifyPage = async (
  table: Table,
  filter: AuditFilter,
  now: Ms,
  { limit, after }: { limit: number; after: Spot | null },
): Promise<Verification & { next: Spot | null }> => {
  const { records, unreadable, next } = await walk(table, filter, now, limit, after);
  const broken = [...unreadable, ...(await checkAll(table, records))];
  const entries = records.reduce((sum, record) => sum + record.seqBefore + record.history.length, 0);
  return { records: records.length + unreadable.length, entries, broken, next };
};
