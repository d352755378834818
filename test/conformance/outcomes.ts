import { expect } from 'vitest';
import type { Outcome } from '../../lib/providers/contract.ts';
import type { Answer } from '../../lib/providers/http.ts';
import { firstOf } from './steps.ts';
import type { Behaviour } from './subject.ts';
import { everything, scopesOf, untouched, worldOf } from './world.ts';

type Kind = Outcome['kind'];
type Row = {
  answer: Answer;
  /** What a delete may make of it. */
  changing: readonly Kind[];
  /** What a list makes of it; absent: it only must not be complete. */
  reading?: 'retry' | 'refused';
  pause?: 'throttle' | 'credential';
};

const reply = (status: number, json?: unknown, retryAfterMs: number | null = null): Answer => ({
  kind: 'answer',
  status,
  json,
  headers: new Headers(),
  retryAfterMs,
});
const unreadable = (status: number): Answer => ({
  kind: 'unreadable',
  status,
  why: 'it is not JSON',
  headers: new Headers(),
  retryAfterMs: null,
});
const every = (statuses: readonly number[], row: (status: number) => Row): readonly Row[] => statuses.map(row);

/** Answers that mean the same at each provider, whatever its own codes are. */
const rows: readonly Row[] = [
  { answer: { kind: 'unsent', again: true, why: 'no connection' }, changing: ['retry'], reading: 'retry' },
  { answer: { kind: 'unsent', again: false, why: 'no such URL' }, changing: ['refused'], reading: 'refused' },
  { answer: { kind: 'lost', why: 'no answer' }, changing: ['unknown'], reading: 'retry' },
  ...every([200, 201, 204], (status) => ({ answer: reply(status, {}), changing: ['done', 'unknown'] })),
  ...every([200, 502], (status) => ({ answer: unreadable(status), changing: ['unknown'], reading: 'retry' })),
  ...every([301, 302, 307, 308], (status) => ({
    answer: unreadable(status),
    changing: ['refused'],
    reading: 'refused',
  })),
  ...every([400, 405, 406, 413, 415, 422], (status) => ({
    answer: reply(status, {}),
    changing: ['refused'],
    reading: 'refused',
  })),
  ...every([401, 403], (status) => ({
    answer: reply(status, {}),
    changing: ['retry'],
    reading: 'retry',
    pause: 'credential',
  })),
  // Never "done", and whether it is there is for the list to say. A conflict may pass.
  ...every([404, 410], (status) => ({ answer: reply(status, {}), changing: ['gone', 'refused'], reading: 'refused' })),
  { answer: reply(409, {}), changing: ['refused', 'retry'] },
  ...every([408, 425, 429], (status) => ({
    answer: reply(status, {}, 7000),
    changing: ['retry'],
    reading: 'retry',
    pause: 'throttle',
  })),
  ...every([500, 501, 502, 503, 504, 520, 599], (status) => ({
    answer: reply(status, {}),
    changing: ['unknown'],
    reading: 'retry',
  })),
];

const outcomes: Behaviour = {
  column: 'outcomes',
  title: 'puts each answer into the one class that is safe, and reaches all five classes',
  holds: async ({ name, capabilities }) => {
    const world = await worldOf(name);
    const [kind = 'endpoint'] = capabilities.kinds;
    const { scope, webhook } = firstOf(await everything(world), kind);
    const seen = new Set<Kind>();
    for (const { answer, changing, reading, pause } of rows) {
      const about = JSON.stringify(answer);
      // A session that the row before ended is begun again.
      world.tap(untouched);
      await world.provider.list(scope);
      world.tap(async () => answer);
      const outcome = await world.provider.delete(scope, webhook);
      expect(changing, about).toContain(outcome.kind);
      seen.add(outcome.kind);
      const listing = await world.provider.list(scope);
      if (listing.status === 'complete') throw new Error(`complete at ${about}`);
      if (reading !== undefined) expect(listing.outcome.kind, about).toBe(reading);
      if (pause === undefined) continue;
      for (const told of [outcome, listing.outcome]) expect(told, about).toMatchObject({ pause });
      if (pause === 'throttle') expect(outcome, about).toMatchObject({ afterMs: 7000 });
    }
    world.tap(untouched);
    seen.add((await world.provider.delete(scope, webhook)).kind);
    seen.add((await world.provider.delete(scope, webhook)).kind);
    expect([...seen].sort()).toEqual(['done', 'gone', 'refused', 'retry', 'unknown']);
    expect((await scopesOf(world)).length).toBeGreaterThan(0);
  },
};

export const outcomeBehaviours: readonly Behaviour[] = [outcomes];
