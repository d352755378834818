import { describe, expect, it } from 'vitest';
import { enqueue } from '../../lib/jobs/enqueue.ts';
import type { Listing } from '../../lib/providers/contract.ts';
import { day, hour, shop, testHook, webhook } from './world.ts';

const others = ['x', 'y', 'z', 'u', 'v', 'w'].map((id) => webhook(id, { events: ['OTHER'] }));
const ready = async () => {
  const w = shop([webhook('live'), testHook('a'), ...others]);
  await w.scanAndApprove('shop');
  return w;
};
const without =
  (...ids: string[]) =>
  (real: Listing): Listing =>
    real.status === 'complete' ? { ...real, webhooks: real.webhooks.filter(({ id }) => !ids.includes(id)) } : real;
const empty = (): Listing => ({ status: 'complete', webhooks: [] });
const unreadable = (): Listing => ({ status: 'error', outcome: { kind: 'retry', why: '503' } });
const torn = (): Listing => ({ status: 'incomplete', outcome: { kind: 'retry', why: 'the total moved' } });
const always = <T>(one: T): T[] => Array.from({ length: 5000 }, () => one);

describe('a list that misses something', () => {
  it('within the bound holds back harm until a second equal list', async () => {
    const w = await ready();
    w.remote.faults.list = [without('z')];
    await w.work();
    expect(w.remote.mutations()).toEqual([]);
    w.remote.faults.list = always(without('z'));
    await w.run(60_000);
    expect(w.remote.mutations()).toEqual(['disable a']);
  });

  it('over the bound proves nothing until a person accepts it', async () => {
    const w = await ready();
    w.remote.faults.list = always(without('a', 'x', 'y', 'z'));
    await w.run(day, 60_000);
    expect([w.remote.mutations(), w.record('shop', 'a').state]).toEqual([[], 'approved']);
    const { plan, items } = await w.scan('shop');
    expect([plan.scopes[0]?.error?.code, items]).toEqual(['shrink', []]);
    await w.scan('shop', true);
    await w.run(2 * hour, 60_000);
    expect(w.record('shop', 'a').state).toBe('gone');
  });

  it('and holds nothing at all records nothing as gone or deleted', async () => {
    const w = await ready();
    await w.run(hour);
    w.remote.faults.list = always(empty);
    await w.run(2 * day, hour);
    expect([w.record('shop', 'a').state, w.remote.mutations()]).toEqual(['observing', ['disable a']]);
  });

  it('right after a delete does not confirm it where more than that is missing', async () => {
    const w = await ready();
    await w.run(hour);
    w.remote.faults.call = [{ outcome: { kind: 'done', why: '204' }, effect: false }];
    w.remote.hooks.after = (call) => {
      if (call === 'delete a') w.remote.faults.list = always(empty);
    };
    w.pass(day);
    await w.run(hour);
    expect(w.record('shop', 'a').state).toBe('deleting');
    w.remote.faults.list = [];
    w.remote.hooks.after = () => {};
    await w.run(3 * hour, 60_000);
    expect([w.record('shop', 'a').state, w.remote.state.has('a')]).toEqual(['deleted', false]);
  });

  it('does not make a webhook gone that was enqueued by hand before any scan', async () => {
    const w = shop([webhook('live'), testHook('a'), ...others]);
    await enqueue(w.ports, { account: 'shop', webhookId: 'a', step: 'delete', reason: 'by hand', now: false });
    w.remote.faults.list = [empty, empty, empty];
    await w.run(30_000);
    expect(w.record('shop', 'a').state).not.toBe('gone');
  });
});

describe('a list that cannot be read', () => {
  it.each([
    ['error', unreadable],
    ['incomplete', torn],
  ] as const)('(%s) before the call lets nothing happen', async (_, list) => {
    const w = await ready();
    w.remote.faults.list = always(list);
    await w.run(6 * hour, 60_000);
    expect([w.remote.mutations(), w.record('shop', 'a').state]).toEqual([[], 'approved']);
    expect([w.fake.dead, w.record('shop', 'a').held]).toEqual([[], undefined]);
    w.remote.faults.list = [];
    await w.run(hour);
    expect(w.record('shop', 'a').state).toBe('observing');
  });

  it.each([
    ['error', unreadable],
    ['incomplete', torn],
  ] as const)('(%s) after the call leaves its end open', async (_, list) => {
    const w = await ready();
    w.remote.faults.list = [(real) => real, list];
    await w.work();
    expect(w.record('shop', 'a')).toMatchObject({ state: 'disabling', pending: { outcome: 'done' } });
    await w.run(hour);
    expect([w.remote.mutations(), w.record('shop', 'a').state]).toEqual([['disable a'], 'observing']);
  });
});

describe('a 404', () => {
  const gone = { outcome: { kind: 'gone', why: '404' }, effect: false } as const;

  it('to a disable or a delete proves nothing while the list shows the webhook', async () => {
    const w = await ready();
    w.remote.faults.call = [gone];
    await w.run(hour);
    expect([w.record('shop', 'a').state, w.remote.mutations().length]).toEqual(['observing', 2]);
    w.remote.faults.call = [gone];
    await w.run(day + hour, 60_000);
    expect([w.record('shop', 'a').state, w.remote.state.has('a')]).toEqual(['deleted', false]);
  });

  it('is gone where the list agrees and no delete of ours went out, and deleted where one did', async () => {
    const w = await ready();
    w.remote.state.delete('a');
    await w.run(hour);
    expect(w.record('shop', 'a').state).toBe('gone');
    const own = await ready();
    await own.run(hour);
    own.remote.hooks.before = (call) => {
      if (call === 'delete a') own.remote.state.delete('a');
    };
    await own.run(day + hour, 60_000);
    expect(own.record('shop', 'a').state).toBe('deleted');
  });
});
