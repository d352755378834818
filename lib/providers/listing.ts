import { limits } from '../limits.ts';

/** Why an id cannot go into a path safely, or null. Such an id could address something else than what was listed. */
export const unaddressable = (id: string): string | null => {
  if (id === '') return 'is empty';
  if (id.length > limits.idCharactersMax) return `is longer than ${limits.idCharactersMax} characters`;
  if (/[/\\?#%]|\.\.|^\.$/.test(id)) return 'has characters that mean something in a path';
  return /\p{C}/u.test(id) ? 'has control or invisible characters' : null;
};

const isoForm = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2}))?$/i;

/** An ISO 8601 time with its zone, or a date, as ISO 8601 in UTC with milliseconds; null for anything else. */
export const isoTime = (text: string): string | null => {
  const day = isoForm.exec(text)?.[1];
  const time = Date.parse(text.toUpperCase());
  const midnight = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(time) || Number.isNaN(midnight)) return null;
  // 30 February parses, as 1 March.
  return new Date(midnight).toISOString().startsWith(String(day)) ? new Date(time).toISOString() : null;
};

const set = (value: unknown): boolean => value !== undefined && value !== null && value !== '' && value !== false;
const more = (value: unknown): boolean => value === true || value === 'true';
const counts = (value: unknown, count: number): boolean => set(value) && Number(value) !== count;
const pages = (value: unknown): boolean => set(value) && Number(value) > 1;

const hints: Readonly<Record<string, (value: unknown, count: number) => boolean>> = {
  next: set,
  nextPage: set,
  next_page: set,
  nextCursor: set,
  next_cursor: set,
  nextToken: set,
  next_token: set,
  hasMore: more,
  has_more: more,
  hasNext: more,
  hasNextPage: more,
  total: counts,
  totalCount: counts,
  total_count: counts,
  count: counts,
  pages,
  totalPages: pages,
  total_pages: pages,
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Why an answer that should hold everything seems to be one page of several, or null. */
export const pagingHint = (json: unknown, headers: Headers, count: number): string | null => {
  if (/;\s*rel\s*=\s*"?([^";]*\s)?next\b/i.test(headers.get('link') ?? '')) return 'a Link header names a next page';
  if (counts(headers.get('x-total-count'), count)) return `X-Total-Count is not the ${count} that are listed`;
  if (!isObject(json) || Array.isArray(json)) return null;
  const places = [json, json.pagination, json.paging, json.meta, json.links, json._links, json.page].filter(isObject);
  for (const place of places) {
    const name = Object.keys(hints).find((key) => Object.hasOwn(place, key) && hints[key]?.(place[key], count));
    if (name !== undefined) return `"${name}" speaks of more than the ${count} that are listed`;
  }
  return null;
};
