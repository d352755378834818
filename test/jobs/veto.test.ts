import { describe, expect, it } from 'vitest';
import { approve } from '../../lib/jobs/decide.ts';
import { openPlan } from '../../lib/jobs/plans.ts';
import { accountNamed, day, hour, shop, testHook, webhook } from './world.ts';

const vetoed = async (until: number | null = null) => {
  const w = shop([webhook('live'), testHook('a')]);
  const { plan } = await w.scan('shop');
  await w.decide('veto', 'a', until === null ? null : w.now() + until);
  return { ...w, planId: plan.planId };
};
const decision = async (w: ReturnType<typeof shop>) => {
  const item = (await w.scan('shop')).items.find(({ webhookId }) => webhookId === 'a');
  return [item?.decision, item?.guards[0]?.guard];
};

describe('a veto', () => {
  it('lasts over scans, for months', async () => {
    const w = await vetoed();
    for (let month = 0; month < 6; month++) {
      w.pass(30 * day);
      expect(await decision(w)).toEqual(['keep', 'vetoed']);
    }
  });

  it('ends with its time', async () => {
    const w = await vetoed(day);
    w.pass(day - hour);
    expect(await decision(w)).toEqual(['keep', 'vetoed']);
    w.pass(2 * hour);
    expect((await decision(w))[0]).toBe('propose');
  });

  it('ends when the webhook is another one, and not when it is only switched off and on', async () => {
    const w = await vetoed();
    w.remote.edit('a', { enabled: false });
    expect(await decision(w)).toEqual(['keep', 'vetoed']);
    w.remote.edit('a', { enabled: true, events: ['PAID', 'VOID'] });
    w.remote.edit('live', { events: ['*'] });
    expect((await decision(w))[0]).toBe('propose');
  });

  it('ends when the rules are others', async () => {
    const w = await vetoed();
    w.ports.policy = {
      ...w.ports.policy,
      accounts: [accountNamed('shop', { rules: { test: { afterMs: 1, hosts: [] } } })],
    };
    expect((await decision(w))[0]).toBe('propose');
  });

  it('is not overruled by the approval of a plan that was made before it', async () => {
    const w = await vetoed();
    const { plans } = await approve(w.ports, w.planId, 'in a hurry');
    expect(plans[0]?.dropped).toEqual([{ webhookId: 'a', why: 'vetoed' }]);
    await w.run(2 * day, hour);
    expect([w.record('shop', 'a').state, w.remote.mutations()]).toEqual(['kept', []]);
  });

  it('refuses what is deleted already, and says what helps', async () => {
    const w = shop([webhook('live'), testHook('a')]);
    await w.scanAndApprove('shop');
    await w.run(2 * day, hour);
    expect(await w.decide('veto', 'a')).toMatchObject([{ ok: false, detail: expect.stringContaining('restore') }]);
  });
});

describe('an approved plan that is opened once more after a crash', () => {
  it('does not begin again what it led to an end already', async () => {
    const w = shop([webhook('live'), testHook('a')]);
    const { plan } = await w.scanAndApprove('shop');
    w.remote.edit('a', { name: 'renamed' });
    await w.run(hour);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'kept', cycle: 1 });
    const key = { pk: `plan#${plan.planId}`, sk: 'header' };
    const [header] = await w.table.get([key]);
    await w.table.put({ ...header, ...key, status: 'approved', version: 99, lastWrite: 'x' } as never, []);
    await openPlan(w.ports, plan.planId);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'kept', cycle: 1 });
  });
});
