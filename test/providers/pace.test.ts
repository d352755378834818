import { expect, it } from 'vitest';
import type { Clock } from '../../lib/clock.ts';
import type { Provider } from '../../lib/providers/contract.ts';
import { paced } from '../../lib/providers/pace.ts';
import { fakeProvider, webhook } from '../jobs/world.ts';

const hook = (id: string) => ({ kind: 'endpoint' as const, id });

/** A clock on which each sleeper wakes at its own time, whatever the others do. */
const stepping = () => {
  let now = 0;
  const sleepers: { at: number; wake: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    sleep: (ms) => new Promise((wake) => sleepers.push({ at: now + ms, wake })),
  };
  const pass = async (to: number) => {
    now = to;
    for (const { at, wake } of sleepers) if (at <= to) wake();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, pass };
};

it('starts changing calls no closer than the provider asks for, and holds back no read', async () => {
  const remote = fakeProvider([webhook('a'), webhook('b'), webhook('c')], { writesPerSecond: 1 });
  const { clock, pass } = stepping();
  const provider: Provider = paced(remote.provider, clock);
  const all = Promise.all([
    provider.disable('main', hook('a')),
    provider.delete('main', hook('b')),
    provider.enable('main', hook('c')),
    provider.list('main'),
  ]);
  await pass(0);
  expect(remote.calls.toSorted()).toEqual(['disable a', 'list']);
  await pass(999);
  expect(remote.mutations()).toEqual(['disable a']);
  await pass(1000);
  expect(remote.mutations()).toEqual(['disable a', 'delete b']);
  await pass(2000);
  await all;
  expect(remote.mutations()).toEqual(['disable a', 'delete b', 'enable c']);
});
