import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { packed } from '../../lib/audit/packed.ts';
import { sweep } from '../../lib/jobs/sweep.ts';
import { metered } from './metered.ts';
import { day, shop, testHook, webhook } from './world.ts';

/** Dollars for a million units on demand in us-east-1: writes, reads. */
const prices = { write: 0.625, read: 0.125 };
const generous = { perRun: { count: 100, percent: 100 }, shrink: { percent: 100 } };
const token = () => randomBytes(16).toString('hex');

/** What one worker's batch of so many jobs uses of the table, at each step; ids and URLs as long as they usually are. */
const spentBy = async (count: number, oneScope: boolean) => {
  const ids = Array.from({ length: count }, (_, at) => `we_1PgafyB7${at}`);
  const url = (id: string) => `https://${id.slice(-8).toLowerCase()}.loca.lt/webhooks/incoming/orders`;
  const hooks = [webhook('live'), ...ids.map((id) => testHook(id, { url: url(id) }))];
  const w = shop(hooks, {}, oneScope ? { oneScope: true, allowances: [{ units: 25, perMs: 1000 }] } : {});
  const meter = metered(w.table, packed);
  const ports = { ...w.ports, table: meter.port, actor: 'worker', random: { ...w.ports.random, token } };
  await w.scanAndApprove('shop');
  const lists = () => w.remote.calls.filter((call) => call === 'list').length;
  const before = lists();
  await w.work(w.fake.visible(), ports);
  const disable = meter.spent();
  w.pass(day);
  await sweep(ports);
  meter.spent();
  await w.work(w.fake.visible(), ports);
  const deleted = meter.spent();
  expect(w.remote.state.size).toBe(1);
  expect(lists() - before).toBe(4);
  return { disable, deleted };
};
const withoutBackups = ({ items }: { items: readonly string[] }) => items.filter((item) => !item.startsWith('backup'));
const dollars = ({ writeUnits, readUnits }: { writeUnits: number; readUnits: number }, steps: number) =>
  (writeUnits * prices.write + readUnits * prices.read) / steps;

describe('a step alone', () => {
  it('is three writes where the account is its one scope: lock with gate, claim, finish', async () => {
    const { disable, deleted } = await spentBy(1, true);
    expect([withoutBackups(disable).length, deleted.writes]).toEqual([3, 3]);
    expect([deleted.writeUnits, deleted.readUnits]).toEqual([8, 6.5]);
    expect(dollars(deleted, 1)).toBe(5.8125);
  });

  it('is a write more for the first where the account has several scopes', async () => {
    const { disable, deleted } = await spentBy(1, false);
    expect([withoutBackups(disable).length, deleted.writes]).toEqual([4, 3]);
  });
});

describe('a step of ten', () => {
  it('is at most 2.2 writes, and a delete at most five dollars a million', async () => {
    const { disable, deleted } = await spentBy(10, true);
    expect([withoutBackups(disable).length, deleted.writes]).toEqual([21, 21]);
    expect([deleted.writeUnits, deleted.readUnits]).toEqual([71, 29]);
    expect(dollars(deleted, 10)).toBeLessThanOrEqual(4.81);
    expect(withoutBackups((await spentBy(10, false)).disable).length).toBe(22);
  });

  it('costs no more where many were deleted before it', async () => {
    const hooks = [webhook('live'), ...Array.from({ length: 60 }, (_, at) => testHook(`t${at}`))];
    const w = shop(hooks, { limits: { ...generous, perDay: { count: 100 } } }, { oneScope: true });
    const meter = metered(w.table, packed);
    const ports = { ...w.ports, table: meter.port };
    await w.scanAndApprove('shop');
    while (w.fake.visible().length > 0) await w.work();
    w.pass(day);
    await sweep(ports);
    const reads: number[] = [];
    while (w.fake.visible().length > 0) {
      meter.spent();
      await w.work(w.fake.visible().slice(0, 10), ports);
      reads.push(meter.spent().readUnits);
    }
    expect(w.remote.state.size).toBe(1);
    // Five more than alone: the records of the batch before say that its lock is free.
    expect(reads).toEqual(Array.from({ length: 6 }, () => 34));
  });
});
