import fc from 'fast-check';

/**
 * How often a property is tried, and how a failure is replayed: fast-check prints `seed` and `path` where one fails, and
 * FUZZ_SEED and FUZZ_PATH take them. FUZZ_RUNS multiplies the runs.
 */
export const runs = (count: number) => ({
  numRuns: count * Number(process.env.FUZZ_RUNS ?? 1),
  ...(process.env.FUZZ_SEED && { seed: Number(process.env.FUZZ_SEED) }),
  ...(process.env.FUZZ_PATH && { path: process.env.FUZZ_PATH }),
});

export type Path = readonly (string | number)[];

/** Every place in a value, the root left out; `into` says whether to look inside. */
export const pathsOf = (value: unknown, into: (path: Path) => boolean = () => true, at: Path = []): Path[] => {
  if (typeof value !== 'object' || value === null || !into(at)) return [];
  const names = Array.isArray(value) ? value.map((_, index) => index) : Object.keys(value);
  return names.flatMap((name) => {
    const path = [...at, name];
    return [path, ...pathsOf((value as Record<string | number, unknown>)[name], into, path)];
  });
};

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, name) => (inner as Record<string | number, unknown>)[name], value);

/** What nobody would write there. */
export const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    0,
    -1,
    0.5,
    1e300,
    true,
    false,
    {},
    [],
    [null],
    'f1:0:on',
    '%',
    '\u0000',
    '__proto__',
  ),
  fc.string({ maxLength: 12 }),
  fc.integer(),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Nearly what stood there: the hardest to tell. */
const nudged = (old: unknown, by: number): unknown => {
  if (typeof old === 'boolean') return !old;
  if (typeof old === 'number') return old + ((by % 3) - 1 || 2);
  if (typeof old !== 'string' || old === '') return 'x';
  const at = by % old.length;
  return old.slice(0, at) + String.fromCharCode(old.charCodeAt(at) ^ 1) + old.slice(at + 1);
};

export type Mutant<T> = { value: T; path: Path; how: 'replaced' | 'removed' | 'nudged' };

/** The value with one place removed, replaced or nearly the same. */
export const mutantOf = <T>(value: T, places: readonly Path[] = pathsOf(value)): fc.Arbitrary<Mutant<T>> =>
  fc
    .record({
      path: fc.constantFrom(...places),
      how: fc.constantFrom('replaced', 'removed', 'nudged'),
      other: junk,
      by: fc.nat(999),
    })
    .map(({ path, how, other, by }) => {
      const copy = structuredClone(value);
      const holder = valueAt(copy, path.slice(0, -1)) as Record<string | number, unknown>;
      const name = path.at(-1) as string | number;
      if (how === 'removed' && Array.isArray(holder)) holder.splice(Number(name), 1);
      else if (how === 'removed') delete holder[name];
      else holder[name] = how === 'nudged' ? nudged(holder[name], by) : other;
      return { value: copy, path, how } as Mutant<T>;
    });
