import { expect } from 'vitest';
import type { Answer, Call } from '../../lib/providers/http.ts';
import { firstOf } from './steps.ts';
import type { Behaviour } from './subject.ts';
import { everything, untouched, type World, worldOf } from './world.ts';

const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
const beyond = [
  '\u0080',
  '\u00a0',
  'é',
  'e\u0301',
  '\u200b',
  '\u202e',
  '\ufeff',
  '\u2024',
  '\uff0f',
  '😀',
  '\ud800',
  '\udfff',
];
const sequences = [
  '/../',
  '..',
  './',
  '%2e%2e%2f',
  '%2F',
  '%00',
  '%',
  '%zz',
  '&id=1',
  '?id=1',
  '#x',
  ';x=1',
  '//',
  '\\\\',
  '\r\n',
  '+',
  '  ',
  '"}',
  '$1',
  '__proto__',
];

/** Ids that look like a real one but for something odd in front, in the middle, behind, or in its place. */
const oddIds = (plain: string): readonly string[] => {
  const middle = Math.ceil(plain.length / 2);
  const odd = [...ascii, ...beyond, ...sequences];
  return [
    ...odd.flatMap((text) => [text + plain, plain.slice(0, middle) + text + plain.slice(middle), plain + text, text]),
    ...['', '.', '..', '0', '-1', '1e3', '0x10', '1.0', '01', 'null', 'undefined', '[object Object]', 'x'.repeat(257)],
  ].filter((id) => id !== plain);
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The same JSON with another id; numbers become text. */
const renamed = (json: Json, from: string, to: string): Json => {
  if (Array.isArray(json)) return json.map((inner) => renamed(inner, from, to));
  if (typeof json === 'object' && json !== null)
    return Object.fromEntries(Object.entries(json).map(([key, inner]) => [key, renamed(inner, from, to)]));
  return String(json) === from && json !== null ? to : json;
};

const leaves = (json: unknown): readonly string[] =>
  typeof json === 'object' && json !== null ? Object.values(json).flatMap(leaves) : [String(json)];

/** What a request says, piece by piece, as the server reads it. */
const pieces = ({ method, url, body, form }: Call): readonly string[] => {
  const { origin, pathname, searchParams, hash } = new URL(url);
  return [
    method,
    origin,
    hash,
    ...pathname.split('/').map(decodeURIComponent),
    ...[...searchParams].flat(),
    ...leaves(body ?? {}),
    ...leaves(form ?? {}),
  ];
};

const accepted: Answer = { kind: 'answer', status: 404, json: {}, headers: new Headers(), retryAfterMs: null };

/** The request that deletes this id, in pieces; null where none is made. */
const deletion = async (world: World, scope: string, kind: 'endpoint' | 'signing-secret', id: string) => {
  const before = world.calls.length;
  world.tap(async () => accepted);
  const outcome = await world.provider.delete(scope, { kind, id });
  world.tap(untouched);
  const calls = world.calls.slice(before);
  if (calls.length === 0) expect(outcome.kind, JSON.stringify(id)).toBe('refused');
  expect(calls.length).toBeLessThanOrEqual(1);
  return calls[0] === undefined ? null : pieces(calls[0]);
};

const odd: Behaviour = {
  column: 'odd ids',
  title: 'addresses an odd id exactly, or says in the list that it cannot: never anything else',
  holds: async ({ name, capabilities }) => {
    const world = await worldOf(name, { webhooks: 1 });
    const [kind = 'endpoint'] = capabilities.kinds;
    const { scope, webhook } = firstOf(await everything(world), kind);
    const plain = await deletion(world, scope, kind, webhook.id);
    expect(plain).toContain(webhook.id);
    for (const id of oddIds(webhook.id)) {
      world.tap(async (_call, send) => {
        const answer = await send();
        return answer.kind === 'answer' ? { ...answer, json: renamed(answer.json as Json, webhook.id, id) } : answer;
      });
      const listing = await world.provider.list(scope);
      const listed = listing.status === 'complete' && listing.webhooks.some((one) => one.id === id);
      const asked = await deletion(world, scope, kind, id);
      const exact = plain?.map((piece) => (piece === webhook.id ? id : piece)) ?? null;
      expect(
        asked === null || JSON.stringify(asked) === JSON.stringify(exact),
        `${JSON.stringify(id)} became ${asked}`,
      ).toBe(true);
      if (listed) expect(asked, `${JSON.stringify(id)} is listed and cannot be addressed`).not.toBeNull();
      if (!listed)
        expect(listing.status, `${JSON.stringify(id)} was dropped from a complete list`).not.toBe('complete');
    }
  },
};

export const idBehaviours: readonly Behaviour[] = [odd];
