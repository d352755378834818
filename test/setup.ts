import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';

/** What keeps a process alive, counted by kind, and how a test lets go of it. */
const watched = { TCPServerWrap: 'a listening server', Timeout: 'a timer' } as const;
type Kind = keyof typeof watched;

const count = (kind: Kind): number => process.getActiveResourcesInfo().filter((name) => name === kind).length;
const kinds = Object.keys(watched) as Kind[];
const before = new Map<Kind, number>();

// Counted in a hook, because vitest runs a timer of its own for each.
beforeAll(() => {
  for (const kind of kinds) before.set(kind, count(kind));
});

// Registered first and thus run last, after the file's own hooks.
afterAll(async () => {
  await setImmediate();
  const left = kinds.filter((kind) => count(kind) > (before.get(kind) ?? 0));
  if (left.length === 0) return;
  throw new Error(
    `this file leaves ${left.map((kind) => watched[kind]).join(' and ')} behind; end it in onTestFinished`,
  );
});
