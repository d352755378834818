import { parseHostPattern } from '../policy/host-pattern.ts';
import { tailsOf } from './tails.ts';

/** `a.b.c`, `b.c`, `c`: names match at label boundaries only, and the longest suffix comes first. */
export function* suffixesOf(host: string): Iterable<string> {
  for (let at = 0; at !== -1; ) {
    yield host.slice(at);
    const dot = host.indexOf('.', at);
    at = dot === -1 ? -1 : dot + 1;
  }
}

/** Tells the pattern that means the host of a `ParsedUrl` (`a.com` that host, `*.a.com` any depth below), or null. */
export const matcherOf = (patterns: readonly string[]): ((host: string) => string | null) => {
  const named = new Map(patterns.map((pattern) => [parseHostPattern(pattern) ?? '', pattern]));
  named.delete('');
  if (named.size === 0) return () => null;
  const mayBeMeant = tailsOf([...named.keys()].map((name) => name.replace('*.', '')));
  return (host) => {
    if (!mayBeMeant(host)) return null;
    const exact = named.get(host);
    if (exact !== undefined) return exact;
    for (const suffix of suffixesOf(host)) {
      const pattern = suffix === host ? undefined : named.get(`*.${suffix}`);
      if (pattern !== undefined) return pattern;
    }
    return null;
  };
};

const matchers = new WeakMap<readonly string[], ReturnType<typeof matcherOf>>();

/** As `matcherOf`, for one host: a policy's list is read once, not once a webhook. */
export const patternOf = (patterns: readonly string[], host: string): string | null => {
  const matcher = matchers.get(patterns) ?? matcherOf(patterns);
  matchers.set(patterns, matcher);
  return matcher(host);
};
