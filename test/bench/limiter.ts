import type { Ms } from '../../lib/clock.ts';
import { type RateState, reserve } from '../../lib/jobs/rate.ts';
import { limits } from '../../lib/limits.ts';
import type { Allowance } from '../../lib/providers/contract.ts';
import { mostWithin } from '../jobs/most-within.ts';
import { type Figure, figure } from './figure.ts';

const rates: readonly Allowance[] = [
  { units: 1, perMs: 30_000 },
  { units: 75, perMs: 60_000 },
  { units: 25, perMs: 1000 },
];
const workerCounts = [1, 4, 16];
const scopeCounts = { few: 1, many: 16 } as const;

const callMs: Ms = 20;
const batch = 10;
const horizonMs: Ms = 15_000;
/** Allowances that a run lasts. */
const spans = 200;

type Worker = { at: Ms };
type Load = { allowance: Allowance; workers: number; scopes: number };

/** The time at which each call starts: workers take a scope, reserve, call in their turns, give it back and come again. */
const drive = ({ allowance, workers, scopes }: Load): Ms[] => {
  const endMs = spans * allowance.perMs;
  const calls: Ms[] = [];
  const all: Worker[] = Array.from({ length: workers }, (_, at) => ({ at: at * 7 }));
  const freeAt: Ms[] = Array.from({ length: scopes }, () => 0);
  let state: RateState | undefined;
  for (;;) {
    const worker = all.reduce((first, one) => (one.at < first.at ? one : first));
    if (worker.at > endMs) return calls.sort((a, b) => a - b);
    const scope = freeAt.indexOf(Math.min(...freeAt));
    if ((freeAt[scope] ?? 0) > worker.at) {
      worker.at = freeAt[scope] ?? 0;
      continue;
    }
    const alone = scopes === 1;
    const told = alone && { lateMs: limits.turnLateMs, calledAt: calls.at(-1) ?? 0 };
    const ask = { calls: batch, from: worker.at, paceMs: alone ? 0 : callMs, horizonMs, ...told };
    const reserved = reserve([allowance], state, ask);
    state = reserved.state;
    const { starts, gapMs, until } = reserved.turns;
    let last = Number.NEGATIVE_INFINITY;
    for (const start of starts) {
      const at = Math.max(worker.at, start, last + gapMs);
      if (at > until) break;
      calls.push(at);
      last = at;
      worker.at = at + callMs;
    }
    freeAt[scope] = worker.at;
    if (starts.length === 0) worker.at = Math.max(worker.at + 1000, reserved.next - horizonMs);
  }
};

/** The share of the allowed rate that is reached, and by how many calls it is ever exceeded, in virtual time. */
export const benchLimiter = async (): Promise<Figure[]> => {
  const shares: number[] = [];
  const overshoots: number[] = [];
  for (const allowance of rates)
    for (const workers of workerCounts)
      for (const scopes of Object.values(scopeCounts)) {
        const calls = drive({ allowance, workers, scopes });
        const inTime = calls.filter((at) => at <= spans * allowance.perMs).length;
        shares.push(inTime / (allowance.units * spans));
        overshoots.push(Math.max(0, mostWithin(calls, allowance.perMs) - allowance.units));
      }
  const grid = 'worst of 1 per 30 s, 75 per minute and 25 per second, 1, 4 and 16 workers, one and 16 scopes';
  return [
    figure('limiter.share', [Math.min(...shares)], 'of the rate', { atLeast: 0.95 }, grid),
    figure('limiter.overshoot', [Math.max(...overshoots)], 'calls', { atMost: 0 }, grid),
  ];
};
