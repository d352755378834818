import { describe, expect, it } from 'vitest';
import { approve } from '../../lib/jobs/decide.ts';
import { readHeader } from '../../lib/jobs/plans.ts';
import { day, hour, shop, testHook, webhook } from './world.ts';

const ids = Array.from({ length: 9 }, (_, at) => `t${at}`);
const crowd = () => shop([webhook('live'), ...ids.map((id) => testHook(id))]);
const ignored = { effect: false, outcome: { kind: 'refused', why: 'no' } } as const;

describe('the canary of a plan', () => {
  it('lets one go, then five, then the rest, each after those before it came out as planned', async () => {
    const w = crowd();
    await w.scanAndApprove('shop', { canary: true });
    const waves: number[] = [];
    for (let round = 0; round < 4; round++) {
      await w.work();
      waves.push(w.remote.mutations().length);
      await w.run(0);
    }
    expect(waves).toEqual([1, 6, 9, 9]);
  });

  it('counts the others as approved meanwhile', async () => {
    const w = crowd();
    await w.scanAndApprove('shop', { canary: true });
    expect(ids.map((id) => w.record('shop', id).state)).toEqual(ids.map(() => 'approved'));
  });

  it('halts the plan where the outcome is not as planned, until a person approves it again', async () => {
    const w = crowd();
    w.remote.faults.call = [ignored];
    const { plan } = await w.scanAndApprove('shop', { canary: true });
    await w.run(2 * hour, hour / 4);
    expect(w.remote.mutations()).toHaveLength(1);
    expect(await readHeader(w.ports, plan.planId)).toMatchObject({
      status: 'halted',
      halted: expect.stringContaining('is failed'),
    });
    await approve(w.ports, plan.planId, 'that one is known');
    await w.run(2 * hour, hour / 4);
    expect(w.remote.mutations()).toHaveLength(9);
  });

  it('halts where what it switched off had to be put back', async () => {
    const w = crowd();
    const { plan } = await w.scanAndApprove('shop', { canary: true });
    await w.work();
    const [first = ''] = ids.filter((id) => w.record('shop', id).state === 'observing');
    w.remote.state.delete('live');
    w.remote.state.set('t8', testHook('t8', { events: ['OTHER'] }));
    for (const id of ids.filter((one) => one !== first)) w.remote.state.delete(id);
    await w.scan('shop', true);
    await w.run(hour);
    expect(w.record('shop', first)).toMatchObject({ state: 'kept', endGuard: 'last-one' });
    expect((await readHeader(w.ports, plan.planId))?.status).toBe('halted');
  });

  it('keeps the rest of a halted plan that nobody approves again, also where a newer plan took its place', async () => {
    const w = crowd();
    w.remote.faults.call = [ignored];
    await w.scanAndApprove('shop', { canary: true });
    await w.run(2 * hour, hour / 4);
    w.remote.state.set('newer', testHook('newer'));
    await w.scan('shop');
    await w.run(8 * day, hour);
    expect(ids.map((id) => w.record('shop', id).state).toSorted()).toEqual([
      'failed',
      ...ids.slice(1).map(() => 'kept'),
    ]);
    expect(w.remote.mutations()).toHaveLength(1);
    expect((await w.verify()).broken).toEqual([]);
  });

  it('is waited for as long as it takes', async () => {
    const w = crowd();
    const { plan } = await w.scanAndApprove('shop', { canary: true });
    await w.switchAll(true);
    await w.run(16 * day, hour);
    expect((await readHeader(w.ports, plan.planId))?.status).toBe('approved');
    await w.switchAll(false);
    await w.run(3 * day, hour);
    expect(w.remote.state.size).toBe(1);
  });

  it('goes on behind a veto: that is the word of a person', async () => {
    const w = crowd();
    const { plan } = await w.scanAndApprove('shop', { canary: true });
    await w.work();
    await w.decide('veto', ids.find((id) => w.record('shop', id).state === 'observing') ?? '');
    await w.run(hour);
    expect((await readHeader(w.ports, plan.planId))?.status).toBe('opened');
  });

  it('goes on behind one that was never touched', async () => {
    const w = crowd();
    await w.scanAndApprove('shop', { canary: true });
    await w.decide('veto', ids.find((id) => w.record('shop', id).waitFor !== 'canary') ?? '');
    await w.run(day + hour, hour / 4);
    expect(w.remote.state.size).toBe(2);
  });
});
