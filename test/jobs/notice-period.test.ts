import { describe, expect, it } from 'vitest';
import { enqueue } from '../../lib/jobs/enqueue.ts';
import { jobFor } from '../../lib/jobs/job.ts';
import { sweep } from '../../lib/jobs/sweep.ts';
import { tell } from '../../lib/jobs/tell.ts';
import { limits } from '../../lib/limits.ts';
import { tellingShop, topic } from './notices.ts';
import { accountNamed, day, hour, shop, testHook, webhook } from './world.ts';

const aDayEach = { lifecycle: { noticeMs: day, observeMs: day } };
const minute = 60_000;

describe('the notice period', () => {
  it('begins when the notice was accepted, however late that is', async () => {
    const w = tellingShop(undefined, aDayEach);
    w.sns.faults.down = true;
    await w.scanAndApprove('shop');
    await w.run(3 * day, hour);
    expect(w.remote.mutations()).toEqual([]);
    w.sns.faults.down = false;
    await w.run(10 * minute);
    const { noticeAt, dueAt } = w.record('shop', 'a');
    expect(dueAt).toBe((noticeAt ?? 0) + day);
    await w.run(day - 15 * minute, 10 * minute);
    expect(w.remote.mutations()).toEqual([]);
    await w.run(20 * minute);
    expect(w.remote.mutations()).toEqual(['disable a']);
  });

  it('is in the story, with the id of the notice', async () => {
    const w = tellingShop(undefined, aDayEach);
    await w.scanAndApprove('shop');
    await w.run(10 * minute);
    const line = w.record('shop', 'a').history.find(({ event }) => event === 'announced');
    expect(line?.detail).toBe('the notice hooksweep-1 was accepted');
    expect(Date.parse(line?.at ?? '')).toBe(w.record('shop', 'a').noticeAt);
    expect((await w.verify()).broken).toEqual([]);
  });

  it('of none still waits for the notice itself', async () => {
    const w = tellingShop();
    w.sns.faults.down = true;
    await w.scanAndApprove('shop');
    await w.run(hour);
    expect(w.remote.mutations()).toEqual([]);
    w.sns.faults.down = false;
    await w.run(2 * minute);
    expect(w.remote.mutations()).toEqual(['disable a']);
    expect(w.sns.named('announced')).toEqual(['a']);
  });

  it('holds back a worker that is handed the job all the same', async () => {
    const w = tellingShop();
    w.sns.faults.down = true;
    await w.scanAndApprove('shop');
    const job = jobFor(w.record('shop', 'a'));
    for (let time = 0; time < 3; time++) {
      const body = JSON.stringify(job);
      await w.work([{ messageId: `m${time}`, receiptHandle: 'r', body }]);
    }
    expect(w.remote.calls.filter((call) => call === 'disable a')).toEqual([]);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'approved', attempts: { disable: 0 } });
  });

  it('is the same for those behind the canary: one notice names all, and nobody waits twice', async () => {
    const hooks = ['a', 'b', 'c'].map((id) => testHook(id));
    const w = tellingShop([webhook('live'), ...hooks], aDayEach);
    await w.scanAndApprove('shop', { canary: true });
    await w.run(10 * minute);
    expect(w.sns.named('announced').toSorted()).toEqual(['a', 'b', 'c']);
    expect(w.record('shop', 'b')).toMatchObject({ waitFor: 'canary', noticeAt: expect.any(Number) });
    await w.run(day + hour, minute);
    expect(w.remote.mutations()).toEqual(['disable a', 'disable b', 'disable c']);
  });

  it('lasts for those behind a canary that ends early, too', async () => {
    const w = tellingShop([webhook('live'), ...['a', 'b', 'c'].map((id) => testHook(id))], aDayEach);
    w.sns.faults.down = true;
    await w.scanAndApprove('shop', { canary: true });
    await w.run(10 * hour, minute);
    w.sns.faults.down = false;
    await w.run(10 * minute, minute);
    await w.decide('veto', 'a');
    await w.run(minute);
    const { noticeAt, dueAt, waitFor } = w.record('shop', 'b');
    expect({ waitFor, dueAt }).toEqual({ waitFor: 'notice', dueAt: (noticeAt ?? 0) + day });
  });

  it('comes before the observation where the provider cannot switch off', async () => {
    const w = tellingShop([webhook('live'), testHook('a')], aDayEach, { disable: [] });
    w.sns.faults.down = true;
    await w.scanAndApprove('shop');
    await w.run(2 * day, hour);
    expect(w.record('shop', 'a').state).toBe('approved');
    w.sns.faults.down = false;
    await w.run(day - hour, minute);
    expect(w.remote.mutations()).toEqual([]);
    await w.run(2 * hour, minute);
    expect(w.remote.mutations()).toEqual(['delete a']);
  });

  it('begins for nobody whom the notice only counted: the next one names them', async () => {
    const ids = Array.from({ length: limits.noticeLinesMax + 5 }, (_, at) => `h${String(at).padStart(3, '0')}`);
    const limit = { count: 999, percent: 100 };
    const w = tellingShop([webhook('live'), ...ids.map((id) => testHook(id))], {
      ...aDayEach,
      limits: { perRun: limit, perDay: limit, shrink: { percent: 30 } },
    });
    await w.scanAndApprove('shop');
    await tell(w.ports, [], true);
    expect(w.sns.named('announced')).toHaveLength(limits.noticeLinesMax);
    expect(ids.filter((id) => w.record('shop', id).noticeAt === undefined)).toHaveLength(5);
    await tell(w.ports, [], true);
    expect(w.sns.named('announced').toSorted()).toEqual(ids);
  });

  it('counts from the approval where no target is configured, as ever', async () => {
    const w = shop([webhook('live'), testHook('a')], aDayEach);
    await w.scanAndApprove('shop');
    expect(w.record('shop', 'a').dueAt).toBe(w.now() + day);
    await w.run(day + hour, minute);
    expect(w.remote.mutations()).toEqual(['disable a']);
    expect(w.record('shop', 'a').noticeAt).toBeUndefined();
  });

  it('counts from the approval again once the policy names no target any more', async () => {
    const w = tellingShop(undefined, aDayEach);
    w.sns.faults.down = true;
    await w.scanAndApprove('shop');
    await w.run(hour);
    w.ports.policy = { ...w.ports.policy, accounts: [accountNamed('shop', aDayEach)] };
    await w.run(day - 2 * hour, minute);
    expect(w.remote.mutations()).toEqual([]);
    await w.run(2 * hour, minute);
    expect(w.remote.mutations()).toEqual(['disable a']);
  });

  it('begins anew for what was approved before there was a target', async () => {
    const w = shop([webhook('live'), testHook('a')], aDayEach);
    await w.scanAndApprove('shop');
    await w.run(day - hour, minute);
    const told = tellingShop();
    w.ports.notices = told.sns.notices;
    w.ports.policy = { ...w.ports.policy, accounts: [accountNamed('shop', { ...aDayEach, notify: { sns: topic } })] };
    await w.run(2 * hour, minute);
    expect(told.sns.named('announced')).toEqual(['a']);
    expect(w.remote.mutations()).toEqual([]);
    await w.run(day, minute);
    expect(w.remote.mutations()).toEqual(['disable a']);
  });

  it('is skipped only by a person, and never on production', async () => {
    const w = tellingShop();
    w.sns.faults.down = true;
    const request = { account: 'shop', webhookId: 'a', step: 'delete', reason: 'leak', now: true } as const;
    expect(await enqueue(w.ports, request)).toMatchObject({ ok: true });
    await w.run(minute);
    expect(w.remote.mutations()).toEqual(['disable a', 'delete a']);
  });

  it('is not begun by a notice that came too late for a veto', async () => {
    const w = tellingShop(undefined, aDayEach);
    w.sns.faults.before = () => void w.decide('veto', 'a');
    await w.scanAndApprove('shop');
    await w.run(2 * day, hour);
    expect(w.record('shop', 'a').state).toBe('kept');
    expect(w.remote.mutations()).toEqual([]);
  });

  it('waits, and says so, where a process has nothing that publishes', async () => {
    const w = tellingShop();
    delete w.ports.notices;
    await w.scanAndApprove('shop');
    await w.run(hour, minute);
    expect(w.remote.mutations()).toEqual([]);
    expect(w.log).toContainEqual(expect.objectContaining({ level: 'error', count: { NoticesFailed: 1 } }));
  });

  it('of one account is not held up by another account that cannot be told', async () => {
    const w = tellingShop();
    await w.scanAndApprove('shop');
    const broken = accountNamed('till', { notify: { sns: topic } });
    w.ports.policy = { ...w.ports.policy, accounts: [broken, ...w.ports.policy.accounts] };
    const key = { pk: 'account#till', sk: 'notices' };
    await w.table.put({ ...key, version: 1, lastWrite: 'x', name: 'till', told: 'no list' } as never, []);
    await sweep(w.ports);
    expect(w.sns.named('announced')).toEqual(['a']);
    expect(w.log).toContainEqual(expect.objectContaining({ account: 'till', count: { NoticesFailed: 1 } }));
  });
});
