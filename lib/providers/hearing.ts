import type { Clock, Ms } from '../clock.ts';
import type { Answer, Http } from './http.ts';

/**
 * That an account's provider answered, and how far our clock is ahead of its `Date` (RFC 9110 section 6.6.1): null where it
 * told none. `Date` counts whole seconds and an answer takes its time, so it may be off by `withinMs`.
 */
export type Heard = { aheadMs: Ms | null; withinMs: Ms };

const halfSecond = 500;

/** A date that a cache gives again is as old as its `Age` says. */
const dateOf = (headers: Headers): Ms | null => {
  const date = Date.parse(headers.get('date') ?? '');
  const age = Number(headers.get('age') ?? 0);
  return Number.isNaN(date) || !Number.isFinite(age) ? null : date + age * 1000 + halfSecond;
};

const heardIn = (answer: Answer, sentAt: Ms, now: Ms): Heard | null => {
  if (answer.kind !== 'answer' && answer.kind !== 'unreadable') return null;
  const date = dateOf(answer.headers);
  const half = (now - sentAt) / 2;
  return { aheadMs: date === null ? null : Math.round(sentAt + half - date), withinMs: Math.ceil(half) + halfSecond };
};

/** Calls as `http` does, and remembers of each account the answer that tells its clock best. */
export const hearing = (http: Http, clock: Clock): { http: Http; heard(account: string): Heard | null } => {
  const best = new Map<string, Heard>();
  const note = (account: string, heard: Heard): void => {
    const known = best.get(account);
    const isBetter = !known || known.aheadMs === null || heard.withinMs < known.withinMs;
    if (isBetter && (heard.aheadMs !== null || !known)) best.set(account, heard);
  };
  return {
    heard: (account) => best.get(account) ?? null,
    http: {
      async call(call) {
        const sentAt = clock.now();
        const answer = await http.call(call);
        const heard = heardIn(answer, sentAt, clock.now());
        if (heard) note(call.account, heard);
        return answer;
      },
    },
  };
};
