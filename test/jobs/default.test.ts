import { describe, expect, it } from 'vitest';
import type { Mode } from '../../lib/policy/policy.ts';
import { day, hour, shop, testHook, webhook } from './world.ts';

describe('without an approval', () => {
  it.each<Mode>(['report', 'approve'])('nothing is touched in mode %s, however often it is scanned', async (mode) => {
    const w = shop([webhook('live'), testHook('a'), testHook('b', { enabled: false })], { mode });
    for (let scan = 0; scan < 5; scan++) {
      await w.scan('shop');
      await w.run(day, hour);
    }
    expect(w.remote.mutations()).toEqual([]);
  });

  it('the first scan waits for a person even in mode auto; what is found after that goes by itself', async () => {
    const w = shop([webhook('live'), testHook('a')], { mode: 'auto' });
    const { items } = await w.scan('shop');
    await w.run(2 * day, hour);
    expect([items[0]?.needsApproval, w.remote.mutations()]).toEqual([['first-scan'], []]);
    await w.scanAndApprove('shop');
    w.remote.edit('b', testHook('b'));
    await w.scan('shop');
    await w.run(hour);
    expect(w.remote.mutations()).toEqual(['disable a', 'disable b']);
  });

  it('a scan reads only: the provider hears nothing but lists', async () => {
    const w = shop([webhook('live'), testHook('a')], { mode: 'auto' });
    await w.scan('shop');
    expect(w.remote.calls).toEqual(['list']);
  });
});
