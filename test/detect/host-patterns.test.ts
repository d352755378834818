import fc from 'fast-check';
import { expect, it } from 'vitest';
import { catalogue } from '../../lib/detect/catalogue.ts';
import { matcherOf } from '../../lib/detect/host-patterns.ts';
import { tailOf, tailsOf } from '../../lib/detect/tails.ts';
import { hostMatches } from '../../lib/policy/host-pattern.ts';

const label = fc.constantFrom('a', 'b', 'old', 'dev', 'com', 'x-1');
const host = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'));
const pattern = fc.tuple(fc.constantFrom('', '*.'), host).map((parts) => parts.join(''));

it('finds a pattern exactly where one of them means the host', () => {
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 6 }), host, (patterns, name) => {
      const found = matcherOf(patterns)(name);
      expect(found !== null).toBe(patterns.some((one) => hostMatches(one, name)));
      if (found !== null) expect(hostMatches(found, name)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

const askedOf = (names: readonly string[]) => {
  const mayBeKnown = tailsOf(names);
  return (host: string) => mayBeKnown(tailOf(host));
};

it('never says a quick no to a known name, or to what lies below it', () => {
  const names = catalogue.map(({ suffix }) => suffix);
  const mayBeKnown = askedOf(names);
  for (const name of names) expect([name, mayBeKnown(name), mayBeKnown(`x.y.${name}`)]).toEqual([name, true, true]);
});

it('says a quick no to nearly all others', () => {
  const mayBeKnown = askedOf(catalogue.map(({ suffix }) => suffix));
  const others = Array.from({ length: 1000 }, (_, at) => `hooks.shop-${at}.com`).filter(mayBeKnown);
  expect(others.length).toBeLessThan(50);
});
