import { iso, type Ms } from '../clock.ts';
import { hostMatches } from '../policy/host-pattern.ts';
import type { Environment } from '../policy/policy.ts';
import { parseUrl } from '../url.ts';
import { type CleanupRecord, dueHashes, recordName, type Subject, subjectOf } from './record.ts';
import type { State } from './states.ts';
import { whyUnreadable } from './stored.ts';
import type { Key, Table } from './table.ts';

/** What `audit` can be asked for; all of it and-ed. Times in milliseconds. */
export type AuditFilter = {
  account?: string;
  provider?: string;
  environment?: Environment;
  webhook?: string;
  /** Part of the redacted URL. */
  url?: string;
  /** `a.com` is that host, `*.a.com` any depth below it. */
  host?: string;
  /** One state, or any of several. */
  state?: State | readonly State[];
  rule?: string;
  guard?: string;
  /** As the history names it; without the request id that follows an `aws:` actor, all requests of that actor. */
  actor?: string;
  /** One plan, or the plans of several accounts that one id stands for. */
  plan?: string | readonly string[];
  /** Last change at or after. */
  since?: Ms;
  /** Last change before. */
  until?: Ms;
};

/** Longest look back without `since`. */
const lookBackMonths = 24;

/** Keys read at a time at least: what one call to DynamoDB takes. */
const batchMin = 100;

/** Hashes of the index by time, newest first. */
export const monthsBetween = (since: Ms, until: Ms): string[] => {
  const months: string[] = [];
  const at = new Date(until);
  for (at.setUTCDate(1); iso(at.getTime()).slice(0, 7) >= iso(since).slice(0, 7); at.setUTCMonth(at.getUTCMonth() - 1))
    months.push(iso(at.getTime()).slice(0, 7));
  return months;
};

/** Bounds of the index by time. */
export const daysOf = (since: Ms, until: Ms) => ({ from: iso(since).slice(0, 10), to: iso(until).slice(0, 10) });

/** Keys of all records changed in a time range, newest month first, by the `time` index. */
export async function* changedKeys(table: Table, since: Ms, until: Ms): AsyncIterable<Key> {
  for (const month of monthsBetween(since, until))
    yield* table.query({ index: 'time', hash: month, ...daysOf(since, until), descending: true });
}

const lastAt = (record: CleanupRecord): Ms => Date.parse(record.history.at(-1)?.at ?? iso(0));

export const byKey = (filter: AuditFilter, subject: Subject | null): boolean =>
  subject !== null &&
  (filter.account === undefined || subject.account === filter.account) &&
  (filter.webhook === undefined || subject.webhookId === filter.webhook || recordName(subject) === filter.webhook);

const isActor = (actor: string, asked: string): boolean => actor === asked || actor.startsWith(`${asked} `);

export const matches = (filter: AuditFilter, record: CleanupRecord): boolean => {
  const tests: boolean[] = [
    filter.provider === undefined || record.provider === filter.provider,
    filter.environment === undefined || record.environment === filter.environment,
    filter.url === undefined || (record.url?.includes(filter.url) ?? false),
    filter.host === undefined || hostMatches(filter.host, parseUrl(record.url ?? '')?.host ?? ''),
    filter.state === undefined || [filter.state].flat().includes(record.state),
    filter.rule === undefined || record.findings.some(({ rule }) => rule === filter.rule),
    filter.guard === undefined || record.endGuard === filter.guard,
    filter.actor === undefined || record.history.some(({ actor }) => isActor(actor, filter.actor ?? '')),
    filter.plan === undefined || [filter.plan].flat().includes(record.planId ?? ''),
    filter.since === undefined || lastAt(record) >= filter.since,
    filter.until === undefined || lastAt(record) < filter.until,
  ];
  return tests.every(Boolean);
};

/** A record that cannot be believed, by name: it is told of, and nothing in it is shown. */
export type Unreadable = { record: string; why: string };

/** Behind which record a page ended. */
export type Place = { at: Ms; pk: string };

export const nameOf = ({ pk }: Key): string => pk.slice('webhook#'.length);

const isBefore = (a: Place, b: Place): boolean => a.at > b.at || (a.at === b.at && a.pk < b.pk);
export const placeOf = (record: CleanupRecord): Place => ({ at: lastAt(record), pk: record.pk });

async function* inBatches<T>(all: AsyncIterable<T>, size: number): AsyncIterable<T[]> {
  let batch: T[] = [];
  for await (const one of all) {
    batch.push(one);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** The time range of a query: without `since` it looks back two years. */
export const boundsOf = ({ since, until }: AuditFilter, now: Ms): { since: Ms; until: Ms } => ({
  since: since ?? new Date(now).setUTCMonth(new Date(now).getUTCMonth() - lookBackMonths),
  until: until ?? now + 24 * 60 * 60 * 1000,
});

export type PageRequest = { limit: number; after: Place | null };
export type Page<T> = { records: T[]; next: Place | null };

/**
 * One page of the records that match, newest change first. Reads both indexes and keys, never scans the table: one that was
 * cut out of one index is found by the other while it is open. Those that cannot be believed match by their key alone;
 * `onUnreadable` is told of them. A record that changes between two pages is newer than both and comes in neither.
 */
export const findPage = async (
  table: Table,
  filter: AuditFilter,
  now: Ms,
  { limit, after }: PageRequest,
  onUnreadable: (found: Unreadable) => void = () => {},
): Promise<Page<CleanupRecord>> => {
  const { since, until } = boundsOf(filter, now);
  const found: CleanupRecord[] = [];
  const seen = new Set<string>();
  const take = async (keys: readonly Key[]): Promise<CleanupRecord[]> => {
    const fresh = keys.filter(({ pk }) => !seen.has(pk) && byKey(filter, subjectOf(pk)));
    for (const { pk } of fresh) seen.add(pk);
    const believed = ((await table.get(fresh)) as CleanupRecord[]).filter((record) => {
      const why = whyUnreadable(record);
      if (why !== null) onUnreadable({ record: nameOf(record), why });
      return why === null;
    });
    const inPlace = (record: CleanupRecord) => after === null || isBefore(after, placeOf(record));
    found.push(...believed.filter((record) => matches(filter, record) && inPlace(record)));
    return believed;
  };
  for (const hash of dueHashes)
    for await (const batch of inBatches(table.query({ index: 'due', hash }), Number.POSITIVE_INFINITY))
      await take(batch);
  // Rows come by day, newest first, and a record is never older than its row: what lies after the oldest day read so far
  // is complete.
  let oldest = '9999-12-31';
  const keys = changedKeys(table, since, after === null ? until : Math.min(until, after.at));
  for await (const batch of inBatches(keys, Math.max(limit, batchMin))) {
    for (const { day } of await take(batch)) if (day < oldest) oldest = day;
    if (found.filter(({ day }) => day > oldest).length > limit) break;
  }
  const records = found.sort((a, b) => (isBefore(placeOf(a), placeOf(b)) ? -1 : 1)).slice(0, limit);
  const last = records.at(-1);
  return { records, next: last && found.length > limit ? placeOf(last) : null };
};

/** All records that match, as `findPage` finds them. */
export const findRecords = async (
  table: Table,
  filter: AuditFilter,
  now: Ms,
  onUnreadable?: (found: Unreadable) => void,
): Promise<CleanupRecord[]> =>
  (await findPage(table, filter, now, { limit: Number.POSITIVE_INFINITY, after: null }, onUnreadable)).records;
