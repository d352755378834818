import { expect, it } from 'vitest';
import { shop, testHook, webhook } from './world.ts';

it('does not hold a list against a step that a worker made after it was read', async () => {
  const { remote, ...w } = shop([webhook('live'), testHook('a')]);
  await w.scanAndApprove('shop');
  const { list } = remote.provider;
  remote.provider.list = async (...given) => {
    const read = await list(...given);
    remote.provider.list = list;
    await w.work();
    return read;
  };
  await w.scan('shop');
  expect(remote.mutations()).toEqual(['disable a']);
  expect(w.record('shop', 'a').state).toBe('observing');
});
