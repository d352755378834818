/** The address behind `rel="next"` of a Link header (RFC 8288), resolved; null where there is none that can be read. */
export const nextLink = (headers: Headers, from: string): string | null => {
  for (const [, target = '', parameters = ''] of (headers.get('link') ?? '').matchAll(/<([^>]*)>([^<]*)/g)) {
    const rel = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(parameters);
    const names = (rel?.[1] ?? rel?.[2] ?? '').toLowerCase().split(/\s+/);
    if (names.includes('next')) return URL.canParse(target, from) ? new URL(target, from).href : null;
  }
  return null;
};

/** A credential may go there too: scheme, host and port are the same, and no user name hides in it. */
export const sameOrigin = (a: string, b: string): boolean => {
  const [left, right] = [new URL(a), new URL(b)];
  return left.origin === right.origin && left.username === '' && left.password === '';
};

/** The same address with one query parameter set. */
export const withQuery = (url: string, name: string, value: string | number): string => {
  const changed = new URL(url);
  changed.searchParams.set(name, String(value));
  return changed.href;
};
