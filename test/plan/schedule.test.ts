import { describe, expect, it } from 'vitest';
import { isShortObservation, scheduleOf } from '../../lib/plan/schedule.ts';
import { accountNamed, day, hour } from '../jobs/world.ts';

const account = (environment: 'sandbox' | 'production', noticeMs: number, observeMs: number) =>
  accountNamed('shop', { environment, lifecycle: { noticeMs, observeMs } });

describe('the waits from an approval to the delete', () => {
  it('are the notice before it is switched off, and the observation after that', () => {
    const first = { via: ['disable', 'delete'], disableAfter: 2 * hour, deleteAfter: 5 * hour };
    expect(scheduleOf(account('production', 2 * hour, 3 * hour), true, true)).toEqual(first);
  });

  it('are both before the delete where it is off already', () => {
    const off = { via: ['delete'], disableAfter: null, deleteAfter: 5 * hour };
    expect(scheduleOf(account('production', 2 * hour, 3 * hour), true, false)).toEqual(off);
  });

  it.each([
    ['sandbox', 2 * hour, 3 * hour, 3 * hour],
    ['sandbox', 3 * hour, 2 * hour, 3 * hour],
    ['sandbox', 0, 0, 0],
    ['production', 2 * hour, 3 * hour, day],
    ['production', 2 * day, 3 * hour, 2 * day],
  ] as const)('are on %s with %i and %i ms the longer of both where it cannot be switched off: %i ms', (...given) => {
    const [environment, notice, observe, deleteAfter] = given;
    for (const enabled of [true, false])
      expect(scheduleOf(account(environment, notice, observe), false, enabled)).toEqual({
        ...{ via: ['delete'], disableAfter: null, deleteAfter },
      });
  });

  it('are too short without a person where production is observed for less than a day', () => {
    const short = (environment: 'sandbox' | 'production', observe: number) =>
      isShortObservation(account(environment, 9 * day, observe));
    expect([short('production', 86_400_000 - 1), short('production', 86_400_000), short('sandbox', 0)]).toEqual([
      ...[true, false, false],
    ]);
  });
});
