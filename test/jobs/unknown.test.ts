import { describe, expect, it } from 'vitest';
import { sweep } from '../../lib/jobs/sweep.ts';
import type { Listing, Outcome } from '../../lib/providers/contract.ts';
import { day, type Fault, hour, shop, testHook, webhook } from './world.ts';

const answers: Outcome[] = [
  { kind: 'unknown', why: 'no answer in time' },
  { kind: 'retry', why: '503' },
  { kind: 'refused', why: '422' },
  { kind: 'done', why: '200' },
  { kind: 'gone', why: '404' },
];

/** The fault hits the named call only, `times` times. */
const bending = (call: string, fault: Fault, times: number, over = {}) => {
  const w = shop([webhook('live'), testHook('a')], { retry: { attempts: 3, baseMs: 2000, capMs: 60_000 }, ...over });
  let left = times;
  w.remote.hooks.before = (made) => {
    w.remote.faults.call = made === call && left-- > 0 ? [fault] : [];
  };
  return w;
};

/** What the record says must be what the provider shows. */
const expectTruth = (w: ReturnType<typeof shop>) => {
  const { state, leftAs } = w.record('shop', 'a');
  const there = w.remote.state.get('a');
  const shows = there === undefined ? 'absent' : there.enabled ? 'on' : 'off';
  const says = { deleted: 'absent', gone: 'absent', kept: 'on', failed: leftAs, observing: 'off' }[state as string];
  expect(`${state}: ${says}`).toBe(`${state}: ${shows}`);
};

describe.each(answers)('an answer of $kind', (outcome) => {
  for (const effect of [true, false])
    for (const times of [1, 20]) {
      const name = `${effect ? 'with' : 'without'} effect, ${times === 1 ? 'once' : 'always'}`;

      it(`to a disable, ${name}, ends where the provider is`, async () => {
        const w = bending('disable a', { outcome, effect }, times);
        await w.scanAndApprove('shop');
        await w.run(hour);
        expectTruth(w);
        expect(w.remote.mutations().filter((call) => call === 'disable a').length).toBeLessThanOrEqual(3);
        await w.run(2 * day, hour);
        expectTruth(w);
        expect((await w.verify()).broken).toEqual([]);
      });

      it(`to a delete, ${name}, ends where the provider is`, async () => {
        const w = bending('delete a', { outcome, effect }, times);
        await w.scanAndApprove('shop');
        await w.run(day + hour);
        expectTruth(w);
        expect(w.remote.mutations().filter((call) => call === 'delete a').length).toBeLessThanOrEqual(3);
        expect((await w.verify()).broken).toEqual([]);
      });

      it(`to the way back, ${name}, ends where the provider is`, async () => {
        const w = bending('enable a', { outcome, effect }, times);
        await w.scanAndApprove('shop');
        await w.run(60_000);
        await w.decide('veto', 'a');
        await w.run(hour);
        expectTruth(w);
        expect(w.remote.mutations().filter((call) => call === 'enable a').length).toBeLessThanOrEqual(3);
      });
    }
});

describe('an effect that lands long after its call was given up', () => {
  const lost: Fault = { outcome: { kind: 'unknown', why: 'no answer in time' }, effect: false };

  it('does not contradict a record that says kept', async () => {
    const w = bending('disable a', lost, 20);
    await w.scanAndApprove('shop');
    await w.work();
    await w.decide('veto', 'a');
    await w.run(5 * 60_000);
    expect(w.record('shop', 'a').state).toBe('restoring');
    w.remote.edit('a', { enabled: false });
    await w.run(hour);
    expect(w.record('shop', 'a').state).toBe('kept');
    expectTruth(w);
  });

  it('leaves its webhook counted as off for others, also after another shift that did not call', async () => {
    const others = ['x', 'y', 'z', 'u'].map((id) => webhook(id, { events: ['OTHER'] }));
    const w = shop([testHook('a'), webhook('b'), ...others]);
    await w.scanAndApprove('shop');
    w.remote.faults.call = [lost];
    await w.work();
    w.remote.faults.list = [
      (real) =>
        real.status === 'complete' ? { ...real, webhooks: real.webhooks.filter(({ id }) => id !== 'x') } : real,
    ];
    w.pass(50_000);
    await w.run(0);
    expect(w.remote.mutations()).toEqual(['disable a']);
    expect(w.record('shop', 'a').waitFor).toBe('list');
    const scope = w.table.items.get('scope#shop#main\nscope') as unknown as { busy: object };
    expect(Object.keys(scope.busy)).toHaveLength(1);
  });

  it('is not called failed before it can no longer come', async () => {
    const w = bending('disable a', lost, 20);
    await w.scanAndApprove('shop');
    await w.run(9 * 60_000);
    expect(w.record('shop', 'a').state).toBe('disabling');
    await w.run(hour);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'failed', leftAs: 'on' });
  });

  it('is looked for ever less often once all attempts are used, however short the cap of retries', async () => {
    const w = bending('disable a', lost, 20, { retry: { attempts: 2, baseMs: 200, capMs: 1000 } });
    await w.scanAndApprove('shop');
    await w.run(60_000);
    expect(w.remote.mutations()).toEqual(['disable a', 'disable a']);
    const lists = () => w.remote.calls.filter((call) => call === 'list').length;
    const before = lists();
    await w.run(hour);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'failed', leftAs: 'on' });
    expect(lists() - before).toBeLessThan(30);
  });
});

describe('a delete that nobody answered', () => {
  const without = (id: string) => (real: Listing) =>
    real.status === 'complete' ? { ...real, webhooks: real.webhooks.filter((one) => one.id !== id) } : real;
  const ready = async (effect: boolean) => {
    const w = bending('delete a', { outcome: { kind: 'unknown', why: 'no answer in time' }, effect }, 1);
    await w.scanAndApprove('shop');
    await w.run(hour);
    w.pass(day);
    await sweep(w.ports);
    return w;
  };

  it('is not done because one list leaves its webhook out, at once or when it is read back', async () => {
    for (const before of [1, 2]) {
      const w = await ready(false);
      w.remote.faults.list = [...Array.from({ length: before }, () => (real: Listing) => real), without('a')];
      await w.work();
      expect(w.record('shop', 'a').state).toBe('deleting');
      w.pass(hour);
      await sweep(w.ports);
      await w.work();
      expect(w.record('shop', 'a').state === 'deleted').toBe(!w.remote.state.has('a'));
    }
  });

  it('is done where two lists leave it out', async () => {
    const w = await ready(true);
    const lists = () => w.remote.calls.filter((call) => call === 'list').length;
    const before = lists();
    await w.work();
    expect([w.record('shop', 'a').state, lists() - before]).toEqual(['deleted', 3]);
  });
});
