import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isoTime } from '../../lib/detect/iso-time.ts';

const years = {
  min: new Date('2000-01-01T00:00:00.000Z'),
  max: new Date('2099-12-31T23:59:59.999Z'),
  noInvalidDate: true,
};

it('reads every time of the century as it was written', () => {
  fc.assert(
    fc.property(fc.date(years), (date) => {
      expect(isoTime(date.toISOString())).toBe(date.getTime());
    }),
  );
});

it('reads what is a time as Date.parse does, and nothing else', () => {
  const part = fc.integer({ min: 0, max: 99 }).map((number) => String(number).padStart(2, '0'));
  const text = fc
    .tuple(part, part, part, part, part)
    .map(([month, day, hour, minute, second]) => `2024-${month}-${day}T${hour}:${minute}:${second}.000Z`);
  fc.assert(
    fc.property(text, (time) => {
      const read = isoTime(time);
      if (read !== null) expect(new Date(Date.parse(time)).toISOString()).toBe(new Date(read).toISOString());
      if (read !== null) expect(new Date(read).toISOString()).toBe(time);
    }),
    { numRuns: 2000 },
  );
});

it.each([
  '2024-02-30T00:00:00.000Z',
  '2024-13-01T00:00:00.000Z',
  '2024-00-01T00:00:00.000Z',
  '2024-01-00T00:00:00.000Z',
  '2024-01-01T24:00:00.000Z',
  '2024-01-01T00:60:00.000Z',
  '1999-12-31T23:59:59.999Z',
  '2024-01-01T00:00:00Z',
  '2024-01-01 00:00:00.000Z',
  '2o24-01-01T00:00:00.000Z',
  '',
])('leaves %s to Date.parse', (time) => expect(isoTime(time)).toBeNull());
