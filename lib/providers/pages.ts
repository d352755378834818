import { canonical } from '../canonical.ts';
import { limits } from '../limits.ts';
import type { Listing } from './contract.ts';
import type { Answer } from './http.ts';
import { nextLink, sameOrigin, withQuery } from './link.ts';
import { unlisted } from './outcome.ts';
import type { Get } from './replied.ts';

export type Failed = Exclude<Listing, { status: 'complete' }>;
export type Rows = { status: 'complete'; rows: readonly unknown[] } | Failed;
export type Replied = Extract<Answer, { kind: 'answer' }>;

/** What an answer says of the page after it. */
export type Step = { kind: 'next'; url: string } | { kind: 'end' } | { kind: 'broken'; why: string };

/** A list that comes in numbered pages. */
export type Source = {
  /** For people: `the list of webhooks`. */
  about: string;
  /** The first page, with the size of a page in its query. */
  first: string;
  perPage: number;
  get: Get;
  /** null where the body is not a list. */
  rowsOf(json: unknown): readonly unknown[] | null;
  next(answer: Replied, url: string): Step;
  /** How many rows all pages have together, where the provider says so. */
  totalOf(answer: Replied): number | null;
};

type Page = { rows: readonly unknown[]; total: number | null; step: Step };
type Pass = { status: 'complete'; pages: readonly Page[] } | Failed;

const incomplete = (source: Source, kind: 'retry' | 'refused', why: string): Failed => ({
  status: 'incomplete',
  outcome: { kind, why: `${source.about} ${why}` },
});

/** The next page as a Link header names it. */
export const linkStep = (answer: Replied, url: string): Step => {
  const next = nextLink(answer.headers, url);
  if (next === null) return { kind: 'end' };
  return sameOrigin(next, url)
    ? { kind: 'next', url: next }
    : { kind: 'broken', why: 'names a next page at another address, which is never followed: correct baseUrl' };
};

/** What a body is that should be a plain array. */
export const arrayOf = (json: unknown): readonly unknown[] | null => (Array.isArray(json) ? json : null);

const readPage = async (source: Source, url: string, isFirst: boolean): Promise<Page | Failed> => {
  const { answer, outcome } = await source.get(url);
  if (answer.kind !== 'answer' || outcome.kind !== 'done') {
    const failed = unlisted(outcome) as Failed;
    return isFirst ? failed : { ...failed, status: 'incomplete' };
  }
  if (answer.status !== 200) return incomplete(source, 'retry', `came with HTTP ${answer.status} instead of 200`);
  const rows = source.rowsOf(answer.json);
  if (rows === null) return incomplete(source, 'retry', 'is not a list');
  return { rows, total: source.totalOf(answer), step: source.next(answer, url) };
};

/** Every page once, until one says that it is the last. */
const readThrough = async (source: Source): Promise<Pass> => {
  const pages: Page[] = [];
  const asked = new Set<string>();
  for (let url = source.first; ; ) {
    asked.add(url);
    const page = await readPage(source, url, pages.length === 0);
    if ('status' in page) return page;
    pages.push(page);
    const { step } = page;
    if (step.kind === 'end') return { status: 'complete', pages };
    if (step.kind === 'broken') return incomplete(source, 'refused', step.why);
    if (asked.has(step.url)) return incomplete(source, 'refused', 'names a page as the next that was read already');
    if (pages.length === limits.listPagesMax)
      return incomplete(source, 'refused', `has over ${limits.listPagesMax} pages`);
    url = step.url;
  }
};

const allRows = (pages: readonly Page[]): readonly unknown[] => pages.flatMap(({ rows }) => rows);

const idOf = (row: unknown): unknown => (typeof row === 'object' && row !== null && 'id' in row ? row.id : null);
const idsOf = (pages: readonly Page[]): string => canonical(allRows(pages).map(idOf));

/** A last page that is full, without a word of how many there are: one more page is asked for, and must be empty. */
const endProblem = async (source: Source, pages: readonly Page[]): Promise<Failed | null> => {
  if ((pages.at(-1)?.rows.length ?? 0) < source.perPage) return null;
  const after = await readPage(source, withQuery(source.first, 'page', pages.length + 1), false);
  if ('status' in after) return after;
  return after.rows.length === 0 ? null : incomplete(source, 'refused', 'goes on after its last page');
};

/** Rows that move from page to page while we read are lost without a trace, unless two readings agree. */
const shiftProblem = async (source: Source, pages: readonly Page[]): Promise<Failed | null> => {
  if (pages.length < 2) return null;
  const again = await readThrough(source);
  if (again.status !== 'complete') return again;
  return idsOf(again.pages) === idsOf(pages) ? null : incomplete(source, 'retry', 'changed while it was read');
};

const totalProblem = (source: Source, pages: readonly Page[]): Failed | null => {
  const { length } = allRows(pages);
  const totals = new Set(pages.map(({ total }) => total).filter((total) => total !== null));
  if (totals.size > 1) return incomplete(source, 'retry', 'changed while it was read: its totals differ');
  const [total = length] = totals;
  return total === length ? null : incomplete(source, 'retry', `has ${length} rows and speaks of ${total}`);
};

/**
 * All rows, or why they prove nothing. Totals must add up; where a page tells none, a full last page is looked behind.
 * Several pages are read twice: a deletion that is made up for by a creation shifts rows and leaves the total alone.
 */
export const readWhole = async (source: Source): Promise<Rows> => {
  const pass = await readThrough(source);
  if (pass.status !== 'complete') return pass;
  const { pages } = pass;
  const counted = pages.every(({ total }) => total !== null);
  const problem =
    totalProblem(source, pages) ??
    (counted ? null : await endProblem(source, pages)) ??
    (await shiftProblem(source, pages));
  return problem ?? { status: 'complete', rows: allRows(pages) };
};
