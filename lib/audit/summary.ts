import { iso, type Ms } from '../clock.ts';
import type { Entry } from './chain.ts';
import type { AuditRecord } from './printed.ts';
import type { GuardName } from './record.ts';
import { isOpen, type State, states } from './states.ts';

/** What came of webhooks; each is a count of cycles. */
export type Outcomes = { found: number; deleted: number; kept: number; gone: number; failed: number; restored: number };
export type Outcome = keyof Outcomes;

/** What `audit summary --json` prints. Times are ISO 8601, days in UTC. */
export type Summary = Outcomes & {
  since: string;
  until: string;
  /** Of those that were kept: how many by which guard, or because nothing spoke for their removal any longer. */
  keptWhy: Readonly<Record<string, number>>;
  /** Records that wait now, whenever they changed last, by what they wait for. */
  waiting: number;
  waitingFor: Readonly<Record<string, number>>;
  /** By the rules of each record's newest cycle. */
  rules: Readonly<Record<string, Outcomes>>;
  days: readonly ({ day: string } & Outcomes)[];
};

const none = (): Outcomes => ({ found: 0, deleted: 0, kept: 0, gone: 0, failed: 0, restored: 0 });
const ends: Partial<Record<State, Outcome>> = { deleted: 'deleted', kept: 'kept', gone: 'gone', failed: 'failed' };

export type Happened = { outcome: Outcome; entry: Entry };

/**
 * What happened to one webhook, in order. A mark on what a restore created counts as nothing: the restore is told by the
 * record of what was deleted.
 */
export const outcomesOf = (history: readonly Entry[]): Happened[] => {
  let state: State | null = null;
  return history.flatMap((entry): Happened[] => {
    const next = states.find((name) => name === entry.event);
    if (next === undefined) return [];
    const before = state;
    state = next;
    if (next === 'proposed') return before === 'proposed' ? [] : [{ outcome: 'found', entry }];
    if (next === 'restored') return before === 'restoring' ? [{ outcome: 'restored', entry }] : [];
    const outcome = ends[next];
    return outcome ? [{ outcome, entry }] : [];
  });
};

const count = (counts: Record<string, number>, name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1;
};

/** A tally by name; the first question makes it. */
const tallies = (names: readonly string[] = []) => {
  const all = new Map(names.map((name) => [name, none()]));
  return {
    all,
    of(name: string): Outcomes {
      const found = all.get(name) ?? none();
      all.set(name, found);
      return found;
    },
  };
};

const dayMs = 86_400_000;

const daysOf = (since: Ms, until: Ms): string[] => {
  const first = Math.floor(since / dayMs);
  return Array.from({ length: Math.ceil(until / dayMs) - first }, (_, at) => iso((first + at) * dayMs).slice(0, 10));
};

/** The guard that an entry names first, as every entry that a guard wrote does. */
const guardOf = (detail: string, guards: readonly GuardName[]): string =>
  guards.find((guard) => detail.startsWith(`${guard}: `)) ?? 'not-proposed';

/**
 * Adds up what happened from `since` up to `until`, and what waits now.
 *
 * @param changed records that changed since then
 * @param open every record that is open now
 */
export const summaryOf = (
  changed: readonly AuditRecord[],
  open: readonly AuditRecord[],
  guards: readonly GuardName[],
  since: Ms,
  until: Ms,
): Summary => {
  const keptWhy: Record<string, number> = {};
  const waitingFor: Record<string, number> = {};
  const [total, rules, days] = [none(), tallies(), tallies(daysOf(since, until))];
  for (const { history, findings } of changed) {
    const names = [...new Set(findings.map(({ rule }) => rule))];
    for (const { outcome, entry } of outcomesOf(history)) {
      const at = Date.parse(entry.at);
      if (at < since || at >= until) continue;
      if (outcome === 'kept') count(keptWhy, guardOf(entry.detail, guards));
      for (const tally of [total, days.of(entry.at.slice(0, 10)), ...names.map(rules.of)]) tally[outcome] += 1;
    }
  }
  const waiting = open.filter(({ state }) => isOpen(state));
  for (const { held, waitFor, state } of waiting) count(waitingFor, held !== null ? 'held' : (waitFor ?? state));
  return {
    since: iso(since),
    until: iso(until),
    ...total,
    keptWhy,
    waiting: waiting.length,
    waitingFor,
    rules: Object.fromEntries(rules.all),
    days: [...days.all].map(([day, outcomes]) => ({ day, ...outcomes })),
  };
};
