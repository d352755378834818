import { describe, expect, it } from 'vitest';
import { limits } from '../../lib/limits.ts';
import { fiveMinutes, slowLists } from './slow-lists.ts';
import { hour } from './world.ts';

const scopes = Array.from({ length: 36 }, (_, at) => `repo${String(at).padStart(2, '0')}`);
const leftOver = 'a scan could not list all of an account';

describe('a scan that runs out of time', () => {
  it('ends by itself, names what it did not list, and proposes nothing', async () => {
    const s = slowLists(scopes);
    s.pace.listMs = 20_000;
    const until = s.w.now() + fiveMinutes;
    const { plan } = await s.scan(fiveMinutes);
    const done = s.listed();
    expect(s.w.now()).toBeLessThanOrEqual(until - limits.scanRestMs);
    expect(done.length).toBeLessThan(scopes.length);
    expect(plan.status).toBe('incomplete');
    expect(plan.scopes.map(({ scope, error }) => `${scope} ${error?.code ?? 'complete'}`)).toEqual(
      scopes.map((scope) => `${scope} ${done.includes(scope) ? 'complete' : 'time'}`),
    );
    expect([s.waiting(), s.proposed()]).toEqual([undefined, 0]);
  });

  it('leaves the plan that waits as it is, and the next whole scan makes the same plan in any order', async () => {
    const s = slowLists(scopes);
    const { plan } = await s.scan(fiveMinutes);
    expect([s.waiting(), s.proposed()]).toEqual([plan.planId, scopes.length]);
    s.w.pass(hour);
    s.pace.listMs = 20_000;
    expect((await s.scan(fiveMinutes)).plan.status).toBe('incomplete');
    expect([s.waiting(), s.proposed()]).toEqual([plan.planId, scopes.length]);
    s.w.pass(25 * hour);
    s.pace.listMs = 0;
    const again = await s.scan();
    expect([again.plan.status, again.plan.planId, s.waiting()]).toEqual(['complete', plan.planId, plan.planId]);
    expect(again.plan.scopes.map(({ scope }) => scope)).toEqual(scopes);
  });

  it('cuts a list off that goes on into the time for what comes after it', async () => {
    const s = slowLists(scopes);
    s.pace.listMs = 1000;
    s.pace.of.set('repo00', hour);
    const until = s.w.now() + fiveMinutes;
    const { plan } = await s.scan(fiveMinutes);
    expect(s.w.now()).toBeLessThanOrEqual(until - limits.scanRestMs);
    expect(plan.scopes.filter(({ status }) => status !== 'complete')).toMatchObject([
      { scope: 'repo00', status: 'incomplete', error: { code: 'slow' } },
    ]);
    expect(s.proposed()).toBe(scopes.length - 1);
  });

  it('asks last next time what took all of its time, however often it fails', async () => {
    const s = slowLists(scopes);
    s.pace.listMs = 1000;
    for (const scope of scopes.slice(0, 4)) s.pace.of.set(scope, hour);
    await s.scan(fiveMinutes);
    expect(s.listed()).toEqual(scopes.slice(0, 4));
    s.setting.policy = { ...s.setting.policy, hash: 'sha256:another' };
    s.w.pass(hour);
    await s.scan(fiveMinutes);
    expect(s.listed().slice(-4)).toEqual(scopes.slice(0, 4));
  });
});

describe('without a deadline', () => {
  it('a scan takes its time, however long that is', async () => {
    const s = slowLists(scopes);
    s.pace.listMs = hour;
    expect((await s.scan()).plan.status).toBe('complete');
    expect([s.sent, s.told(leftOver), s.proposed()]).toEqual([[], [], scopes.length]);
  });
});
