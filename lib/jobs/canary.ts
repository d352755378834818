import { type CleanupRecord, recordName } from '../audit/record.ts';

/** How many records of a plan go first, and how many then: one, five more, the rest. */
const waves = [1, 6] as const;
export const firstWave = waves[0];

/** What may happen next to an approved plan: so many of its items may be on their way, or it waits, or it stops. */
export type CanaryVerdict = { do: 'release'; upTo: number } | { do: 'wait' } | { do: 'halt'; why: string };

/** It failed, or what we had changed had to be put back, other than by the word of a person. */
const wentWrong = ({ state, attempts, endGuard, returnTo }: CleanupRecord): boolean => {
  const byPerson = endGuard === 'vetoed' || returnTo?.guard === 'vetoed' || returnTo?.state === 'restored';
  const putBack = state === 'restoring' || (state === 'kept' && attempts.disable + attempts.delete > 0);
  return state === 'failed' || (putBack && !byPerson);
};

/** Its first step is behind it, or it will never be made. */
const isSettled = ({ state, planId }: CleanupRecord, plan: string): boolean =>
  planId !== plan || !['proposed', 'approved', 'disabling'].includes(state);

/**
 * A plan goes in waves: the next one goes when the first step of each before it came out as planned. A record whose outcome
 * was not as planned halts the plan for a person.
 *
 * @param released records of the items that are on their way; an item that was dropped has none
 * @param count how many items are on their way
 */
export const canary = (
  released: readonly CleanupRecord[],
  count: number,
  total: number,
  planId: string,
  forced: boolean,
): CanaryVerdict => {
  if (forced) return { do: 'release', upTo: total };
  const wrong = released.find((record) => record.planId === planId && wentWrong(record));
  if (wrong) {
    const why = wrong.history.at(-1)?.detail ?? '';
    return { do: 'halt', why: `${recordName(wrong)} is ${wrong.state}: ${why}` };
  }
  if (!released.every((record) => isSettled(record, planId))) return { do: 'wait' };
  return { do: 'release', upTo: Math.min(total, waves.find((wave) => wave > count) ?? total) };
};
