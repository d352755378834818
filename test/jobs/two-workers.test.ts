import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Table } from '../../lib/audit/table.ts';
import type { Ports } from '../../lib/jobs/ports.ts';
import { day, hour, seededRandom, shop, testHook, uncovered } from './world.ts';

type World = ReturnType<typeof shop>;

/** Another process on the same table and the same provider. */
const second = (w: World): Ports => ({ ...w.ports, random: seededRandom(1234) });

/** Ports that let somebody else act before their nth touch of the table or of the provider. */
const interrupted = (
  w: World,
  at: number,
  meanwhile: () => Promise<unknown>,
): { ports: Ports; fired: () => boolean } => {
  let touches = 0;
  const pause = async () => {
    if (++touches === at) await meanwhile();
  };
  const table: Table = {
    ...w.table,
    get: (keys) => pause().then(() => w.table.get(keys)),
    put: (item, condition) => pause().then(() => w.table.put(item, condition)),
  };
  const { provider } = w.remote;
  const paused = {
    ...provider,
    list: (...said: Parameters<typeof provider.list>) => pause().then(() => provider.list(...said)),
    disable: (...said: Parameters<typeof provider.disable>) => pause().then(() => provider.disable(...said)),
    delete: (...said: Parameters<typeof provider.delete>) => pause().then(() => provider.delete(...said)),
  };
  const ports = { ...w.ports, table, open: async () => ({ status: 'ok', provider: paused }) as const };
  return { ports, fired: () => touches >= at };
};

const webhooks = [testHook('a'), testHook('b')];

/** Two jobs for the two last webhooks of one event, approved by hand one beside the other. */
const rivals = async () => {
  const w = shop(webhooks);
  await w.scanAndApprove('shop');
  const [item] = (await w.scan('shop')).items;
  expect(item).toBeDefined();
  return w;
};

/** Opens a record for b as well, as an approval of another time would have. */
const both = async () => {
  const w = shop([...webhooks, testHook('c')]);
  await w.scanAndApprove('shop');
  w.remote.edit('c', { enabled: false });
  return w;
};

describe('two workers on one scope', () => {
  it('that meet at any moment leave the last one on, and write one story', async () => {
    let deletions = 0;
    for (let at = 1; ; at++) {
      const w = await both();
      const [a, b] = w.fake.visible();
      const other = second(w);
      const one = interrupted(w, at, () => w.work(b ? [b] : [], other));
      await w.work(a ? [a] : [], one.ports);
      const on = [...w.remote.state.values()].filter(({ enabled }) => enabled);
      expect([at, on.length > 0]).toEqual([at, true]);
      await w.run(hour, 20_000);
      await w.run(3 * day, hour);
      expect([at, ...uncovered(webhooks, w.remote.state.values())]).toEqual([at]);
      expect((await w.verify()).broken).toEqual([]);
      deletions += w.remote.mutations().filter((call) => call.startsWith('delete')).length;
      if (!one.fired()) break;
      expect(at).toBeLessThan(200);
    }
    expect(deletions).toBeGreaterThan(10);
  });

  it('with the same job at any moment call the provider once', async () => {
    for (let at = 1; ; at++) {
      const w = await rivals();
      const jobs = w.fake.visible();
      const one = interrupted(w, at, () => w.work(jobs, second(w)));
      await w.work(jobs, one.ports);
      await w.run(60_000);
      expect([at, ...w.remote.mutations()]).toEqual([at, 'disable a']);
      if (!one.fired()) break;
    }
  });

  it('of which the first sleeps past its lock leave the last one on', async () => {
    for (let at = 1; ; at++) {
      const w = await both();
      const [a, b] = w.fake.visible();
      const one = interrupted(w, at, async () => {
        w.pass(45_000);
        await w.work(b ? [b] : [], second(w));
      });
      await w.work(a ? [a] : [], one.ports);
      const on = [...w.remote.state.values()].filter(({ enabled }) => enabled);
      expect([at, on.length > 0]).toEqual([at, true]);
      await w.run(hour, 20_000);
      await w.run(3 * day, hour);
      expect([at, ...uncovered(webhooks, w.remote.state.values())]).toEqual([at]);
      if (!one.fired()) break;
    }
  });

  it('and a late effect of one of them leave the last one on, in any order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.boolean(), async (at, first) => {
        const w = await both();
        const [a, b] = w.fake.visible();
        w.remote.faults.call = [{ outcome: { kind: 'unknown', why: 'no answer in time' }, effect: false }];
        const one = interrupted(w, at, () => w.work(b ? [b] : [], second(w)));
        await w.work(a ? [a] : [], one.ports);
        await w.run(first ? 60_000 : 5 * 60_000);
        const lost = w.remote.mutations()[0]?.split(' ')[1];
        if (lost && w.remote.state.has(lost)) w.remote.edit(lost, { enabled: false });
        const on = () => [...w.remote.state.values()].filter(({ enabled }) => enabled).length;
        expect(on()).toBeGreaterThan(0);
        await w.run(hour, 20_000);
        expect(on()).toBeGreaterThan(0);
      }),
      { numRuns: 40 },
    );
  });
});
