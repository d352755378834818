import { createHmac } from 'node:crypto';
import * as v from 'valibot';
import { canonical } from '../canonical.ts';
import { limits } from '../limits.ts';
import type { Webhook } from '../webhook.ts';
import type { Listing, Outcome } from './contract.ts';
import type { Answer } from './http.ts';
import { addressed, EventName, failed, gather, Id, parseRow, type Read, UrlText, unread, wants } from './list-rows.ts';
import { pagingHint } from './listing.ts';
import { unlisted } from './outcome.ts';
import type { SourceAccount } from './simpay-options.ts';

const Part = v.union([v.string(), v.pipe(v.number(), v.safeInteger(), v.transform(String))]);

// The body of the list is not documented. The names are those of the create page and of the list's own parameters.
const RowSchema = v.looseObject({
  id: v.nullish(Id),
  webhook_id: v.nullish(Id),
  url: UrlText,
  type_webhook: EventName,
  active: v.nullish(v.boolean()),
  is_active: v.nullish(v.boolean()),
  source_account_branch_identifier: v.nullish(Part),
  source_account_number: v.nullish(Part),
});

const wanted = {
  id: wants.id,
  webhook_id: wants.id,
  url: wants.url,
  type_webhook: wants.event,
  active: 'is neither true nor false',
  is_active: 'is neither true nor false',
  source_account_branch_identifier: 'is not text or a whole number',
  source_account_number: 'is not text or a whole number',
} as const;

/**
 * What stands for a secret of a webhook: two that differ are told apart and a change is seen, and nobody without the
 * client secret can test a guess.
 */
const mark = (value: unknown, key: string): string => {
  if (value === undefined) return 'not told';
  if (value === null || value === '') return 'none';
  return createHmac('sha256', key).update(JSON.stringify(value)).digest('hex').slice(0, 16);
};

const sameNumber = (told: string | null | undefined, asked: string): boolean =>
  told == null || told.replace(/^0+(?=.)/, '') === asked.replace(/^0+(?=.)/, '');

export type Reader = { source: SourceAccount; markKey: string };

const readRow =
  ({ source, markKey }: Reader) =>
  (given: unknown): Read => {
    const parsed = parseRow(RowSchema, given, wanted);
    if ('problem' in parsed) return parsed.problem;
    const { row } = parsed;
    const id = row.id ?? row.webhook_id;
    if (id == null) return unread('"id" is missing');
    if (row.webhook_id != null && row.webhook_id !== id) return unread('"id" and "webhook_id" contradict each other');
    const ours =
      sameNumber(row.source_account_branch_identifier, source.branch) &&
      sameNumber(row.source_account_number, source.number);
    if (!ours) return unread('it belongs to another source account than was asked for');
    return addressed({
      id,
      kind: 'endpoint',
      url: row.url,
      name: null,
      events: [row.type_webhook],
      // No such field is documented; one that says off must not count as receiving anything.
      enabled: row.active !== false && row.is_active !== false,
      createdAt: null,
      updatedAt: null,
      signal: null,
      settings: {
        authorizationToken: mark(row.authorization_token, markKey),
        xFunctionsKey: mark(row.x_functions_key, markKey),
      },
      secretId: null,
    });
  };

const Paged = v.looseObject({
  count: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  next: v.nullable(v.string()),
  results: v.array(v.unknown()),
});

/** `total` is null where the answer has to be everything. */
type Page = { rows: readonly unknown[]; total: number | null; next: string | null };

const pageOf = ({ json, headers }: Extract<Answer, { kind: 'answer' }>): Page | string => {
  const paged = v.safeParse(Paged, json);
  if (paged.success) return { rows: paged.output.results, total: paged.output.count, next: paged.output.next };
  const named = typeof json === 'object' && json !== null && !Array.isArray(json) && Object.hasOwn(json, 'webhooks');
  const rows = named ? (json as { webhooks: unknown }).webhooks : json;
  if (!Array.isArray(rows)) return 'is neither an array, { count, next, results } nor { webhooks: array }';
  const hint = pagingHint(json, headers, rows.length);
  return hint === null ? { rows, total: null, next: null } : `may have more pages: ${hint}`;
};

