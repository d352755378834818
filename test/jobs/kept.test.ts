import { describe, expect, it } from 'vitest';
import type { CleanupRecord } from '../../lib/audit/record.ts';
import { day, hour, shop, testHook, webhook } from './world.ts';

type World = ReturnType<typeof shop>;
const unknown = { kind: 'unknown', why: 'no answer in time' } as const;

/** Leads `a` into each open state. */
const led: Record<string, (w: World) => Promise<unknown>> = {
  proposed: (w) => w.scan('shop'),
  approved: (w) => w.scanAndApprove('shop'),
  disabling: async (w) => {
    w.remote.faults.call = [{ outcome: unknown, effect: true }];
    w.remote.faults.list = [(real) => real, (real) => real, () => unreadable];
    await w.scanAndApprove('shop');
    await w.work();
  },
  observing: async (w) => {
    await w.scanAndApprove('shop');
    await w.work();
  },
  deleting: async (w) => {
    await w.scanAndApprove('shop');
    await w.work();
    w.remote.faults.call = [{ outcome: unknown, effect: false }];
    w.pass(day);
    await w.run(0);
  },
};
const unreadable = { status: 'error', outcome: { kind: 'retry', why: '503' } } as const;

const expectAsFound = (w: World, record: CleanupRecord) => {
  expect(record).toMatchObject({ state: 'kept', offByUs: false });
  expect(w.remote.state.get('a')).toEqual(testHook('a'));
};

describe.each(Object.keys(led))('a record that is %s', (state) => {
  const inState = async () => {
    const w = shop([webhook('live'), testHook('a')]);
    await led[state]?.(w);
    expect(w.record('shop', 'a').state).toBe(state);
    return w;
  };

  it('is put back and kept by a veto', async () => {
    const w = await inState();
    await w.decide('veto', 'a');
    await w.run(hour);
    expectAsFound(w, w.record('shop', 'a'));
    await w.run(3 * day, hour);
    expectAsFound(w, w.record('shop', 'a'));
  });

  it('is put back and kept by a veto while everything is stopped', async () => {
    const w = await inState();
    await w.switchAll(true);
    await w.decide('veto', 'a');
    await w.run(hour);
    if (state === 'observing') expectAsFound(w, w.record('shop', 'a'));
    await w.switchAll(false);
    await w.run(hour);
    expectAsFound(w, w.record('shop', 'a'));
  });

  it('is put back and kept by a guard that came up', async () => {
    const w = await inState();
    const protect = [{ id: 'a', because: 'checkout' }];
    w.ports.policy = { ...w.ports.policy, accounts: w.ports.policy.accounts.map((one) => ({ ...one, protect })) };
    await w.scan('shop');
    await w.run(2 * day, hour / 6);
    expectAsFound(w, w.record('shop', 'a'));
    expect(w.record('shop', 'a').endGuard).toBe('protected');
  });

  it('is put back and kept by a veto when it was held', async () => {
    const w = await inState();
    if (state === 'proposed') return;
    const { messages, dead } = w.fake;
    const record = w.record('shop', 'a');
    const job = { v: 1, account: 'shop', scope: 'main', kind: 'endpoint', webhookId: 'a', cycle: 1, version: 1 };
    const step = { approved: 'disable', disabling: 'disable', observing: 'delete', deleting: 'delete' }[state];
    messages.splice(0);
    dead.push({ messageId: 'd', receiptHandle: 'd', body: JSON.stringify({ ...job, step }) });
    expect(record.held).toBeUndefined();
    await w.run(0);
    expect(w.record('shop', 'a').held).toContain('dead-lettered');
    await w.decide('veto', 'a');
    await w.run(hour);
    expectAsFound(w, w.record('shop', 'a'));
  });
});

describe('a veto that comes in the middle of a call', () => {
  it('of a disable puts it back at once', async () => {
    const w = shop([webhook('live'), testHook('a')]);
    await w.scanAndApprove('shop');
    w.remote.hooks.after = async (call) => {
      if (call === 'disable a') await w.decide('veto', 'a');
    };
    await w.run(60_000);
    expectAsFound(w, w.record('shop', 'a'));
  });

  it('of a delete comes too late and does not hide the deletion', async () => {
    const w = shop([webhook('live'), testHook('a')]);
    await w.scanAndApprove('shop');
    w.remote.hooks.after = async (call) => {
      if (call === 'delete a') await w.decide('veto', 'a');
    };
    await w.run(day + hour);
    expect(w.record('shop', 'a').state).toBe('deleted');
  });
});

describe('an undo', () => {
  it('is not held back by a stop or by a budget of zero', async () => {
    const w = shop([webhook('live'), testHook('a')]);
    await led.observing?.(w);
    const none = { ...w.ports.policy.accounts[0]?.limits, perDay: { count: 0 } };
    w.ports.policy = {
      ...w.ports.policy,
      accounts: w.ports.policy.accounts.map((one) => ({ ...one, limits: { ...one.limits, ...none } })),
    };
    await w.switchAll(true);
    w.remote.edit('live', { enabled: false });
    await w.scan('shop');
    await w.run(60_000);
    expectAsFound(w, w.record('shop', 'a'));
  });

  it('leaves alone what was off when it was found', async () => {
    const off = testHook('a', { enabled: false });
    const w = shop([webhook('live'), off]);
    await w.scanAndApprove('shop');
    await w.run(hour);
    await w.decide('veto', 'a');
    await w.run(hour);
    expect(w.remote.mutations()).toEqual([]);
    expect(w.record('shop', 'a').state).toBe('kept');
  });

  it('leaves alone what somebody else switched on meanwhile', async () => {
    const w = shop([webhook('live'), testHook('a')]);
    await led.observing?.(w);
    w.remote.edit('a', { enabled: true });
    await w.run(2 * day, hour);
    expect(w.remote.mutations()).toEqual(['disable a']);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'kept', endGuard: 'alive', offByUs: false });
  });
});
