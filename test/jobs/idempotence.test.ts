import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../lib/jobs/queue.ts';
import { day, hour, seededRandom, shop, testHook, webhook } from './world.ts';

const ready = async () => {
  const w = shop([webhook('live'), testHook('a')]);
  await w.scanAndApprove('shop');
  return w;
};
const again = (deliveries: readonly Delivery[], times: number): Delivery[] =>
  Array.from({ length: times }, (_, at) =>
    deliveries.map((one) => ({ ...one, messageId: `${one.messageId}-${at}` })),
  ).flat();

describe('a message', () => {
  it.each([1, 2, 3, 4, 5])('that comes %i times in one batch works once', async (times) => {
    const w = await ready();
    const failed = await w.work(again(w.fake.visible(), times));
    expect(failed.size).toBe(0);
    expect(w.remote.mutations()).toEqual(['disable a']);
    expect((await w.audit())[0]?.history).toHaveLength(4);
  });

  it.each([2, 3, 4, 5])('that %i workers take at the same time works once', async (workers) => {
    const w = await ready();
    const jobs = w.fake.visible();
    const ports = Array.from({ length: workers }, (_, at) => ({ ...w.ports, random: seededRandom(100 + at) }));
    await Promise.all(ports.map((as) => w.work(jobs, as)));
    await w.run(60_000);
    expect(w.remote.mutations()).toEqual(['disable a']);
    expect((await w.audit())[0]?.history).toHaveLength(4);
  });

  it('that comes late, after its step or after the end, changes nothing and is acknowledged', async () => {
    const w = await ready();
    const jobs = w.fake.visible();
    for (const span of [60_000, day + hour, day]) {
      await w.run(span, 60_000);
      const before = structuredClone([...w.table.items]);
      const calls = w.remote.mutations().length;
      expect(await w.work(again(jobs, 1))).toEqual(new Set());
      expect([...w.table.items]).toEqual(before);
      expect(w.remote.mutations()).toHaveLength(calls);
    }
  });

  it('that was redriven under another id does what it would have done, once', async () => {
    const w = await ready();
    const [lost] = w.fake.visible();
    const redriven = [{ ...lost, messageId: 'redriven', receiptHandle: 'new' } as Delivery];
    await w.work(redriven);
    await w.work([lost as Delivery]);
    expect(w.remote.mutations()).toEqual(['disable a']);
  });

  it('of an earlier cycle does nothing in a later one', async () => {
    const w = await ready();
    const old = w.fake.visible();
    w.remote.edit('a', { enabled: false });
    await w.run(60_000);
    expect(w.record('shop', 'a').state).toBe('kept');
    w.remote.edit('a', { enabled: true });
    await w.scanAndApprove('shop');
    expect(w.record('shop', 'a')).toMatchObject({ cycle: 2, state: 'approved' });
    await w.work(again(old, 2));
    expect(w.record('shop', 'a').state).toBe('approved');
    expect(w.remote.mutations()).toEqual([]);
  });

  it('that comes several times in a batch that has to wait stays once', async () => {
    const w = await ready();
    w.remote.faults.call = [{ outcome: { kind: 'retry', why: '503' }, effect: false }];
    const jobs = again(w.fake.visible(), 3);
    expect(await w.work(jobs)).toEqual(new Set([jobs[0]?.messageId]));
  });

  it('that was lost is sent again by the sweep', async () => {
    const w = await ready();
    w.fake.messages.splice(0);
    w.pass(301_000);
    await w.run(60_000);
    expect(w.remote.mutations()).toEqual(['disable a']);
  });

  it('that keeps being handed out while its wait lasts never looks dead', async () => {
    const w = await ready();
    await w.switchAll(true);
    await w.run(2 * hour);
    expect([w.fake.dead, w.fake.messages]).toEqual([[], []]);
    await w.switchAll(false);
    await w.run(hour);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'observing' });
  });
});
