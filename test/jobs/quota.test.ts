import { describe, expect, it } from 'vitest';
import type { Quota } from '../../lib/providers/quota.ts';
import { accountNamed, fakeProvider, hour, shop, start, testHook, webhook, world } from './world.ts';

const scopes = ['main', 'side', 'yard', 'attic', 'cellar', 'shed'];

/** A provider of which each call takes one of its quota, told by each answer. */
const counting = (
  quota: Quota,
  remote = fakeProvider([webhook('live'), testHook('a'), testHook('b'), testHook('c')]),
) => {
  let left = quota;
  remote.hooks.before = () => {
    left = { ...left, left: left.left - 1 };
  };
  const provider = {
    ...remote.provider,
    scopes: async () => ({ status: 'complete', scopes }) as const,
    quota: () => left,
  };
  return { ...remote, provider, leave: (calls: number) => (left = { ...left, left: calls }) };
};
const ready = async (quota: Quota) => {
  const remote = counting(quota);
  const alone = { ...remote, provider: { ...remote.provider, scopes: fakeProvider([]).provider.scopes } };
  const w = world([accountNamed('shop')], { shop: alone });
  await w.scanAndApprove('shop');
  return { w, remote };
};
const pausedOf = (w: ReturnType<typeof world>) =>
  (w.table.items.get('account#shop\naccount') as unknown as { paused?: { until: number; why: string } }).paused;

describe('an account of which hardly a call is left', () => {
  it('pauses until there are more, before it is refused', async () => {
    const { w, remote } = await ready({ left: 5000, of: 5000, resetAt: start + hour });
    remote.leave(102);
    await w.work();
    expect(remote.mutations()).toEqual(['disable a']);
    expect(pausedOf(w)).toMatchObject({ kind: 'throttle', until: start + hour });
    expect(pausedOf(w)?.why).toContain('100 of 5000 calls');
    const { length } = remote.calls;
    await w.run(hour - 60_000, 30_000);
    expect(remote.calls).toHaveLength(length);
    remote.leave(5000);
    await w.run(10 * 60_000);
    expect(remote.mutations().toSorted()).toEqual(['disable a', 'disable b', 'disable c']);
    expect(w.record('shop', 'b').attempts.disable).toBe(1);
  });

  it('begins no call where its first list says so', async () => {
    const { w, remote } = await ready({ left: 5000, of: 5000, resetAt: start + hour });
    remote.leave(20);
    await w.work();
    expect([remote.mutations(), w.record('shop', 'a').attempts.disable]).toEqual([[], 0]);
  });

  it('writes nothing while there is enough, nor where the time has passed already', async () => {
    const { w, remote } = await ready({ left: 5000, of: 5000, resetAt: start - 1 });
    remote.leave(0);
    await w.work();
    expect([pausedOf(w), remote.mutations().length]).toEqual([undefined, 3]);
    const many = await ready({ left: 5000, of: 5000, resetAt: start + hour });
    await many.w.work();
    expect([pausedOf(many.w), many.remote.mutations().length]).toEqual([undefined, 3]);
  });

  it('is scanned no further, and the scopes that were not listed are named', async () => {
    const remote = counting({ left: 103, of: 5000, resetAt: start + hour });
    const w = world([accountNamed('shop')], { shop: remote });
    const { plan } = await w.scan('shop');
    const listed = remote.calls.filter((call) => call === 'list').length;
    expect(listed).toBeLessThan(scopes.length);
    expect(plan.scopes.map(({ status, error }) => `${status} ${error?.code ?? ''}`.trim())).toEqual(
      scopes.map((_, at) => (at < listed ? 'complete' : 'error throttled')),
    );
    expect(pausedOf(w)?.until).toBe(start + hour);
    expect((await w.scan('shop')).plan.status).toBe('error');
    expect(remote.calls).toHaveLength(listed);
    w.pass(hour);
    remote.leave(5000);
    expect((await w.scan('shop')).plan.status).toBe('complete');
  });
});

describe('a list of a scan that is throttled', () => {
  it('is the last one of that scan', async () => {
    const remote = counting({ left: 5000, of: 5000, resetAt: start + hour });
    remote.faults.list = scopes.map(() => () => ({
      status: 'error',
      outcome: { kind: 'retry', why: '429', pause: 'throttle', afterMs: hour },
    }));
    const w = world([accountNamed('shop')], { shop: remote });
    const { plan } = await w.scan('shop');
    expect(remote.calls.length).toBeLessThanOrEqual(4);
    expect(plan.scopes.map(({ error }) => error?.code)).toEqual(scopes.map(() => 'throttled'));
  });
});

it('a provider that tells nothing is asked as ever', async () => {
  const w = shop([webhook('live'), testHook('a')]);
  await w.scanAndApprove('shop');
  await w.work();
  expect(w.remote.mutations()).toEqual(['disable a']);
});
