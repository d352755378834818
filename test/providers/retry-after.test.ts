import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../lib/limits.ts';
import { retryAfter } from '../../lib/providers/http.ts';

const now = Date.UTC(2026, 0, 1);

describe('Retry-After', () => {
  it.each([
    ['2', 2000],
    [' 120 ', 120_000],
    ['0', 0],
    ['2.0', 2000],
    ['1.5', 1500],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Thursday, 01-Jan-26 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 23:00:00 GMT', 0],
    ['999999999', limits.retryAfterMaxMs],
    ['Fri, 01 Jan 2055 00:00:00 GMT', limits.retryAfterMaxMs],
  ])('%s is read', (header, ms) => {
    expect(retryAfter(header, now)).toBe(ms);
  });

  it.each([
    [null],
    [''],
    ['-1'],
    ['1.'],
    ['.5'],
    ['1.5.2'],
    ['soon'],
    ['1e3'],
    ['0x10'],
    ['2026'.repeat(9)],
    ['2 apples'],
    ['Infinity'],
    ['GMT'],
  ])('%s is ignored', (header) => {
    expect(retryAfter(header, now)).toBeNull();
  });

  it('is never negative, beyond the bound or not a number', () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        const ms = retryAfter(header, now);
        expect(ms === null || (ms >= 0 && ms <= limits.retryAfterMaxMs)).toBe(true);
      }),
    );
  });
});
