import type { Request } from './simulation.ts';

/** One page of a list: its rows, and the Link header that such APIs send (absent: one page holds all). */
export type Paged<Row> = { rows: readonly Row[]; page: number; pages: number; perPage: number; link: string | null };

const whole = (text: string | null, fallback: number, most: number): number =>
  /^\d{1,6}$/.test(text ?? '') ? Math.min(Math.max(Number(text), 1), most) : fallback;

const turned = <Row>(rows: readonly Row[], by: number): readonly Row[] => {
  const at = rows.length === 0 ? 0 : by % rows.length;
  return [...rows.slice(at), ...rows.slice(0, at)];
};

/**
 * Cuts out the page that the query asks for. Of the faults it knows `truncated-list`, `empty-list`, `small-pages`,
 * `repeat-page`, `endless-pages`, `foreign-link`, `no-link` and `shifting-list`.
 *
 * @param address of the list, as links name it
 * @param reads how often it was read before: under `shifting-list` its rows move on by one each time
 */
export const pageOf = <Row>(
  all: readonly Row[],
  { query }: Request,
  on: ReadonlySet<string>,
  address: string,
  perPageDefault: number,
  reads: number,
): Paged<Row> => {
  const given = on.has('empty-list') ? [] : on.has('truncated-list') ? all.slice(0, Math.floor(all.length / 2)) : all;
  const perPage = on.has('small-pages') ? 3 : whole(query.get('per_page'), perPageDefault, 100);
  const page = whole(query.get('page'), 1, 999_999);
  const shown = on.has('shifting-list') ? turned(given, reads) : given;
  const pages = Math.max(1, Math.ceil(given.length / perPage));
  const at = (number: number, rel: string, origin = address) => {
    const url = new URL(origin);
    for (const [name, value] of query) url.searchParams.set(name, value);
    url.searchParams.set('page', String(number));
    return `<${url.href}>; rel="${rel}"`;
  };
  const next = on.has('repeat-page') ? page : on.has('endless-pages') || page < pages ? page + 1 : null;
  const elsewhere = on.has('foreign-link') ? address.replace(/\/\/[^/]+/, '//elsewhere.example') : address;
  const links = [
    ...(page > 1 ? [at(page - 1, 'prev')] : []),
    ...(next === null ? [] : [at(next, 'next', elsewhere)]),
    ...(page > 1 ? [at(1, 'first')] : []),
    ...(next === null ? [] : [at(pages, 'last')]),
  ];
  const rows = on.has('endless-pages') ? given.slice(0, 1) : shown.slice((page - 1) * perPage, page * perPage);
  return { rows, page, pages, perPage, link: links.length === 0 || on.has('no-link') ? null : links.join(', ') };
};