/** The next page's address where credentials may go there and it is of the same source account, else what is wrong. */
const follow = (next: string, from: string, seen: ReadonlySet<string>): { url: string } | string => {
  const url = URL.parse(next);
  const here = new URL(from);
  if (url === null) return 'names a next page that is no absolute URL';
  if (url.origin !== here.origin || url.username !== '' || url.password !== '')
    return 'names a next page at another origin, where credentials never go';
  const asked = ['source_account_branch_identifier', 'source_account_number'];
  const same = asked.every((name) => url.searchParams.get(name) === here.searchParams.get(name));
  if (!same) return 'names a next page of another source account';
  url.hash = '';
  return seen.has(url.href) ? 'names a next page that was read already' : { url: url.href };
};

type Fetched = { answer: Answer; outcome: Outcome };

const unfinished = (why: string): Listing => failed('incomplete', 'retry', why);

type ReadList = { listing: Listing; missing: boolean; pages: number };

/** Every page once. */
const readThrough = async (
  first: string,
  get: (url: string) => Promise<Fetched>,
  reader: Reader,
): Promise<ReadList> => {
  const found = new Map<string, Webhook>();
  const seen = new Set([new URL(first).href]);
  const read = readRow(reader);
  let url = first;
  let total: number | null = null;
  for (let number = 0; number < limits.listPagesMax; number += 1) {
    const { answer, outcome } = await get(url);
    if (answer.kind !== 'answer' || outcome.kind !== 'done') {
      const listing = unlisted(outcome);
      const missing = number === 0 && 'status' in answer && [404, 405].includes(answer.status);
      const partly = number > 0 && listing.status !== 'complete';
      return { listing: partly ? { ...listing, status: 'incomplete' } : listing, missing, pages: number };
    }
    const end = (listing: Listing) => ({ listing, missing: false, pages: number + 1 });
    const bad = (why: string) => end(unfinished(why));
    if (answer.status !== 200) return bad(`came with HTTP ${answer.status} instead of 200`);
    const page = pageOf(answer);
    if (typeof page === 'string') return bad(page);
    if (number > 0 && page.total !== total) return bad('changed while it was read');
    total = page.total;
    const unreadable = gather(page.rows, read, found);
    if (unreadable !== null) return end(unreadable);
    if (page.next === null) {
      if (total !== null && found.size !== total) return bad('does not have as many rows as its count says');
      return end({ status: 'complete', webhooks: [...found.values()] });
    }
    const next = follow(page.next, url, seen);
    if (typeof next === 'string') return bad(next);
    if (page.rows.length === 0) return bad('has an empty page that names a next one');
    seen.add(next.url);
    url = next.url;
  }
  const listing = failed('incomplete', 'refused', `has more than ${limits.listPagesMax} pages`);
  return { listing, missing: false, pages: limits.listPagesMax };
};

const idsOf = (listing: Listing): string =>
  canonical(listing.status === 'complete' ? listing.webhooks.map(({ id }) => id) : []);

/**
 * The whole list of one source account from its first page on, or why it proves nothing. Several pages are read twice: a
 * deletion that is made up for by a creation moves a row to a page that was read already, and leaves the count alone.
 */
export const readWebhooks = async (
  first: string,
  get: (url: string) => Promise<Fetched>,
  reader: Reader,
): Promise<Omit<ReadList, 'pages'>> => {
  const read = await readThrough(first, get, reader);
  if (read.listing.status !== 'complete' || read.pages < 2) return read;
  const again = await readThrough(first, get, reader);
  if (again.listing.status !== 'complete') return { ...again, missing: false };
  const same = idsOf(again.listing) === idsOf(read.listing);
  return same ? again : { listing: unfinished('changed while it was read'), missing: false };
};
