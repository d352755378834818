import fc from 'fast-check';
import { expect } from 'vitest';
import type { Answer } from '../../lib/providers/http.ts';
import { fingerprint } from '../../lib/webhook.ts';
import { webhooksOf } from '../providers/simulated-account.ts';
import type { Behaviour } from './subject.ts';
import { another, fill, only, untouched, worldOf } from './world.ts';

/** What a stranger does after one answer: deletes the webhook at this place, and creates one at an end. */
const strange = fc.record({
  deletes: fc.option(fc.double({ min: 0, max: 0.999, noNaN: true })),
  creates: fc.option(fc.constantFrom('first' as const, 'last' as const)),
});
type Strange = typeof strange extends fc.Arbitrary<infer T> ? T : never;

const shift: Behaviour = {
  column: 'shifts',
  title: 'never takes a list for complete that has a hole, whatever strangers do while it is read',
  holds: async ({ name, pageEdge }) => {
    const world = await worldOf(name, { webhooks: 1 });
    const { scope, like } = await only(world);
    const { state } = world.simulator;
    const meddle = ({ deletes, creates }: Strange, stayed: Set<string>): void => {
      const victim = deletes === null ? undefined : [...state.keys()][Math.floor(deletes * state.size)];
      if (victim !== undefined) state.delete(victim);
      stayed.delete(victim ?? '');
      if (creates === null) return;
      const one = another(world.simulator, like);
      const rest = creates === 'first' ? [...state] : [];
      if (creates === 'first') state.clear();
      state.set(one.id, one);
      for (const [key, other] of rest) state.set(key, other);
    };
    const holds = async (extra: number, strangers: readonly Strange[]): Promise<void> => {
      world.tap(untouched);
      fill(world, like, (pageEdge ?? 5) + extra);
      const stayed = new Set(state.keys());
      const left = [...strangers];
      world.tap(async (_call, send) => {
        const answer = await send();
        const next = left.shift();
        if (next !== undefined) meddle(next, stayed);
        return answer;
      });
      const listing = await world.provider.list(scope);
      if (listing.status !== 'complete') return;
      const listed = new Set(listing.webhooks.map(({ id }) => id));
      expect([...stayed].filter((id) => !listed.has(id))).toEqual([]);
    };
    const strangers = fc.array(strange, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: pageEdge ?? 5 }), strangers, holds),
      // One is deleted and one created between two pages: the number of rows stays, and one is never shown.
      { numRuns: 30, examples: [[1, [{ deletes: 0, creates: 'last' }]]] },
    );
  },
};

const reply = (status: number, json?: unknown): Answer => ({
  kind: 'answer',
  status,
  json,
  headers: new Headers(),
  retryAfterMs: null,
});

const breaks: readonly Answer[] = [
  reply(401),
  reply(404),
  reply(500),
  reply(200),
  reply(200, {}),
  reply(206, []),
  { kind: 'lost', why: 'no answer' },
];

const cut: Behaviour = {
  column: 'breaks off',
  title: 'never takes a list for complete of which one call failed, the session has expired say',
  holds: async ({ name, pageEdge }) => {
    const world = await worldOf(name, { webhooks: 1 });
    const { scope, like } = await only(world);
    fill(world, like, (pageEdge ?? 5) + 1);
    const before = world.calls.length;
    await world.provider.list(scope);
    const calls = world.calls.length - before;
    for (const broken of breaks) {
      for (let at = 1; at <= calls; at += 1) {
        let count = 0;
        world.tap((_call, send) => {
          count += 1;
          return count >= at ? Promise.resolve(broken) : send();
        });
        const listing = await world.provider.list(scope);
        expect(listing.status, `call ${at} of ${calls}: ${JSON.stringify(broken)}`).not.toBe('complete');
      }
    }
  },
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The same JSON without one member of the first object that has the id. */
const without = (json: Json, id: string, member: string): Json => {
  let done = false;
  const walk = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    const hit = !done && Object.values(value).some((leaf) => String(leaf) === id);
    if (hit) done = true;
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, inner]) => (hit && key === member ? [] : [[key, walk(inner)]])),
    );
  };
  return walk(json);
};

const membersOf = (json: Json, id: string): readonly string[] => {
  if (typeof json !== 'object' || json === null) return [];
  if (!Array.isArray(json) && Object.values(json).some((leaf) => String(leaf) === id)) return Object.keys(json);
  for (const inner of Object.values(json)) {
    const found = membersOf(inner, id);
    if (found.length > 0) return found;
  }
  return [];
};

const fields: Behaviour = {
  column: 'fields',
  title: 'a row that misses a field costs the list or nothing, never a webhook; unknown ones are fine',
  holds: async ({ name }) => {
    const world = await worldOf(name, { webhooks: 1 });
    const { scope } = await only(world);
    const [id = ''] = [...world.simulator.state.values()].map((one) => one.id);
    const whole = await world.provider.list(scope);
    let members: readonly string[] = [];
    const tapped = (change: (json: Json) => Json) =>
      world.tap(async (_call, send) => {
        const answer = await send();
        if (answer.kind !== 'answer') return answer;
        const json = answer.json as Json;
        members = members.length > 0 ? members : membersOf(json, id);
        return { ...answer, json: change(json) };
      });
    tapped((json) => JSON.parse(JSON.stringify(json).replaceAll('"id":', '"not_known":1,"id":')));
    expect(webhooksOf(await world.provider.list(scope)).map(fingerprint)).toEqual(webhooksOf(whole).map(fingerprint));
    expect(members.length).toBeGreaterThan(0);
    for (const member of members) {
      tapped((json) => without(json, id, member));
      const listing = await world.provider.list(scope);
      const same = listing.status === 'complete' ? listing.webhooks.map((one) => [one.id, one.url]) : null;
      if (same !== null) expect(same, member).toEqual(webhooksOf(whole).map((one) => [one.id, one.url]));
    }
    tapped((json) => without(json, id, 'id'));
    expect((await world.provider.list(scope)).status).not.toBe('complete');
  },
};

export const partialBehaviours: readonly Behaviour[] = [shift, cut, fields];
