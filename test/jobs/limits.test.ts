import { describe, expect, it } from 'vitest';
import { accountNamed, day, hour, shop, start, testHook, webhook } from './world.ts';

const perDay = (count: number) => ({
  limits: { perRun: { count: 100, percent: 100 }, perDay: { count }, shrink: { percent: 100 } },
});
const many = (count: number) => [webhook('live'), ...Array.from({ length: count }, (_, at) => testHook(`t${at}`))];
const isDisable = (call: string) => call.startsWith('disable');

describe("the day's budget", () => {
  it('of 0 lets nothing through, on any day', async () => {
    const w = shop(many(2), perDay(0));
    await w.scanAndApprove('shop');
    await w.run(4 * day, hour);
    expect(w.remote.mutations()).toEqual([]);
  });

  it('counts a webhook once, over several batches and days', async () => {
    const w = shop(many(5), perDay(2));
    await w.scanAndApprove('shop');
    const midnight = Date.parse('2026-11-03T00:00:00Z');
    await w.run(midnight - start - hour, hour / 2);
    expect(w.remote.mutations()).toHaveLength(2);
    await w.run(day, hour);
    expect(w.remote.mutations().filter(isDisable)).toHaveLength(4);
    await w.run(4 * day, hour);
    expect([...w.remote.state.keys()]).toEqual(['live']);
  });

  it('gives a retried webhook its slot again', async () => {
    const w = shop(many(1), perDay(1));
    w.remote.faults.call = [{ outcome: { kind: 'retry', why: '503' }, effect: false }];
    await w.scanAndApprove('shop');
    await w.run(hour);
    expect(w.remote.mutations()).toEqual(['disable t0', 'disable t0']);
    expect(w.record('shop', 't0').state).toBe('observing');
  });
});

describe('the kill switch', () => {
  it('holds back what has not started, and lets it go on afterwards', async () => {
    const w = shop(many(1));
    await w.scanAndApprove('shop');
    await w.switchAll(true);
    await w.work();
    expect(w.fake.messages).toEqual([]);
    await w.run(6 * hour, 60_000);
    expect([w.remote.mutations(), w.record('shop', 't0').state]).toEqual([[], 'approved']);
    await w.switchAll(false);
    await w.run(hour);
    expect(w.remote.mutations()).toEqual(['disable t0']);
  });

  it('pressed after the claim still stops the call, and burns no attempt', async () => {
    const w = shop(many(1));
    await w.scanAndApprove('shop');
    const { table } = w;
    const put = table.put.bind(table);
    const stopping = {
      ...table,
      put: async (...said: Parameters<typeof put>) => {
        const won = await put(...said);
        if ((said[0] as unknown as { state?: string }).state === 'disabling' && w.now() === start)
          await w.switchAll(true);
        return won;
      },
    };
    await w.work(w.fake.visible(), { ...w.ports, table: stopping });
    expect(w.remote.mutations()).toEqual([]);
    expect(w.record('shop', 't0')).toMatchObject({ attempts: { disable: 0 }, offByUs: false });
    w.pass(1);
    await w.switchAll(false);
    await w.run(hour);
    expect(w.record('shop', 't0')).toMatchObject({ state: 'observing', attempts: { disable: 1 } });
  });

  it('pressed in the middle of a batch stops the calls behind it', async () => {
    const w = shop(many(4));
    await w.scanAndApprove('shop');
    w.remote.hooks.after = async (call) => {
      if (call === 'disable t1') await w.switchAll(true);
    };
    await w.run(hour);
    expect(w.remote.mutations()).toEqual(['disable t0', 'disable t1']);
    expect(w.record('shop', 't2').attempts.disable).toBe(0);
  });
});

describe('an unattended run over its bound', () => {
  it('approves nothing by itself', async () => {
    const limits = { perRun: { count: 1, percent: 100 }, perDay: { count: 9 }, shrink: { percent: 30 } };
    const w = shop([webhook('live')], { mode: 'auto', limits });
    await w.scan('shop');
    for (const id of ['a', 'b']) w.remote.edit(id, testHook(id));
    const { items } = await w.scan('shop');
    expect(items.map(({ needsApproval }) => needsApproval)).toEqual([['over-limit'], ['over-limit']]);
    await w.run(hour);
    expect(w.remote.mutations()).toEqual([]);
    expect(accountNamed('shop').limits.perRun.count).toBeGreaterThan(1);
  });
});
