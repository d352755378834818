import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RateState, reserve } from '../../lib/jobs/rate.ts';
import { limits } from '../../lib/limits.ts';
import type { Allowance } from '../../lib/providers/contract.ts';
import { seededRandom } from '../../lib/simulator/random.ts';
import { mostWithin } from './most-within.ts';

type Load = {
  workers: number;
  callMs: number;
  batch: () => number;
  late: () => number;
  spanMs: number;
  alone?: boolean;
};

/** Workers in virtual time: each reserves, calls in its turns, and comes again. Answers when calls started. */
const drive = (allowances: readonly [Allowance, ...Allowance[]], load: Load): number[] => {
  let state: RateState | undefined;
  const calls: number[] = [];
  const workers = Array.from({ length: load.workers }, (_, at) => ({
    at: at * 7,
    todo: [] as number[],
    last: -1e9,
    gap: 0,
    until: 0,
  }));
  const horizonMs = 15_000;
  for (;;) {
    const worker = workers.reduce((first, one) => (one.at < first.at ? one : first));
    if (worker.at > load.spanMs) return calls.toSorted((a, b) => a - b);
    const start = worker.todo.shift();
    if (start === undefined) {
      const reserved = reserve(allowances, state, {
        calls: load.batch(),
        from: worker.at,
        paceMs: load.alone ? 0 : load.callMs,
        horizonMs,
      });
      state = reserved.state;
      const { starts, gapMs, until } = reserved.turns;
      Object.assign(worker, { todo: [...starts], gap: gapMs, until, last: -1e9 });
      worker.at = Math.max(worker.at, starts[0] ?? Math.max(worker.at + 1000, reserved.next - 10_000));
      continue;
    }
    const at = Math.max(worker.at, start, worker.last + worker.gap) + load.late();
    if (at > worker.until) {
      worker.todo = [];
      continue;
    }
    calls.push(at);
    worker.last = at;
    worker.at = Math.max(at + load.callMs, worker.todo[0] ?? 0);
  }
};

/**
 * Holders of one lock, one after the other: late, with calls left over, and without a word of when they called; and somebody who
 * lists meanwhile without the lock.
 */
const holdInTurn = (
  allowances: readonly [Allowance, ...Allowance[]],
  chance: () => number,
  spanMs: number,
  { late = 0.2, crash = 0.1, idle = 0.05, lists = 0.1 } = {},
): number[] => {
  let state: RateState | undefined;
  let calledAt: number | undefined;
  const calls: number[] = [];
  const passBy = (from: number): void => {
    if (chance() >= lists) return;
    const ask = { calls: 1, from, paceMs: 0, horizonMs: 15_000, lateMs: limits.passLateMs };
    const { turns, state: left } = reserve(allowances, state, ask);
    const [start] = turns.starts;
    if (start === undefined) return;
    state = { ...left, passed: true };
    calls.push(Math.round(start + chance() * (turns.until - start)));
  };
  for (let now = 0; now < spanMs; now += Math.ceil(chance() * (chance() < idle ? 60_000 : 50))) {
    const lateMs = limits.turnLateMs;
    const ask = { calls: 1 + Math.floor(chance() * 10), from: now, paceMs: 0, horizonMs: 15_000, lateMs };
    const { turns, ...left } = reserve(allowances, state, { ...ask, ...(calledAt !== undefined && { calledAt }) });
    state = left.state;
    passBy(now);
    let last = Number.NEGATIVE_INFINITY;
    for (const start of turns.starts) {
      now = Math.max(now, start, last + turns.gapMs);
      // By little, or by as much as may be.
      if (chance() < late) now = chance() < 0.5 ? now + Math.round(chance() * 4000) : Math.max(now, turns.until);
      if (now > turns.until || chance() < crash) break;
      calls.push(now);
      last = now;
    }
    calledAt = chance() < crash || last < 0 ? undefined : last;
    if (turns.starts.length === 0) now = Math.max(now + 1000, left.next - 10_000);
    passBy(now);
  }
  return calls.toSorted((a, b) => a - b);
};

const rates = {
  '1 per 30 seconds': { units: 1, perMs: 30_000 },
  '75 per minute': { units: 75, perMs: 60_000 },
  '25 per second': { units: 25, perMs: 1000 },
};
const grid = Object.keys(rates).flatMap((rate) =>
  [1, 4, 16].flatMap((workers) => [1, 10].map((batch) => [rate as keyof typeof rates, workers, batch] as const)),
);

