import { describe, expect, it } from 'vitest';
import { approve } from '../../lib/jobs/decide.ts';
import type { Listing } from '../../lib/providers/contract.ts';
import { deleted, restore } from './deleted.ts';
import { day, hour, shop, testHook, webhook } from './world.ts';

describe('a restore', () => {
  it('creates a deleted webhook again from its backup and links both ways', async () => {
    const w = await deleted();
    expect(await restore(w, 'a')).toMatchObject({ ok: true, creates: true, lost: ['id'] });
    await w.run(hour);
    expect(w.remote.state.get('new1')).toMatchObject({
      url: 'https://a.loca.lt/hook',
      events: ['PAID'],
      enabled: true,
    });
    expect(w.record('shop', 'a')).toMatchObject({ state: 'restored', restoredAs: 'new1' });
    expect(w.record('shop', 'new1')).toMatchObject({ state: 'restored', restoredFrom: 'shop#main#endpoint#a' });
    expect((await w.verify()).broken).toEqual([]);
  });

  it('changes nothing the second time', async () => {
    const w = await deleted();
    await restore(w, 'a');
    await w.run(hour);
    const before = [...w.remote.calls];
    expect(await restore(w, 'a')).toMatchObject({ ok: true, detail: 'restored already as new1' });
    await w.run(hour);
    expect(w.remote.calls).toEqual(before);
  });

  it('is not swept again by the rule that removed the old one', async () => {
    const w = await deleted();
    await restore(w, 'a');
    await w.run(hour);
    w.pass(3 * day);
    const { items } = await w.scan('shop');
    expect(items.find(({ webhookId }) => webhookId === 'new1')).toMatchObject({
      decision: 'keep',
      guards: [{ guard: 'restored' }],
    });
  });

  it('adopts a creation whose answer was lost, and repeats one that never happened', async () => {
    for (const effect of [true, false]) {
      const w = await deleted();
      w.remote.faults.call = [{ effect, outcome: { kind: 'unknown', why: 'no answer' } }];
      await restore(w, 'a');
      await w.run(hour);
      const creations = w.remote.calls.filter((call) => call.startsWith('create'));
      expect(creations).toHaveLength(effect ? 1 : 2);
      expect([...w.remote.state.values()].filter(({ url }) => url === 'https://a.loca.lt/hook')).toHaveLength(1);
      expect(w.record('shop', 'a').state).toBe('restored');
    }
  });

  it('waits for a creation that no list shows yet, and makes no second one', async () => {
    const w = await deleted();
    await restore(w, 'a');
    const stale = (real: Listing): Listing =>
      real.status === 'complete' ? { ...real, webhooks: real.webhooks.filter(({ id }) => id !== 'new1') } : real;
    w.remote.faults.list = [stale, stale, stale, stale];
    await w.run(hour);
    expect(w.remote.calls.filter((call) => call.startsWith('create'))).toHaveLength(1);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'restored', restoredAs: 'new1' });
  });

  it('takes none that is off for one that was on', async () => {
    const w = await deleted();
    w.remote.state.set('theirs', testHook('a', { id: 'theirs', enabled: false }));
    await restore(w, 'a');
    await w.run(hour);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'restored', restoredAs: 'new1' });
    expect(w.remote.state.get('new1')?.enabled).toBe(true);
  });

  it('withdraws the plan to sweep what stands for it', async () => {
    const w = await deleted();
    w.remote.state.set('theirs', testHook('a', { id: 'theirs' }));
    const { plan } = await w.scan('shop');
    expect(w.record('shop', 'theirs').state).toBe('proposed');
    await restore(w, 'a');
    await w.run(hour);
    expect(w.record('shop', 'theirs')).toMatchObject({ state: 'restored', restoredFrom: 'shop#main#endpoint#a' });
    await approve(w.ports, plan.planId, 'go');
    await w.run(3 * day, hour);
    expect(w.remote.state.has('theirs')).toBe(true);
    expect((await w.verify()).broken).toEqual([]);
  });

  it('says that nothing is there where its creation was refused', async () => {
    const w = await deleted();
    w.remote.faults.call = [{ effect: false, outcome: { kind: 'refused', why: '422' } }];
    await restore(w, 'a');
    await w.run(hour);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'failed', leftAs: 'absent' });
  });

  it('of one that was found off calls nothing where somebody switched it on', async () => {
    const w = shop([webhook('live'), testHook('a', { enabled: false })]);
    await w.scanAndApprove('shop');
    await w.run(hour);
    w.remote.edit('a', { enabled: true });
    await restore(w, 'a');
    await w.run(hour);
    expect(w.remote.mutations()).toEqual([]);
    expect(w.record('shop', 'a').state).toBe('restored');
  });

  it('creates nothing from a URL of which a part was never kept', async () => {
    const w = shop([
      ...['x', 'y', 'z'].map((id) => webhook(id)),
      testHook('a', { url: 'https://user:pw@a.loca.lt/hook' }),
    ]);
    await w.scanAndApprove('shop');
    await w.run(hour);
    await restore(w, 'a');
    w.remote.state.delete('a');
    await w.run(hour);
    expect(w.remote.calls.filter((call) => call.startsWith('create'))).toEqual([]);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'restoring', held: expect.stringContaining('--secret url=') });
  });

  it('creates nothing where the URL exists again', async () => {
    const w = await deleted();
    w.remote.state.set('theirs', testHook('a', { id: 'theirs' }));
    await restore(w, 'a');
    await w.run(hour);
    expect(w.remote.calls.filter((call) => call.startsWith('create'))).toEqual([]);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'restored', restoredAs: 'theirs' });
  });

  it('takes none for it that is on its way out by our own hand', async () => {
    const w = await deleted([webhook('live'), testHook('a')], { disable: [] });
    w.remote.state.set('twin', testHook('a', { id: 'twin' }));
    await w.scanAndApprove('shop');
    await w.work();
    expect(w.record('shop', 'twin').state).toBe('observing');
    await restore(w, 'a');
    await w.run(3 * day, hour);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'restored', restoredAs: 'new1' });
    expect([...w.remote.state.keys()].toSorted()).toEqual(['live', 'new1']);
  });

  it('switches on what still is there', async () => {
    const w = shop([webhook('live'), testHook('a')]);
    await w.scanAndApprove('shop');
    await w.run(hour);
    await restore(w, 'a');
    await w.run(hour);
    expect(w.remote.mutations()).toEqual(['disable a', 'enable a']);
    expect(w.record('shop', 'a').state).toBe('restored');
  });

  it('is held back by no stop', async () => {
    const w = await deleted();
    await w.switchAll(true);
    await restore(w, 'a');
    await w.run(hour);
    expect(w.record('shop', 'a').state).toBe('restored');
  });

  it('says before that nothing was ever removed, and changes nothing', async () => {
    const w = shop([webhook('live'), testHook('a')]);
    await w.scan('shop');
    expect(await restore(w, 'a')).toMatchObject({ ok: false, detail: expect.stringContaining('nothing of ours') });
  });

  it('says what it would do with dryRun and does not', async () => {
    const w = await deleted();
    expect(await restore(w, 'a', { dryRun: true })).toMatchObject({
      ok: true,
      detail: expect.stringContaining('would'),
    });
    await w.run(hour);
    expect(w.record('shop', 'a').state).toBe('deleted');
  });
});
