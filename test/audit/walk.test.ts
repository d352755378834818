import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cursorOf, spotOfCursor } from '../../lib/audit/cursor.ts';
import { memoryTable } from '../../lib/audit/memory-table.ts';
import { type AuditFilter, findRecords } from '../../lib/audit/query.ts';
import type { CleanupRecord } from '../../lib/audit/record.ts';
import type { Table } from '../../lib/audit/table.ts';
import { verifyPage } from '../../lib/audit/verify.ts';
import { type Spot, walk } from '../../lib/audit/walk.ts';
import { day, made, now, recordOf, tableWith } from './build.ts';

/** Walks to the end, so many rows at a time. */
const walked = async (table: Table, filter: AuditFilter, limit: number) => {
  const records: CleanupRecord[] = [];
  const unreadable: string[] = [];
  for (let after: Spot | null = null; ; ) {
    const steps: Awaited<ReturnType<typeof walk>> = await walk(table, filter, now, limit, after);
    records.push(...steps.records);
    unreadable.push(...steps.unreadable.map(({ record }) => record));
    if (steps.next === null) return { records, unreadable };
    after = spotOfCursor(cursorOf(steps.next, filter), filter);
  }
};
const names = (records: readonly CleanupRecord[]) => records.map(({ pk }) => pk).toSorted();

describe('a walk over the records', () => {
  it('comes to what a query finds, each once, however large its pages are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(made, { maxLength: 40 }),
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom<AuditFilter>({}, { account: 'till' }, { state: 'kept' }, { since: now - 30 * day }),
        async (list, limit, filter) => {
          const table = await tableWith(list);
          expect(names((await walked(table, filter, limit)).records)).toEqual(
            names(await findRecords(table, filter, now)),
          );
        },
      ),
    );
  });

  it.each([1, 2, 5])('finds an open record that was cut out of the index by time, in pages of %d', async (limit) => {
    const table = memoryTable();
    const list = [0, 1, 2].map((days, at) => recordOf({ ageMs: days * day, account: 'shop', open: at > 0 }, at));
    for (const one of list)
      await table.put(one.webhookId === '1' ? ({ ...one, month: '1999-01' } as CleanupRecord) : one, []);
    expect(names((await walked(table, {}, limit)).records)).toEqual(names(list));
  });

  it.each([1, 2, 5])('tells once of each that cannot be believed, in pages of %d', async (limit) => {
    const table = memoryTable();
    const list = [0, 1, 2].map((at) => recordOf({ ageMs: at, account: 'shop', open: true }, at));
    const broken: readonly object[] = [{ url: 7 }, { month: 'never' }, {}];
    for (const [at, one] of list.entries()) await table.put({ ...one, ...broken[at] } as CleanupRecord, []);
    const { records, unreadable } = await walked(table, {}, limit);
    expect([names(records), unreadable.toSorted()]).toEqual([
      names(list.slice(2)),
      ['shop#shop#endpoint#0', 'shop#shop#endpoint#1'],
    ]);
  });

  it('reads each closed record once in all, and each open one twice', async () => {
    const reads = async (count: number, open: boolean): Promise<number> => {
      const list = Array.from({ length: count }, () => ({ ageMs: 0, account: 'shop', open }));
      const table = await tableWith(list);
      let read = 0;
      const get: Table['get'] = async (keys) => {
        read += keys.length;
        return table.get(keys);
      };
      for (let after: Spot | null = null; ; ) {
        const page: Awaited<ReturnType<typeof verifyPage>> = await verifyPage({ ...table, get }, {}, now, {
          limit: 50,
          after,
        });
        if (page.next === null) return read;
        after = page.next;
      }
    };
    expect([await reads(500, false), await reads(500, true)]).toEqual([500, 1000]);
  });
});
