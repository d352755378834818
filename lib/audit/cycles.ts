import { type CleanupRecord, cycleKey } from './record.ts';
import { whyUnreadable } from './stored.ts';
import type { Item, Table } from './table.ts';

type ClosedCycle = Item & Pick<CleanupRecord, 'history' | 'head' | 'seqBefore' | 'cycle' | 'backup'>;

/** The closed cycles of a record that can be read, oldest first. */
export const closedCycles = async (table: Table, record: CleanupRecord): Promise<ClosedCycle[]> => {
  const keys = Array.from({ length: Math.max(0, record.cycle - 1) }, (_, at) => cycleKey(record, at + 1));
  const cycles = (await table.get(keys)) as ClosedCycle[];
  return cycles.filter((item) => whyUnreadable(item) === null).sort((a, b) => a.cycle - b.cycle);
};
