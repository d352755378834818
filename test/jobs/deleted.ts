import { expect } from 'vitest';
import { requestRestore } from '../../lib/jobs/restore.ts';
import { day, hour, shop, testHook, webhook } from './world.ts';

const asked = { secrets: {}, secretTo: null, reason: 'still needed', dryRun: false };

/** Asks for a restore of one webhook of the shop. */
export const restore = (w: ReturnType<typeof shop>, id: string, over = {}) =>
  requestRestore(w.ports, w.record('shop', id), { ...asked, ...over });

/** A world in which `a` was found, observed and deleted. */
export const deleted = async (hooks = [webhook('live'), testHook('a')], can = {}) => {
  const w = shop(hooks, {}, can);
  await w.scanAndApprove('shop');
  await w.run(day + hour, hour / 4);
  expect(w.record('shop', 'a').state).toBe('deleted');
  return w;
};
