import { parseHostPattern } from '../policy/host-pattern.ts';

/** `a.b.c`, `b.c`, `c`: names match at label boundaries only, and the longest suffix comes first. */
export function* suffixesOf(host: string): Iterable<string> {
  for (let at = 0; at !== -1; ) {
    yield host.slice(at);
    const dot = host.indexOf('.', at);
    at = dot === -1 ? -1 : dot + 1;
  }
}

type Index = ReadonlyMap<string, string>;

const indexed = new WeakMap<readonly string[], Index>();

/** Patterns by their one spelling: a policy's list is read once, not once a webhook. */
const indexOf = (patterns: readonly string[]): Index => {
  const known = indexed.get(patterns);
  if (known) return known;
  const index = new Map(patterns.map((pattern) => [parseHostPattern(pattern) ?? '', pattern]));
  index.delete('');
  indexed.set(patterns, index);
  return index;
};

/** The pattern that means the host of a `ParsedUrl` (`a.com` that host, `*.a.com` any depth below), or null. */
export const patternOf = (patterns: readonly string[], host: string): string | null => {
  const index = indexOf(patterns);
  if (index.size === 0) return null;
  const exact = index.get(host);
  if (exact !== undefined) return exact;
  for (const suffix of suffixesOf(host)) {
    const pattern = suffix === host ? undefined : index.get(`*.${suffix}`);
    if (pattern !== undefined) return pattern;
  }
  return null;
};
