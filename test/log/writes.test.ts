import { describe, expect, it } from 'vitest';
import type { LogEvent } from '../../lib/jobs/ports.ts';
import { limits } from '../../lib/limits.ts';
import { writtenLines } from '../../lib/log/writes.ts';
import { day, hour, shop, testHook, webhook } from '../jobs/world.ts';

const watched = (...args: Parameters<typeof shop>) => {
  const w = shop(...args);
  w.ports.wrote = (before, after) => writtenLines(before, after).forEach(w.ports.log);
  return w;
};

const totals = (log: readonly LogEvent[]): Record<string, number> => {
  const sum: Record<string, number> = {};
  for (const { count = {} } of log)
    for (const [name, value] of Object.entries(count)) sum[name] = (sum[name] ?? 0) + value;
  return sum;
};

const three = () => [webhook('live'), testHook('a'), testHook('b'), testHook('c')];

describe('what happens', () => {
  it('is counted once each: scans, proposals, steps', async () => {
    const w = watched(three());
    await w.scanAndApprove('shop');
    await w.run(day + hour);
    await w.scan('shop');
    expect(totals(w.log)).toEqual({ ScansCompleted: 2, Proposed: 3, StepsDisabled: 3, StepsDeleted: 3 });
  });

  it('is a line for each line of a story, with its job, plan, account and actor', async () => {
    const w = watched([webhook('live'), testHook('a')]);
    const { plan } = await w.scanAndApprove('shop');
    await w.run(day + hour);
    const job = 'shop#main#endpoint#a#1';
    const lines = w.log.filter((line) => line.job === job);
    expect(lines.map(({ message }) => message)).toEqual(w.record('shop', 'a').history.map(({ event }) => event));
    for (const line of lines)
      expect(line).toMatchObject({ account: 'shop', webhookId: 'a', plan: plan.planId, actor: expect.any(String) });
  });

  it('counts what a provider refused as failed, and a webhook that was off before not as switched off by us', async () => {
    const w = watched([webhook('live'), testHook('a'), testHook('b', { enabled: false })]);
    await w.scanAndApprove('shop');
    w.remote.faults.call = [{ outcome: { kind: 'refused', why: '409' }, effect: false }];
    await w.run(hour);
    expect(totals(w.log)).toMatchObject({ StepsFailed: 1 });
    expect(totals(w.log)).not.toHaveProperty('StepsDisabled');
  });

  it('counts a budget that is used up, a credential that is refused and a scan that shrank', async () => {
    const w = watched(three(), {
      limits: { perRun: { count: 9, percent: 100 }, perDay: { count: 1 }, shrink: { percent: 30 } },
    });
    await w.scanAndApprove('shop');
    await w.run(hour);
    expect(totals(w.log)).toMatchObject({ StepsDisabled: 1, BudgetExhausted: 2 });
    for (const id of ['live', 'b', 'c']) w.remote.state.delete(id);
    await w.scan('shop');
    expect(totals(w.log)).toMatchObject({ ShrinkAlarms: 1, ScansIncomplete: 1 });
    w.pass(hour);
    w.remote.faults.list = [() => ({ status: 'error', outcome: { kind: 'retry', why: '401', pause: 'credential' } })];
    await w.scan('shop');
    expect(totals(w.log)).toMatchObject({ CredentialFailures: 1, ScansFailed: 1 });
  });

  it('counts cover that somebody else took away while a delete was under way', async () => {
    const w = watched([webhook('live'), testHook('a')]);
    await w.scanAndApprove('shop');
    w.remote.hooks.after = (call) => void (call === 'delete a' && w.remote.edit('live', { enabled: false }));
    await w.run(day + hour);
    expect(totals(w.log)).toMatchObject({ CoverLost: 1 });
  });

  it('counts a job that was given up', async () => {
    const w = watched([webhook('live'), testHook('a')]);
    await w.scanAndApprove('shop');
    const [delivery] = w.fake.visible();
    if (!delivery) throw new Error('an approved record sends a job');
    for (let time = 0; time < limits.receivesMax; time++) w.fake.settle([delivery], new Set([delivery.messageId]));
    await w.run(hour);
    expect(totals(w.log)).toMatchObject({ DeadLettered: 1 });
    expect(w.record('shop', 'a').held).toContain('dead-lettered');
  });

  it('counts nothing of a write that was lost', async () => {
    const w = watched([webhook('live'), testHook('a')]);
    const put = w.table.put.bind(w.table);
    w.ports.table = { ...w.table, put: async () => false };
    await expect(w.scan('shop')).rejects.toThrow('changed');
    expect(totals(w.log)).toEqual({});
    w.ports.table = { ...w.table, put };
  });
});
