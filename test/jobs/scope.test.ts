import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../lib/audit/memory-table.ts';
import { releaseScope, renewScope, takeScope } from '../../lib/jobs/scope.ts';
import { limits } from '../../lib/limits.ts';
import { seededRandom, webhook } from './world.ts';

const ports = () => ({ table: memoryTable(), random: seededRandom() });
const take = (at: ReturnType<typeof ports>, owner: string, now: number, id = owner) =>
  takeScope(at, 'shop', 'main', new Map([[id, 'disable' as const]]), owner, now);
const taken = async (at: ReturnType<typeof ports>, owner: string, now: number, id = owner) => {
  const answer = await take(at, owner, now, id);
  if (!('held' in answer)) throw new Error(`${owner} did not get the lock`);
  return answer;
};
const list = (at: number, enabled: boolean) => ({ webhooks: new Map([['one', webhook('one', { enabled })]]), at });

describe('the lock of a scope', () => {
  it('is held by one until it lapses, and says until when', async () => {
    const at = ports();
    await taken(at, 'one', 0);
    expect(await take(at, 'two', limits.scopeLeaseMs - 1)).toEqual({ until: limits.scopeLeaseMs });
    const { found } = await taken(at, 'two', limits.scopeLeaseMs);
    expect(found).toEqual({ one: { token: 'one', at: 0, step: 'disable' } });
  });

  it('is renewed and given back by its owner alone', async () => {
    const at = ports();
    const first = await taken(at, 'one', 0);
    const second = await taken(at, 'two', limits.scopeLeaseMs);
    expect(await renewScope(at, first.held, limits.scopeLeaseMs + 1)).toBeNull();
    await releaseScope(at, first.held, first.found, null, new Map(), undefined);
    expect(await renewScope(at, second.held, limits.scopeLeaseMs + 1)).not.toBeNull();
    await releaseScope(at, second.held, second.found, null, new Map(), undefined);
    expect((await taken(at, 'three', limits.scopeLeaseMs + 2)).found).toEqual({
      one: { token: 'one', at: 0, step: 'disable' },
    });
  });

  const late = limits.scopeLeaseMs + limits.lateEffectMs;
  it.each([
    ['stays busy without a list', null, true, true],
    ['stays busy while a list shows no effect and one may still come', list(late, true), true, true],
    ['is free when it was answered and a list shows the effect', list(1, false), true, false],
    ['stays busy when nobody answered, though a list shows the effect', list(1, false), false, true],
    ['is free when a list is so late that no effect can come', list(late + 1, true), false, false],
  ])('an id for which a call went out %s', async (_, seen, answered, busy) => {
    const at = ports();
    const { held, found } = await taken(at, 'one', 0);
    await releaseScope(at, held, found, seen, new Map([['one', answered]]), undefined);
    expect('one' in (await taken(at, 'two', 0)).found).toBe(busy);
  });

  it('frees an id of its own for which no call went out', async () => {
    const at = ports();
    const { held, found } = await taken(at, 'one', 0);
    await releaseScope(at, held, found, null, new Map(), undefined);
    expect((await taken(at, 'two', 0)).found).toEqual({});
  });
});
