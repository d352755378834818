import { parseHostPattern } from '../policy/host-pattern.ts';
import { tailOf, tailsOf } from './tails.ts';

/** What is known of `a.b.c`, `b.c` or `c`: names match at label boundaries only, and the longest suffix comes first. */
export const ofSuffix = <Known>(known: ReadonlyMap<string, Known>, host: string): Known | undefined => {
  let suffix = host;
  for (;;) {
    const found = known.get(suffix);
    const dot = suffix.indexOf('.');
    if (found !== undefined || dot === -1) return found;
    suffix = suffix.slice(dot + 1);
  }
};

const bare = (pattern: string): string => (pattern.startsWith('*.') ? pattern.slice(2) : pattern);

/** The names that stand in these patterns, none where one is no pattern. */
export const namesIn = (patterns: readonly string[]): string[] =>
  patterns.flatMap((pattern) => bare(parseHostPattern(pattern) ?? '') || []);

/** Tells the pattern that means the host of a `ParsedUrl` (`a.com` that host, `*.a.com` any depth below), or null. */
export const matcherOf = (patterns: readonly string[]): ((host: string) => string | null) => {
  const named = new Map(patterns.map((pattern) => [parseHostPattern(pattern) ?? '', pattern]));
  named.delete('');
  if (named.size === 0) return () => null;
  const below = new Map(
    [...named].flatMap(([name, pattern]) => (name.startsWith('*.') ? [[bare(name), pattern]] : [])),
  );
  const mayBeMeant = tailsOf(namesIn(patterns));
  return (host) => {
    if (!mayBeMeant(tailOf(host))) return null;
    const dot = host.indexOf('.');
    return named.get(host) ?? (dot === -1 ? undefined : ofSuffix(below, host.slice(dot + 1))) ?? null;
  };
};

const matchers = new WeakMap<readonly string[], ReturnType<typeof matcherOf>>();

/** As `matcherOf`, for one host: a policy's list is read once, not once a webhook. */
export const patternOf = (patterns: readonly string[], host: string): string | null => {
  const matcher = matchers.get(patterns) ?? matcherOf(patterns);
  matchers.set(patterns, matcher);
  return matcher(host);
};