describe('the allowance of an account', () => {
  it.each(grid)(
    'of %s is used to 95 %% and never exceeded by %i workers with batches of %i',
    (rate, workers, batch) => {
      const allowance = rates[rate];
      const spanMs = 200 * allowance.perMs;
      const calls = drive([allowance], {
        workers,
        callMs: Math.min(20, 1000 / 25),
        batch: () => batch,
        late: () => 0,
        spanMs,
      });
      expect(mostWithin(calls, allowance.perMs)).toBeLessThanOrEqual(allowance.units);
      expect(calls.length).toBeGreaterThanOrEqual(0.95 * allowance.units * (spanMs / allowance.perMs));
    },
  );

  it('is used by slow callers side by side', () => {
    const calls = drive([rates['25 per second']], {
      workers: 16,
      callMs: 180,
      batch: () => 10,
      late: () => 0,
      spanMs: 100_000,
    });
    expect(mostWithin(calls, 1000)).toBeLessThanOrEqual(25);
    expect(calls.length).toBeGreaterThanOrEqual(0.95 * 25 * 100);
  });

  it('is never exceeded in any span, whatever is asked for, however slow and late', () => {
    const some = fc.record({
      units: fc.integer({ min: 1, max: 120 }),
      perMs: fc.constantFrom(1000, 30_000, 60_000),
      cost: fc.integer({ min: 1, max: 5 }),
    });
    const hourly = fc.record({ units: fc.integer({ min: 50, max: 500 }), perMs: fc.constant(3_600_000) });
    fc.assert(
      fc.property(
        some,
        hourly,
        fc.integer({ min: 1, max: 16 }),
        fc.integer({ min: 0, max: 400 }),
        fc.nat(),
        (short, long, workers, callMs, seed) => {
          const allowance = { ...short, units: Math.max(short.units, short.cost) };
          const chance = seededRandom(seed);
          const load = {
            workers,
            batch: () => 1 + Math.floor(chance() * 10),
            late: () => (chance() < 0.2 ? chance() * 3000 : 0),
          };
          const calls = drive([allowance, long], { ...load, callMs, spanMs: 2 * 3_600_000 });
          expect(mostWithin(calls, allowance.perMs) * allowance.cost).toBeLessThanOrEqual(allowance.units);
          expect(mostWithin(calls, long.perMs)).toBeLessThanOrEqual(long.units);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is never exceeded by who has the lock, however late, and used by him who says when he called', () => {
    fc.assert(
      fc.property(
        fc.record({ units: fc.integer({ min: 1, max: 60 }), perMs: fc.constantFrom(1000, 30_000, 60_000) }),
        fc.record({ units: fc.integer({ min: 20, max: 400 }), perMs: fc.constantFrom(120_000, 3_600_000) }),
        fc.nat(),
        (short, long, seed) => {
          const calls = holdInTurn([short, long], seededRandom(seed), 2 * 3_600_000);
          expect(mostWithin(calls, short.perMs)).toBeLessThanOrEqual(short.units);
          expect(mostWithin(calls, long.perMs)).toBeLessThanOrEqual(long.units);
        },
      ),
      { numRuns: 60 },
    );
    const gentle = { late: 0, crash: 0, idle: 0, lists: 0 };
    const calls = holdInTurn([{ units: 5, perMs: 1000 }], seededRandom(1), 100_000, gentle);
    expect(calls.length).toBeGreaterThan(0.95 * 500);
  });

  it('gives nothing beyond the horizon, and says when there is more', () => {
    const ask = { calls: 3, from: 0, paceMs: 0, horizonMs: 15_000 };
    const first = reserve([rates['1 per 30 seconds']], undefined, ask);
    expect(first.turns.starts).toEqual([0]);
    const second = reserve([rates['1 per 30 seconds']], first.state, ask);
    expect([second.turns.starts, second.next]).toEqual([[], 30_300]);
    expect(reserve([rates['1 per 30 seconds']], first.state, { ...ask, horizonMs: 31_000 }).turns.starts).toEqual([
      30_300,
    ]);
  });
});

describe('turns that a dead holder did not use', () => {
  it('are free again, one gap after he can have called last', () => {
    const allowances = [{ units: 10, perMs: 1000 }] as const;
    const ask = { calls: 10, from: 0, paceMs: 0, horizonMs: 15_000, lateMs: limits.turnLateMs };
    const { state } = reserve(allowances, undefined, ask);
    expect(state.lanes).toEqual([1000 + limits.turnLateMs]);
    const next = (left: number) =>
      reserve(allowances, { ...state, leftAt: left }, { ...ask, from: left }).turns.starts[0];
    expect([next(300), next(900)]).toEqual([400, 1000]);
    const { state: after } = reserve(allowances, { ...state, leftAt: 300 }, { ...ask, from: 300 });
    expect(after).not.toHaveProperty('leftAt');
    expect(reserve(allowances, { ...state, leftAt: 300, passed: true }, ask).turns.starts[0]).toBe(state.lanes[0]);
  });
});
