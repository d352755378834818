import { type CleanupRecord, cycleKey } from './record.ts';
import { whyUnreadable } from './stored.ts';
import type { Item, Table } from './table.ts';

export type ClosedCycle = Item & Pick<CleanupRecord, 'history' | 'head' | 'seqBefore' | 'cycle' | 'backup'>;

/** The closed cycles that can be read, oldest first, by the record's `pk`. */
export const closedCyclesOf = async (
  table: Table,
  records: readonly CleanupRecord[],
): Promise<ReadonlyMap<string, ClosedCycle[]>> => {
  const keys = records.flatMap((record) =>
    Array.from({ length: Math.max(0, record.cycle - 1) }, (_, at) => cycleKey(record, at + 1)),
  );
  const cycles = ((await table.get(keys)) as ClosedCycle[]).filter((item) => whyUnreadable(item) === null);
  return Map.groupBy(
    cycles.sort((a, b) => a.cycle - b.cycle),
    ({ pk }) => pk,
  );
};

export const closedCycles = async (table: Table, record: CleanupRecord): Promise<ClosedCycle[]> =>
  (await closedCyclesOf(table, [record])).get(record.pk) ?? [];
