import type { Ms } from '../clock.ts';
import type { Allowance } from '../providers/contract.ts';

/**
 * When calls may start so that a provider's allowances hold in every span of time, wherever it begins. Pure: state in, turns and
 * new state out.
 *
 * The shortest allowance is kept by lanes. Whoever asks gets the lane that is free first, for as long as its calls take: one
 * every `gapMs`, and nobody else calls in that lane meanwhile. `n` lanes of `units / n` calls never make more than `units`, in
 * whatever order and however late within a lane they come. There are as many lanes as calls are under way at a time at full
 * rate: one where calls are fast or the lock admits one caller, more where each takes longer than its share of the time.
 * Where the lock admits one caller, it may be late by much: who gets the lock after it knows when it called last.
 * Longer allowances are kept by GCRA, each with a burst of `burstShare`.
 */
export type RateState = {
  /** When each lane is free for certain. */
  lanes: readonly Ms[];
  /** When each longer allowance has nothing left to make up for. */
  tats: readonly Ms[];
  /** Somebody who has no lock took the last turn, for a list: what the holder of a lock knows of the lane is no longer all. */
  passed?: true;
  /** The lane was used last before this: whoever had it is no more. */
  leftAt?: Ms;
};

/** Turns for calls one after the other: not before their start, `gapMs` apart, none after `until`. */
export type Turns = { starts: readonly Ms[]; gapMs: Ms; until: Ms };

export type Reserved = {
  turns: Turns;
  state: RateState /** When the first call that got no turn could have one. */;
  next: Ms;
};

type Ask = { calls: number; from: Ms; paceMs: Ms; horizonMs: Ms; lateMs?: Ms; calledAt?: Ms };

/** Of a lane's time, how much a caller may be late: what is lost where nobody is. */
const lateShare = 0.01;
/** Of a longer allowance, how much may be used at once. */
const burstShare = 0.05;

const callsOf = ({ units, cost = 1 }: Allowance): number => Math.floor(units / cost);

/** As many lanes as calls overlap, or a few more where that wastes less of the allowance; the same as before where that fits. */
const lanesFor = (calls: number, perMs: Ms, paceMs: Ms, before: number): number => {
  const least = Math.min(calls, Math.max(1, Math.ceil((paceMs * calls) / perMs)));
  if (before >= least && before <= (paceMs === 0 ? 1 : 4 * least)) return before;
  const wasted = (lanes: number): number => (calls % lanes) / calls;
  for (let lanes = least; lanes <= Math.min(calls, 4 * least); lanes++) if (wasted(lanes) <= burstShare) return lanes;
  return least;
};

const empty: RateState = { lanes: [], tats: [] };

/** The lanes as there should be now; where their number changes, all begin when the last one is free. */
const laid = ({ lanes }: RateState, count: number): readonly Ms[] =>
  lanes.length === count ? lanes : Array.from({ length: count }, () => Math.max(0, ...lanes));

/**
 * Reserves turns for calls one after the other.
 *
 * @param state as the last reservation left it; absent: nobody called yet
 * @param paceMs how long one call takes its caller, from one to the next; 0 where only one caller is let in at a time
 * @param horizonMs turns that begin later are not given: whoever wants them comes again
 * @param lateMs how late a caller may be; absent: what is lost by it costs hardly anything
 * @param calledAt when the lane was used last, where that is known: it may be free earlier than for certain
 */
export const reserve = (
  allowances: readonly [Allowance, ...Allowance[]],
  state: RateState | undefined,
  { calls, from, paceMs, horizonMs, lateMs = 0, calledAt }: Ask,
): Reserved => {
  const before = state ?? empty;
  const known = before.passed ? undefined : (calledAt ?? before.leftAt);
  const [shortest, ...longer] = allowances.toSorted((a, b) => a.perMs - b.perMs) as [Allowance, ...Allowance[]];
  const count = lanesFor(callsOf(shortest), shortest.perMs, paceMs, before.lanes.length);
  const gapMs = Math.ceil(shortest.perMs / Math.floor(callsOf(shortest) / count));
  const lanes = [...laid(before, count)];
  const lane = lanes.indexOf(Math.min(...lanes));
  const tats = longer.map((_, at) => before.tats[at] ?? 0);
  const starts: Ms[] = [];
  let next: Ms = Math.min(lanes[lane] ?? 0, known === undefined ? Number.POSITIVE_INFINITY : known + gapMs);
  const startNow = (): Ms =>
    Math.max(next, from, ...longer.map(({ perMs }, at) => (tats[at] ?? 0) - burstShare * perMs));
  while (starts.length < calls && startNow() <= from + horizonMs) {
    const start = startNow();
    starts.push(start);
    next = start + gapMs;
    for (const [at, one] of longer.entries()) {
      const spread = one.perMs * (1 + burstShare) + horizonMs;
      tats[at] = Math.max(tats[at] ?? 0, start) + Math.ceil(spread / callsOf(one));
    }
  }
  const spareMs = Math.max(lateMs, Math.floor(lateShare * gapMs * starts.length));
  if (starts.length > 0) lanes[lane] = next + spareMs;
  const until = (starts.at(-1) ?? from) + spareMs;
  return { turns: { starts, gapMs, until }, state: { lanes, tats }, next: startNow() };
};
