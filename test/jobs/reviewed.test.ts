import { describe, expect, it } from 'vitest';
import type { Webhook } from '../../lib/webhook.ts';
import { accountNamed, day, fakeProvider, hour, shop, start, testHook, webhook, world } from './world.ts';

const edits: [string, Partial<Webhook>][] = [
  ['its URL', { url: 'https://other.loca.lt/hook' }],
  ['its name', { name: 'renamed' }],
  ['its events', { events: ['PAID', 'REFUND'] }],
  ['its settings', { settings: { retries: 3 } }],
];
const ready = async (over = {}) => {
  const w = shop([webhook('live', { events: ['*'] }), testHook('a')], over);
  await w.scanAndApprove('shop');
  return w;
};

describe('what was reviewed', () => {
  it.each(edits)('is kept, untouched, where %s changed between the plan and the disable', async (_, edit) => {
    const w = await ready();
    w.remote.edit('a', edit);
    await w.run(2 * day, hour);
    expect(w.remote.mutations()).toEqual([]);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'kept', endGuard: 'changed' });
  });

  it.each(edits)('is put back and kept where %s changed during the observation', async (_, edit) => {
    const w = await ready();
    await w.run(hour);
    w.remote.edit('a', edit);
    await w.run(2 * day, hour / 6);
    expect(w.remote.mutations()).toEqual(['disable a', 'enable a']);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'kept', endGuard: 'changed' });
  });

  it('is kept where somebody switched it off, or on, meanwhile', async () => {
    const off = await ready();
    off.remote.edit('a', { enabled: false });
    await off.run(2 * day, hour);
    expect([off.remote.mutations(), off.record('shop', 'a').endGuard]).toEqual([[], 'changed']);
    const on = await ready();
    await on.run(hour);
    on.remote.edit('a', { enabled: true });
    await on.run(2 * day, hour);
    expect([on.remote.mutations(), on.record('shop', 'a').endGuard]).toEqual([['disable a'], 'alive']);
  });

  it('is kept where its rule is not on any more, before the disable and before the delete', async () => {
    for (const [before, calls] of [
      [0, []],
      [hour, ['disable a', 'enable a']],
    ] as const) {
      const w = await ready();
      if (before) await w.run(before);
      w.ports.policy = { ...w.ports.policy, accounts: [accountNamed('shop', { rules: {} })] };
      await w.run(2 * day, hour / 6);
      expect([w.remote.mutations(), w.record('shop', 'a').endGuard]).toEqual([calls, 'changed']);
    }
  });

  it('is kept where the policy protects it by now', async () => {
    const w = await ready();
    w.ports.policy = {
      ...w.ports.policy,
      accounts: [accountNamed('shop', { protect: [{ host: '*.loca.lt', because: 'a demo' }] })],
    };
    await w.run(2 * day, hour);
    expect([w.remote.mutations(), w.record('shop', 'a').endGuard]).toEqual([[], 'protected']);
  });

  it('is dropped from an approval where it was edited between the scan and a newer scan', async () => {
    const w = shop([webhook('live'), testHook('a')]);
    const first = await w.scan('shop');
    w.remote.edit('a', { name: 'renamed' });
    const next = await w.scanAndApprove('shop');
    expect(next.plan.planId).not.toBe(first.plan.planId);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'approved', name: 'renamed' });
  });

  it('lapses after seven days without an approval', async () => {
    const w = shop([webhook('live'), testHook('a')]);
    await w.scan('shop');
    await w.run(7 * day + hour, hour);
    expect(w.record('shop', 'a').state).toBe('kept');
    expect(w.now()).toBeGreaterThan(start);
  });
});

describe('a message that somebody forged', () => {
  const forged = {
    v: 1,
    account: 'shop',
    scope: 'main',
    kind: 'endpoint',
    webhookId: 'a',
    cycle: 1,
    version: 1,
    step: 'disable',
  };
  const delivery = (body: unknown) => [{ messageId: 'f', receiptHandle: 'f', body: JSON.stringify(body) }];

  it.each([
    ['names another cycle', { cycle: 9 }],
    ['names a step that is not next', { step: 'delete' }],
    ['asks for a restore', { step: 'restore' }],
    ['names another webhook', { webhookId: 'live' }],
    ['names another scope', { scope: 'other' }],
    ['names another account', { account: 'stranger' }],
    ['brings a field of its own', { force: true }],
    ['names a prototype', { webhookId: '__proto__' }],
  ])('changes nothing where it %s', async (_, over) => {
    const w = await ready();
    const before = structuredClone([...w.table.items]);
    await w.work(delivery({ ...forged, ...over }));
    expect([...w.table.items]).toEqual(before);
    expect(w.remote.calls.filter((call) => call !== 'list')).toEqual([]);
  });

  it('does not open what nobody approved', async () => {
    const w = shop([webhook('live'), testHook('a')]);
    await w.scan('shop');
    await w.work(delivery(forged));
    expect([w.record('shop', 'a').state, w.remote.mutations()]).toEqual(['proposed', []]);
  });

  it('does not reach an account through the name of another', async () => {
    const [one, two] = [fakeProvider([webhook('live'), testHook('a')]), fakeProvider([webhook('live'), testHook('a')])];
    const w = world([accountNamed('shop'), accountNamed('till')], { shop: one, till: two });
    await w.scanAndApprove('shop');
    await w.work(delivery({ ...forged, account: 'till' }));
    await w.run(hour);
    expect([one.mutations(), two.mutations()]).toEqual([['disable a'], []]);
  });
});

describe('an account that the policy no longer names', () => {
  it('has its open records held for a person, and its ended ones left alone', async () => {
    const w = await ready();
    const jobs = w.fake.visible();
    w.ports.policy = { ...w.ports.policy, accounts: [] };
    await w.work(jobs);
    expect(w.record('shop', 'a').held).toContain('no longer in the policy');
    const done = await ready();
    const late = done.fake.visible();
    await done.run(2 * day, hour);
    done.ports.policy = { ...done.ports.policy, accounts: [] };
    await done.work(late);
    expect(done.record('shop', 'a')).toMatchObject({ state: 'deleted' });
    expect(done.record('shop', 'a').held).toBeUndefined();
  });
});
