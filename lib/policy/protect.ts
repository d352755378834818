import { normaliseUrl } from '../url.ts';
import { readPlain } from '../url-plain.ts';
import type { Webhook } from '../webhook.ts';
import { nameGlob, pathGlob } from './glob.ts';
import { hostMatches } from './host-pattern.ts';
import type { Protect } from './policy.ts';

export type ProtectSubject = { webhook: Webhook; account: string; provider: string };

/** What a URL or host pattern is held against; null where the URL does not parse. */
type Destination = { urls: readonly string[]; host: string };
type Subject = ProtectSubject & { destination: Destination | null };
/** `unreadable`: the webhook does not have what the pattern speaks of, so that nobody can say that it is not meant. */
type Match = 'yes' | 'no' | 'unreadable';
type Key = Exclude<keyof Protect, 'because'>;

/**
 * The first entry that protects the webhook, or null.
 *
 * Keys are and-ed. Guards fail closed: where an endpoint has no URL that parses, or a webhook no name, a pattern on it
 * counts as matching, and the `because` that comes back says so. URL, host and event say nothing of signing secrets.
 */
export const protectedBy = (protect: readonly Protect[], subject: ProtectSubject): Protect | null => {
  if (protect.length === 0) return null;
  const read: Subject = { ...subject, destination: destinationOf(subject.webhook.url) };
  for (const entry of protect) {
    const unreadable: string[] = [];
    const all = compiled(entry).every(({ key, matches }) => {
      const match = matches(read);
      if (match === 'unreadable') unreadable.push(key);
      return match !== 'no';
    });
    if (all) return unreadable.length === 0 ? entry : { ...entry, because: failedClosed(entry.because, unreadable) };
  }
  return null;
};

/** `*` within a segment, `**` across; null where it cannot match any normalised URL. */
export const normaliseUrlPattern = (pattern: string): string | null => {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#]/i.test(pattern)) return null;
  // `https://a.com**` stands for all that begins so; normalising would end the host with a slash.
  const open = /^[^/]+:\/\/[^/?#]*\*\*$/.test(pattern);
  const normal = normaliseUrl(pattern);
  return open && normal !== null ? normal.replace(/\/$/, '') : normal;
};

const failedClosed = (because: string, keys: readonly string[]): string =>
  `${because} (its ${keys.join(' and ')} cannot be read, so it counts as protected)`;

const destinationOf = (raw: string | null): Destination | null => {
  const plain = raw === null ? null : readPlain(raw);
  // Nothing stands in front of the host of a plain URL.
  if (plain) return { urls: [flat(plain.href)], host: plain.host };
  const normal = raw === null ? null : normaliseUrl(raw);
  if (normal === null) return null;
  const url = new URL(normal);
  const urls = [flat(normal)];
  if (url.username !== '' || url.password !== '') {
    // The same place with a password in front is the same place.
    url.username = '';
    url.password = '';
    urls.push(flat(url.href));
  }
  return { urls, host: url.hostname };
};

/** A slash in the query parts no segments. */
const flat = (url: string): string => {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query) + url.slice(query).replaceAll('/', '\0');
};

const yes = (matched: boolean): Match => (matched ? 'yes' : 'no');
const exactly = (pattern: string, of: (subject: Subject) => string) => (subject: Subject) =>
  yes(of(subject) === pattern);

const toDestination =
  (test: (destination: Destination) => boolean) =>
  ({ webhook, destination }: Subject): Match => {
    if (webhook.kind === 'signing-secret') return 'no';
    return destination === null ? 'unreadable' : yes(test(destination));
  };

const matchers: Readonly<Record<Key, (pattern: string) => (subject: Subject) => Match>> = {
  account: (pattern) => exactly(pattern, ({ account }) => account),
  provider: (pattern) => exactly(pattern, ({ provider }) => provider),
  kind: (pattern) => exactly(pattern, ({ webhook }) => webhook.kind),
  id: (pattern) => {
    const glob = nameGlob(pattern);
    return ({ webhook }) => yes(glob(webhook.id));
  },
  name: (pattern) => {
    const glob = nameGlob(pattern);
    return ({ webhook }) => (webhook.name === null ? 'unreadable' : yes(glob(webhook.name)));
  },
  event: (pattern) => {
    const glob = nameGlob(pattern);
    return ({ webhook }) => {
      if (webhook.kind === 'signing-secret') return 'no';
      return webhook.events.length === 0
        ? 'unreadable'
        : yes(webhook.events.some((event) => event === '*' || glob(event)));
    };
  },
  host: (pattern) => toDestination(({ host }) => hostMatches(pattern, host)),
  url: (pattern) => {
    const normal = normaliseUrlPattern(pattern);
    const glob = normal === null ? () => true : pathGlob(flat(normal));
    return toDestination(({ urls }) => urls.some(glob));
  },
};

type Compiled = readonly { key: Key; matches: (subject: Subject) => Match }[];
const cache = new WeakMap<Protect, Compiled>();

/** Compiled once an entry: a scan holds every webhook against every entry. */
const compiled = (entry: Protect): Compiled => {
  const known = cache.get(entry);
  if (known) return known;
  const made = (Object.keys(matchers) as Key[]).flatMap((key) => {
    const pattern = entry[key];
    return pattern === undefined ? [] : [{ key, matches: matchers[key](pattern) }];
  });
  cache.set(entry, made);
  return made;
};
