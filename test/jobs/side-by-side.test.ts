import { expect, it } from 'vitest';
import { sideBySide } from '../../lib/jobs/side-by-side.ts';
import { limits } from '../../lib/limits.ts';
import { accountNamed, fakeProvider, webhook, world } from './world.ts';

it('has so many under way at a time and answers in order', async () => {
  let now = 0;
  let most = 0;
  const each = async (one: number): Promise<number> => {
    most = Math.max(most, ++now);
    for (let turns = 0; turns < 7 - (one % 7); turns++) await null;
    now -= 1;
    return -one;
  };
  const all = Array.from({ length: 50 }, (_, at) => at);
  expect(await sideBySide(all, 4, each)).toEqual(all.map((one) => -one));
  expect([most, await sideBySide([], 4, each)]).toEqual([4, []]);
});

it('begins nothing after an abort, and fails with the first failure', async () => {
  const ending = new AbortController();
  const one = async (at: number) => {
    if (at === 2) ending.abort();
    return at;
  };
  expect(await sideBySide([0, 1, 2, 3, 4], 1, one, ending.signal)).toEqual([0, 1, 2]);
  await expect(sideBySide([0, 1], 1, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
});

it('lists the scopes of an account side by side, within the bound', async () => {
  const remote = fakeProvider([webhook('live')]);
  const names = Array.from({ length: 20 }, (_, at) => `s${at}`);
  let now = 0;
  let most = 0;
  remote.hooks.before = async () => {
    most = Math.max(most, ++now);
    for (let turns = 0; turns < 5; turns++) await null;
    now -= 1;
  };
  const provider = { ...remote.provider, scopes: async () => ({ status: 'complete', scopes: names }) as const };
  const w = world([accountNamed('shop')], { shop: { ...remote, provider } });
  const { plan } = await w.scan('shop');
  expect(plan.scopes.map(({ scope, status }) => `${scope} ${status}`)).toEqual(names.map((name) => `${name} complete`));
  expect(most).toBe(limits.scopesAtOnceMax);
});
