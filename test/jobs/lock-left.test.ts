import { describe, expect, it } from 'vitest';
import type { CleanupRecord } from '../../lib/audit/record.ts';
import { change, type Item } from '../../lib/audit/table.ts';
import { type ScopeItem, scopeKey, takeScope } from '../../lib/jobs/scope.ts';
import { statusOf } from '../../lib/jobs/status.ts';
import { sweep } from '../../lib/jobs/sweep.ts';
import { limits } from '../../lib/limits.ts';
import { day, shop, testHook, webhook } from './world.ts';

const scopeItem = (w: ReturnType<typeof shop>) => w.table.items.get('scope#shop#main\nscope') as ScopeItem;
const ready = async (...ids: string[]) => {
  const w = shop([webhook('live'), ...ids.map((id) => testHook(id))]);
  await w.scanAndApprove('shop');
  return w;
};
const take = (w: ReturnType<typeof shop>, owner: string) =>
  takeScope(w.ports, 'shop', 'main', new Map([['other', 'delete' as const]]), owner, w.now());

describe('a lock that nobody gave back', () => {
  it('is free as soon as the records say that its shift is done with all of them', async () => {
    const w = await ready('a', 'b');
    await w.work();
    expect(Object.keys(scopeItem(w).busy)).toEqual(['a', 'b']);
    expect(scopeItem(w).lock?.until).toBeGreaterThan(w.now());
    expect((await statusOf(w.ports, 0)).accounts[0]?.scopes[0]?.busy).toBe(0);
    expect(await take(w, 'next')).toMatchObject({ found: {} });
  });

  it('lets a veto through at once', async () => {
    const w = await ready('a');
    await w.work();
    await w.decide('veto', 'a');
    await w.work();
    expect([w.remote.state.get('a')?.enabled, w.record('shop', 'a').state]).toEqual([true, 'kept']);
  });

  it('stays taken while one of its records says nothing, and so do its ids', async () => {
    const w = await ready('a', 'b');
    await w.work();
    await change(w.ports, w.record('shop', 'b'), (b) => (b ? { next: { ...b, over: 'somebody else' } } : null));
    expect(await take(w, 'next')).toEqual({ until: scopeItem(w).lock?.until });
    w.pass(limits.scopeLeaseMs);
    expect(await take(w, 'next')).toMatchObject({ found: { b: { step: 'disable' } } });
  });

  it.each([
    ['another state', () => ({ state: 'approved' })],
    ['a time that is none', ({ over }: CleanupRecord) => ({ over: `${over}@never!` })],
  ])('counts for nothing where the record cannot be believed: %s', async (_, edit) => {
    const w = await ready('a');
    await w.work();
    await w.table.put({ ...w.record('shop', 'a'), ...edit(w.record('shop', 'a')) } as Item, []);
    expect(await take(w, 'next')).toEqual({ until: scopeItem(w).lock?.until });
  });

  it('says nothing of a later shift on the same webhook', async () => {
    const w = await ready('a');
    await w.work();
    w.remote.faults.call = [{ outcome: { kind: 'unknown', why: 'no answer' }, effect: false }];
    w.pass(day);
    await sweep(w.ports);
    await w.work();
    expect(w.record('shop', 'a')).toMatchObject({ state: 'deleting', pending: { outcome: 'unknown' } });
    expect(await take(w, 'next')).toMatchObject({ found: { a: { step: 'delete' } } });
  });
});

it.each([
  ['without an answer', { outcome: { kind: 'unknown', why: 'no answer' }, effect: true } as const, ['a']],
  ['that was put off', { outcome: { kind: 'retry', why: '503' }, effect: false } as const, []],
])('after a call %s the lock is given back by a write', async (_, fault, busy) => {
  const w = await ready('a', 'b');
  w.remote.faults.call = [fault];
  await w.work();
  expect([scopeItem(w).lock, Object.keys(scopeItem(w).busy)]).toEqual([undefined, busy]);
  expect(scopeKey('shop', 'main').pk).toBe(scopeItem(w).pk);
});
