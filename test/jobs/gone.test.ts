import { describe, expect, it } from 'vitest';
import { isGoneFull, markedGone, withGone } from '../../lib/jobs/gone.ts';
import type { ScopeItem } from '../../lib/jobs/scope.ts';
import { sweep } from '../../lib/jobs/sweep.ts';
import { limits } from '../../lib/limits.ts';
import { day, shop, testHook, webhook } from './world.ts';

const minute = 60_000;
const ids = (count: number) => Array.from({ length: count }, (_, at) => `t${at}`);
const scopeItem = (w: ReturnType<typeof shop>) => w.table.items.get('scope#shop#main\nscope') as ScopeItem;

/** A shop whose test webhooks are off, with their deletes in the queue. */
const deleting = async (count: number) => {
  const strangers = Array.from({ length: 9 }, (_, at) => webhook(`live${at}`));
  const w = shop([...strangers, ...ids(count).map((id) => testHook(id))]);
  await w.scanAndApprove('shop');
  await w.work(w.fake.visible());
  w.pass(day);
  await sweep(w.ports);
  return w;
};

describe('what a scope knows to be deleted', () => {
  it('is marked by whoever takes the lock next, until a good list is noted', async () => {
    const w = await deleting(4);
    await w.work(w.fake.visible().slice(0, 2));
    await w.work(w.fake.visible().slice(0, 1));
    expect(markedGone(scopeItem(w).gone, ids(4))).toEqual(['t0', 't1']);
    await w.scan('shop');
    expect(scopeItem(w).gone).toBeUndefined();
  });

  it('is marked by a shift that gives its lock back', async () => {
    const w = await deleting(3);
    w.remote.faults.call = [
      { outcome: { kind: 'done', why: '204' }, effect: true },
      { outcome: { kind: 'unknown', why: 'no answer' }, effect: true },
    ];
    await w.work(w.fake.visible());
    expect([scopeItem(w).lock, markedGone(scopeItem(w).gone, ids(3))]).toEqual([undefined, ['t0']]);
  });

  it('never stands for what a stranger removed: more of that than the policy allows is still believed by nobody', async () => {
    const w = await deleting(4);
    await w.work(w.fake.visible().slice(0, 2));
    for (const id of ['live5', 'live6', 'live7', 'live8']) w.remote.state.delete(id);
    w.remote.calls.length = 0;
    await w.work(w.fake.visible());
    expect([w.remote.mutations(), w.record('shop', 't2').waitFor]).toEqual([[], 'list']);
  });

  it('is noted in a good list when there is no room for more marks, and forgotten then', async () => {
    const w = await deleting(2);
    const known = withGone(undefined, ids(limits.goneMax));
    await w.table.put({ ...scopeItem(w), gone: known } as ScopeItem, []);
    expect(isGoneFull(scopeItem(w).gone)).toBe(true);
    w.remote.state.delete('live8');
    await w.work(w.fake.visible().slice(0, 1));
    expect([scopeItem(w).gone, scopeItem(w).lastGood?.webhooks]).toEqual([known, 11]);
    w.remote.edit('live8', webhook('live8'));
    await w.run(minute);
    expect(markedGone(scopeItem(w).gone, ids(limits.goneMax))).toEqual(['t0', 't1']);
  });
});

it('marks are bounded, and the newest stay', () => {
  const all = ids(limits.goneMax + 3);
  const marks = all.reduce<string | undefined>((gone, id) => withGone(gone, [id]), undefined);
  expect(markedGone(marks, all)).toEqual(all.slice(3));
  expect(withGone(marks, ['t5'])).toBe(marks);
});
