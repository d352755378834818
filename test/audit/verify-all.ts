import type { AuditFilter } from '../../lib/audit/query.ts';
import type { Table } from '../../lib/audit/table.ts';
import { type Verification, verifyPage } from '../../lib/audit/verify.ts';
import type { Spot } from '../../lib/audit/walk.ts';
import type { Ms } from '../../lib/clock.ts';
import { limits } from '../../lib/limits.ts';

/** Checks every story that matches, page by page as `audit verify` does. */
export const verifyRecords = async (table: Table, filter: AuditFilter, now: Ms): Promise<Verification> => {
  const all: Verification = { records: 0, entries: 0, broken: [] };
  let after: Spot | null = null;
  do {
    const page: Awaited<ReturnType<typeof verifyPage>> = await verifyPage(table, filter, now, {
      limit: limits.pageRecordsMax,
      after,
    });
    all.records += page.records;
    all.entries += page.entries;
    all.broken.push(...page.broken);
    after = page.next;
  } while (after !== null);
  return all;
};
