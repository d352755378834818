import type { Table } from '../../lib/audit/table.ts';
import { sweep } from '../../lib/jobs/sweep.ts';
import { workBatch } from '../../lib/jobs/worker.ts';
import { day, shop, testHook, webhook } from '../jobs/world.ts';
import { type Figure, figure } from './figure.ts';

/** Writes of one deletion that is alone in its batch. */
export const loneWrites = async (): Promise<number> => {
  const made = shop([webhook('live', { events: ['*'] }), testHook('t')]);
  await made.scanAndApprove('shop');
  await made.run(60_000);
  made.pass(day);
  await sweep(made.ports);
  let writes = 0;
  const table: Table = {
    ...made.table,
    put: (item, condition) => {
      writes += 1;
      return made.table.put(item, condition);
    },
  };
  const failed = await workBatch({ ...made.ports, table }, made.fake.visible(), made.now() + 120_000);
  if (failed.length > 0 || made.remote.state.has('t')) throw new Error('the webhook was not deleted');
  return writes;
};

export const benchLone = async (): Promise<Figure[]> => [
  figure('writes.loneStep', [await loneWrites()], 'writes', { atMost: 3 }, 'a deletion that is alone in its batch'),
];
