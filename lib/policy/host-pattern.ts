const notAHost = /[\s/\\?#@%]/;

/** A host as URLs carry it: lower case, punycode, no brackets, no trailing dot. null where it is none. */
const plainHost = (raw: string): string | null => {
  if (raw === '' || notAHost.test(raw) || (raw.includes(':') && !raw.startsWith('['))) return null;
  const url = URL.parse(`http://${raw}/`);
  return url === null || url.port !== '' ? null : url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '') || null;
};

/** A host pattern in its one spelling: `a.com` is that host, `*.a.com` any depth below it. null where it is no host pattern. */
export const parseHostPattern = (pattern: string): string | null => {
  const below = pattern.startsWith('*.');
  const host = plainHost(below ? pattern.slice(2) : pattern);
  if (host === null || host.includes('*')) return null;
  return below ? `*.${host}` : host;
};

/**
 * The host (as in `URL.hostname`; case, brackets and one trailing dot do not matter) is meant by the pattern.
 * Compared at label boundaries, never as a substring. A pattern that is none matches nothing; the policy file refuses it.
 */
export const hostMatches = (pattern: string, host: string): boolean => {
  const parsed = parseHostPattern(pattern);
  const plain = host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  if (parsed === null || plain === '') return false;
  return parsed.startsWith('*.') ? plain.endsWith(parsed.slice(1)) && plain.length >= parsed.length : plain === parsed;
};
