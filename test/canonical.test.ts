import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonical, contentId } from '../lib/canonical.ts';

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, shuffled(member)]),
  );
};

it('writes one text for one value, whatever the order of its keys', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(canonical(shuffled(value))).toBe(canonical(value));
      expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

it('sorts keys by code unit, leaves out what is undefined and writes null for it in lists', () => {
  expect(canonical({ b: 1, a: { d: undefined, c: [undefined, 'x'] }, '10': 2, '9': 3, B: null })).toBe(
    '{"10":2,"9":3,"B":null,"a":{"c":[null,"x"]},"b":1}',
  );
  expect([canonical({}), canonical([]), canonical(undefined), canonical([{ a: undefined }])]).toEqual([
    '{}',
    '[]',
    'null',
    '[{}]',
  ]);
});

it('hashes the canonical text, however large', () => {
  const hashed = (value: unknown) => `sha256:${createHash('sha256').update(canonical(value)).digest('hex')}`;
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(contentId(value)).toBe(hashed(value));
    }),
  );
  const large = {
    items: Array.from({ length: 5000 }, (_, at) => ({ z: at, a: 'é'.repeat(at % 40) })),
    none: undefined,
  };
  expect(contentId(large)).toBe(hashed(large));
});
