import { describe, expect, it } from 'vitest';
import type { Listing, Outcome } from '../../lib/providers/contract.ts';
import { accountNamed, day, fakeProvider, hour, shop, testHook, webhook, world } from './world.ts';

const throttle = (afterMs?: number): Outcome => ({
  kind: 'retry',
  why: '429',
  pause: 'throttle',
  ...(afterMs && { afterMs }),
});
const expired = { kind: 'retry', why: '401', pause: 'credential' } as const;
const ready = async () => {
  const w = shop([webhook('live'), testHook('a'), testHook('b')]);
  await w.scanAndApprove('shop');
  return w;
};
const paused = (w: Awaited<ReturnType<typeof ready>>) =>
  (w.table.items.get('account#shop\naccount') as unknown as { paused?: { kind: string; until: number } }).paused;

describe('a throttle', () => {
  it('burns no attempt, however often it comes, and never looks dead', async () => {
    const w = await ready();
    w.remote.faults.call = Array.from({ length: 60 }, () => ({ outcome: throttle(), effect: false }));
    await w.run(3 * hour);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'observing', attempts: { disable: 1 } });
    expect([w.fake.dead, w.record('shop', 'b').state]).toEqual([[], 'observing']);
  });

  it('stops every call and list of the account for as long as the provider asked', async () => {
    const w = await ready();
    w.remote.faults.call = [{ outcome: throttle(2 * hour), effect: false }];
    await w.work();
    const { length } = w.remote.calls;
    await w.run(2 * hour - 60_000, 30_000);
    expect(w.remote.calls).toHaveLength(length);
    await w.run(10 * 60_000);
    expect(w.remote.state.get('a')?.enabled).toBe(false);
  });

  it('pauses all scopes of its account and no other account', async () => {
    const [one, two] = [fakeProvider([webhook('live'), testHook('a')]), fakeProvider([webhook('live'), testHook('a')])];
    const scopes = async () => ({ status: 'complete', scopes: ['main', 'side'] }) as const;
    const shopOf = { ...one, provider: { ...one.provider, scopes } };
    const w = world([accountNamed('shop'), accountNamed('till')], { shop: shopOf, till: two });
    one.faults.call = [{ outcome: throttle(hour), effect: false }];
    await w.scanAndApprove('shop');
    await w.scanAndApprove('till');
    while (w.fake.visible().length > 0) await w.work(w.fake.visible().slice(0, 1));
    await w.run(hour - 60_000, 20_000);
    expect([one.mutations().length, two.mutations().length]).toEqual([1, 1]);
  });

  it('to a list pauses likewise', async () => {
    const w = await ready();
    w.remote.faults.list = [
      () => ({ status: 'error', outcome: { kind: 'retry', why: '429', pause: 'throttle', afterMs: hour } }),
    ];
    await w.work();
    expect(paused(w)).toMatchObject({ kind: 'throttle', until: w.now() + hour });
    await w.run(2 * hour, 60_000);
    expect(w.record('shop', 'a').state).toBe('observing');
  });
});

describe('a credential that is refused', () => {
  const refusing = (): Listing => ({ status: 'error', outcome: expired });

  it('pauses the account each time anew, burns no attempt, and ends with the first list that works', async () => {
    const w = await ready();
    w.remote.faults.list = [refusing, refusing, refusing];
    for (let hours = 0; hours < 3; hours++) {
      await w.run(60_000);
      expect([hours, paused(w)?.kind]).toEqual([hours, 'credential']);
      expect(w.remote.calls.filter((call) => call === 'list')).toHaveLength(hours + 2);
      w.pass(hour);
    }
    await w.run(10 * 60_000);
    expect([paused(w), w.record('shop', 'a').attempts.disable]).toEqual([undefined, 1]);
  });

  it('ends early by a scan that works', async () => {
    const w = await ready();
    w.remote.faults.call = [{ outcome: expired, effect: false }];
    await w.work();
    expect(paused(w)?.kind).toBe('credential');
    await w.scan('shop');
    expect(paused(w)).toBeUndefined();
    await w.run(2 * day, hour);
    expect([...w.remote.state.keys()]).toEqual(['live']);
  });
});
