import fc from 'fast-check';
import { expect, it } from 'vitest';
import { day, timeOf } from '../../lib/detect/age.ts';

const date = fc.date({ min: new Date('1990-01-01'), max: new Date('2110-01-01'), noInvalidDate: true });
const written = fc.oneof(
  date.map((at) => at.toISOString()),
  date.map((at) => at.toISOString().replace(/\d\d\.\d\d\dZ$/, '00.000Z')),
  date.map((at) => `${at.toISOString().slice(0, 10)}T00:00:00.000Z`),
  fc.constantFrom('2026-05-01T00:00:00+02:00', '2026-05-01', '2026-05-01T12:00:00Z', '', 'soon'),
);

it('says a time alike whether or not it knows how it was written', () => {
  fc.assert(
    fc.property(written, (text) => {
      const ms = timeOf(text);
      if (ms === null) return;
      const plain = new Date(ms).toISOString().replace('T00:00:00.000Z', '').replace('.000Z', 'Z');
      expect([day(ms), day(ms, text)]).toEqual([plain, plain]);
    }),
    { numRuns: 2000 },
  );
});

it('says the time that is meant, not another one that was written', () => {
  expect(day(Date.parse('2026-05-01T00:00:00.000Z'), '2026-04-30T00:00:00.000Z')).toBe('2026-05-01');
  expect(day(Date.parse('2026-05-01T10:00:00.000Z'), null)).toBe('2026-05-01T10:00:00Z');
});
