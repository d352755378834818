import type { Ms } from '../clock.ts';
import { type AuditFilter, boundsOf, byKey, daysOf, matches, monthsBetween, nameOf, type Unreadable } from './query.ts';
import { type CleanupRecord, dueHashes, subjectOf } from './record.ts';
import { whyUnreadable } from './stored.ts';
import type { IndexQuery, Item, Row, Table } from './table.ts';

/** Behind which row of which index a page of a walk ended. */
export type Spot = { hash: string; row: Row };

/** Records of a walk; what cannot be believed matches by its key alone. */
export type Steps = { records: CleanupRecord[]; unreadable: Unreadable[]; next: Spot | null };

type Span = { from: string; to: string; months: readonly string[] };

/** Both indexes in the order of the walk: by time, newest month first, then what is open. */
const sourcesOf = ({ from, to, months }: Span): IndexQuery[] => [
  ...months.map((hash) => ({ index: 'time' as const, hash, from, to, descending: true })),
  ...dueHashes.map((hash) => ({ index: 'due' as const, hash })),
];

/** It has its row in the index by time, and was met there. */
const isInTime = (item: Item, { from, to, months }: Span): boolean => {
  const { month, day } = item as Partial<CleanupRecord>;
  return typeof day === 'string' && day >= from && day <= to && months.includes(month ?? '');
};

/** The next rows of the walk, as many as `limit`, behind `after`. */
const nextRows = async (table: Table, filter: AuditFilter, span: Span, limit: number, after: Spot | null) => {
  const sources = sourcesOf(span);
  const first = after ? sources.findIndex(({ hash }) => hash === after.hash) : 0;
  const rows: { row: Row; isDue: boolean }[] = [];
  for (const source of first < 0 ? [] : sources.slice(first)) {
    const from = after?.hash === source.hash ? { after: after.row } : {};
    for await (const row of table.query({ ...source, ...from })) {
      if (!byKey(filter, subjectOf(row.pk))) continue;
      rows.push({ row, isDue: source.index === 'due' });
      if (rows.length === limit) return { rows, next: { hash: source.hash, row } };
    }
  }
  return { rows, next: null };
};

/**
 * Some of the records that match, in the order of the indexes and not of their changes: each row is read once, however many
 * pages there are. One that was cut out of the index by time is found while it is open. A record that changes during the walk
 * comes once, or not at all.
 */
export const walk = async (
  table: Table,
  filter: AuditFilter,
  now: Ms,
  limit: number,
  after: Spot | null,
): Promise<Steps> => {
  const { since, until } = boundsOf(filter, now);
  const span = { ...daysOf(since, until), months: monthsBetween(since, until) };
  const { rows, next } = await nextRows(table, filter, span, limit, after);
  const met = new Set(rows.flatMap(({ row, isDue }) => (isDue ? [] : [row.pk])));
  const items = (await table.get(rows.map(({ row }) => row))).filter(
    (item) => met.has(item.pk) || !isInTime(item, span),
  );
  const steps: Steps = { records: [], unreadable: [], next };
  for (const item of items as CleanupRecord[]) {
    const why = whyUnreadable(item);
    if (why !== null) steps.unreadable.push({ record: nameOf(item), why });
    else if (matches(filter, item)) steps.records.push(item);
  }
  return steps;
};
