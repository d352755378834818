import fc from 'fast-check';
import { nextEntry } from '../../lib/audit/chain.ts';
import { memoryTable } from '../../lib/audit/memory-table.ts';
import { type CleanupRecord, emptyRecord } from '../../lib/audit/record.ts';
import type { Table } from '../../lib/audit/table.ts';
import { iso } from '../../lib/clock.ts';

export const day = 86_400_000;
export const now = Date.parse('2026-06-01T12:00:00.000Z');

export type Made = { ageMs: number; account: string; open: boolean };

export const recordOf = ({ ageMs, account, open }: Made, at: number): CleanupRecord => {
  const changed = now - ageMs;
  const subject = { account, scope: account, kind: 'endpoint' as const, webhookId: String(at) };
  const empty = emptyRecord(subject, 'modulus', 'sandbox');
  const entry = nextEntry(empty.head, 1, changed, open ? 'proposed' : 'kept', 'worker', 'test: host');
  const due = open ? { due: `due#${at % 4}`, dueAt: now, waitFor: 'approval' as const } : {};
  return {
    ...empty,
    ...due,
    version: 1,
    lastWrite: 'w',
    state: open ? 'proposed' : 'kept',
    cycle: 1,
    fingerprint: 'f1:00:on',
    history: [entry],
    head: entry.hash,
    month: iso(changed).slice(0, 7),
    day: iso(changed).slice(0, 10),
  } as CleanupRecord;
};

export const tableWith = async (made: readonly Made[]): Promise<Table> => {
  const table = memoryTable();
  for (const [at, one] of made.entries()) await table.put(recordOf(one, at), []);
  return table;
};

export const made = fc.record({
  // Many at the same moment, and over months.
  ageMs: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 200 * day })),
  account: fc.constantFrom('shop', 'till'),
  open: fc.boolean(),
});
