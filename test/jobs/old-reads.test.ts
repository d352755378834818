import { expect, it } from 'vitest';
import { type Item, keyName, type Table } from '../../lib/audit/table.ts';
import type { Ports } from '../../lib/jobs/ports.ts';
import { sweep } from '../../lib/jobs/sweep.ts';
import { day, shop, testHook, webhook } from './world.ts';

/** A shop of which each read that does not ask for the newest answers the version before it. */
const behind = async (...ids: string[]) => {
  const w = shop([webhook('live'), ...ids.map((id) => testHook(id))]);
  const before = new Map<string, Item>();
  let old = 0;
  const table: Table = {
    ...w.table,
    get: async (keys, how) => {
      if (how !== 'recent') return w.table.get(keys);
      old += keys.length;
      return keys.flatMap((key) => before.get(keyName(key)) ?? []);
    },
    put: async (item, condition) => {
      const there = w.table.items.get(keyName(item));
      const won = await w.table.put(item, condition);
      if (won && there) before.set(keyName(item), there);
      return won;
    },
  };
  const ports: Ports = { ...w.ports, table };
  await w.scanAndApprove('shop');
  return { w, ports, work: (jobs = 10) => w.work(w.fake.visible().slice(0, jobs), ports), read: () => old };
};

it('records and locks that are read a moment late cost no job and no turn', async () => {
  const { w, ports, work, read } = await behind('a', 'b');
  await work(1);
  await work(1);
  expect(w.remote.mutations()).toEqual(['disable a', 'disable b']);
  w.pass(day);
  await sweep(ports);
  await work();
  expect(w.remote.mutations()).toEqual(['disable a', 'disable b', 'delete a', 'delete b']);
  expect([w.record('shop', 'b').state, w.fake.messages.length, read() > 0]).toEqual(['deleted', 0, true]);
});

it('a veto that a read does not show yet holds', async () => {
  const { w, work } = await behind('a');
  const [job] = w.fake.visible();
  await w.decide('veto', 'a');
  await work();
  expect(job).toBeDefined();
  expect([w.remote.mutations(), w.record('shop', 'a').state]).toEqual([[], 'kept']);
});
