import type { AuditRecord } from '../audit/printed.ts';
import type { AuditFilter, Unreadable } from '../audit/query.ts';
import { iso } from '../clock.ts';
import type { Asked } from '../requests/requests.ts';
import type { Output } from './command.ts';
import type { Desk } from './desk.ts';

/** Asks the audit: every record that matches, or the newest so many, newest change first. */
export type Ask = (filter: AuditFilter, limit?: number) => Promise<AuditRecord[]>;

/** The filter as it is asked for, its times in ISO 8601. */
export const askedFilter = ({ since, until, ...filter }: AuditFilter): NonNullable<Asked<'query'>['filter']> => ({
  ...(filter as NonNullable<Asked<'query'>['filter']>),
  ...(since !== undefined && { since: iso(since) }),
  ...(until !== undefined && { until: iso(until) }),
});

/** Follows the pages of an answer to their end. */
export async function* pagesOf<Page extends { next?: string }>(
  ask: (from: { cursor?: string }) => Promise<Page>,
): AsyncGenerator<Page> {
  let next: string | undefined;
  do {
    const page = await ask(next === undefined ? {} : { cursor: next });
    yield page;
    ({ next } = page);
  } while (next !== undefined);
}

/** @param unreadable is told, once, of each record that matched and cannot be believed; without it people are warned */
export const askDesk = (
  desk: Desk,
  out: Output,
  unreadable: (found: Unreadable) => void = ({ record, why }) =>
    out.warn(`${record} is left out, it cannot be read: ${why}; see hooksweep audit verify`),
): Ask => {
  return async (filter, limit = Number.POSITIVE_INFINITY) => {
    const records: AuditRecord[] = [];
    const told = new Set<string>();
    for await (const page of pagesOf((from) => desk.ask('query', { filter: askedFilter(filter), ...from }))) {
      records.push(...page.records);
      for (const found of page.unreadable ?? []) if (!told.has(found.record)) unreadable(found);
      for (const { record } of page.unreadable ?? []) told.add(record);
      if (records.length >= limit) break;
    }
    return records.slice(0, limit);
  };
};
