import type { Ms } from '../../lib/clock.ts';

/** The most calls in any span of this length, wherever it begins. */
export const mostWithin = (calls: readonly Ms[], perMs: Ms): number => {
  let from = 0;
  let max = 0;
  for (const [at, time] of calls.entries()) {
    while ((calls[from] ?? 0) <= time - perMs) from += 1;
    max = Math.max(max, at - from + 1);
  }
  return max;
};
