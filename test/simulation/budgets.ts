import { mostWithin } from '../jobs/most-within.ts';
import type { Remote } from './remote.ts';
import { count, violate, type World } from './world.ts';

/** No span of an account's requests, by the clocks of who sent them, holds more than its allowances. */
export const checkBudgets = (world: World, remotes: readonly Remote[]): void => {
  for (const { account, capabilities, sent } of remotes) {
    const times = sent.toSorted((a, b) => a - b);
    for (const { units, perMs } of capabilities.allowances ?? []) {
      const most = mostWithin(times, perMs);
      if (most > units) violate(world, null, `${most} requests to ${account} within ${perMs} ms, of ${units}`);
      count(world, 'allowance kept');
    }
  }
};
