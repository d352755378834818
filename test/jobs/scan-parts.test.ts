import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pause } from '../../lib/jobs/account.ts';
import { decideOn } from '../../lib/jobs/decide.ts';
import { limits } from '../../lib/limits.ts';
import { slowLists } from './slow-lists.ts';
import { hour } from './world.ts';

const named = (count: number) => Array.from({ length: count }, (_, at) => `repo${String(at).padStart(3, '0')}`);
const scopes = named(60);
const leftOver = 'a scan could not list all of an account';
const throttled = {
  status: 'error',
  outcome: { kind: 'retry', pause: 'throttle', afterMs: 30 * 60_000, why: 'throttled' },
} as const;

/** Sixty scopes of twenty seconds each: about two dozen fit into one invocation. */
const long = () => {
  const s = slowLists(scopes);
  s.pace.listMs = 20_000;
  return s;
};
/** The plan that one scan without a deadline makes of the same account. */
const planOf = async (names: readonly string[]) => (await slowLists(names).scan()).plan.planId;
const statusOf = (s: ReturnType<typeof slowLists>, scope: string) =>
  (s.w.table.items.get(`scope#shop#${scope}\nscope`) as { lastScan?: { status: string; code?: string } } | undefined)
    ?.lastScan;

describe('a scan that runs out of time in the middle of its scopes', () => {
  it('goes on by a message of its own, lists each scope once, and makes the plan of all', async () => {
    const s = long();
    await s.deliver();
    expect([s.sent, s.waiting(), s.proposed()]).toEqual([
      [{ account: 'shop', round: { began: expect.any(Number), part: 1 } }],
      undefined,
      0,
    ]);
    expect(await s.deliverAll()).toBe(2);
    expect(s.discoveries()).toBe(1);
    expect(s.listed().toSorted()).toEqual(scopes);
    expect([s.waiting(), s.proposed(), s.own()?.round]).toEqual([await planOf(scopes), scopes.length, undefined]);
  });

  it('raises no alarm while it goes on', async () => {
    const s = long();
    await s.deliver();
    expect(scopes.filter((scope) => (statusOf(s, scope)?.status ?? 'complete') !== 'complete')).toEqual([]);
    await s.deliverAll();
    expect([s.told(leftOver), new Set(scopes.map((scope) => statusOf(s, scope)?.status))]).toEqual([
      [],
      new Set(['complete']),
    ]);
  });

  it('keeps the plan that waits until it has the new one, in which nothing of any part is lost', async () => {
    const s = long();
    const { plan } = await s.scan();
    s.hooks.set('repo000', [...(s.hooks.get('repo000') ?? [])].slice(0, 1));
    s.w.pass(hour);
    await s.deliver();
    expect(s.waiting()).toBe(plan.planId);
    await s.deliverAll();
    expect(s.waiting()).not.toBe(plan.planId);
    const header = s.w.table.items.get(`plan#${s.waiting()}\nheader`) as unknown as { items: number };
    expect(header.items).toBe(scopes.length - 1);
  });

  it('takes out of the plan what a person vetoed while it went on', async () => {
    const s = long();
    await s.scan();
    s.w.pass(hour);
    await s.deliver();
    const first = s.listed().at(-1) ?? '';
    const [done = ''] = scopes.filter((scope) => statusOf(s, scope) && scope !== first);
    const record = `shop#${done}#endpoint#test-${done}`;
    await decideOn(s.w.ports, 'veto', [record], 'needed', null);
    await s.deliverAll();
    const header = s.w.table.items.get(`plan#${s.waiting()}\nheader`) as unknown as { items: number };
    expect(header.items).toBe(scopes.length - 1);
  });

  it('spends the time of its next part on lists where finding the scopes took all of it', async () => {
    const s = long();
    s.pace.scopesMs = 140_000;
    await s.deliver();
    expect(s.listed()).toEqual([]);
    s.pace.scopesMs = hour;
    expect(await s.deliverAll()).toBe(3);
    expect(s.proposed()).toBe(scopes.length);
  });
});

describe('a round ends', () => {
  it('without a scope whose list takes too long, which is named', async () => {
    const s = slowLists(named(3));
    s.pace.of.set('repo001', hour);
    await s.deliver();
    expect(await s.deliverAll()).toBe(0);
    expect(statusOf(s, 'repo001')).toMatchObject({ status: 'incomplete', code: 'slow' });
    expect([s.proposed(), s.own()?.round]).toEqual([2, undefined]);
  });

  it('where many are too slow: each takes one turn, and the others are planned', async () => {
    const s = slowLists(scopes);
    for (const scope of scopes.slice(10, 21)) s.pace.of.set(scope, hour);
    await s.deliver();
    const parts = await s.deliverAll();
    expect(parts).toBeGreaterThan(0);
    expect(parts).toBeLessThan(limits.scanPartsMax);
    expect(s.proposed()).toBe(scopes.length - 11);
    expect(s.listed().filter((scope) => scope === 'repo010').length).toBeLessThanOrEqual(2);
  });

  it('at once where no list begins at all', async () => {
    const s = long();
    await s.deliver();
    const [next] = s.sent.splice(0);
    if (!next) throw new Error('nothing was sent');
    await s.deliver(next, limits.scanRestMs);
    expect(s.sent).toEqual([]);
    expect(s.told(leftOver)).toHaveLength(1);
    expect(statusOf(s, scopes.at(-1) ?? '')).toMatchObject({ status: 'incomplete', code: 'time' });
  });

  it('for its chain of messages after ten parts, and the next schedule goes on where it stopped', async () => {
    const s = slowLists(named(100));
    s.pace.listMs = 125_000;
    await s.deliver();
    expect(await s.deliverAll()).toBe(limits.scanPartsMax - 1);
    expect(s.told(leftOver)).toHaveLength(1);
    const before = s.listed().length;
    s.w.pass(6 * hour);
    s.pace.listMs = 1000;
    await s.deliver();
    expect(s.listed()).toHaveLength(100 - before);
    expect([s.sent, s.proposed()]).toEqual([[], 100]);
  });

  it('with the schedule where calls ran out instead of time', async () => {
    const s = long();
    s.pace.listMs = 0;
    s.failing.set('repo030', throttled);
    await s.deliver();
    expect([s.sent, s.proposed()]).toEqual([[], 0]);
    expect(s.told(leftOver)).toHaveLength(1);
    const before = s.listed();
    s.failing.clear();
    s.w.pass(6 * hour);
    await s.deliver();
    expect(s.listed()).toHaveLength(60 - before.length + 1);
    expect(s.waiting()).toBe(await planOf(scopes));
  });

  it('where the account is throttled when its message comes, and publishes no part of it', async () => {
    const s = long();
    await s.deliver();
    await pause(s.w.ports, 'shop', 'throttle', s.w.now() + 30 * 60_000, 'told to wait');
    s.listed();
    expect(await s.deliverAll()).toBe(1);
    expect([s.listed(), s.waiting(), s.proposed()]).toEqual([[], undefined, 0]);
    s.w.pass(6 * hour);
    await s.deliver();
    await s.deliverAll();
    expect(s.waiting()).toBe(await planOf(scopes));
  });
});

describe('what an earlier part found', () => {
  it('is not used after a day: the next scan begins anew', async () => {
    const s = long();
    await s.deliver();
    s.sent.splice(0);
    s.listed();
    s.pace.listMs = 0;
    s.w.pass(limits.scanRoundMs);
    await s.deliver();
    expect([s.listed().toSorted(), s.proposed()]).toEqual([scopes, scopes.length]);
  });

  it('is not used where it is no longer what was written: that scope is listed again', async () => {
    const s = long();
    await s.deliver();
    const done = s.listed().filter((scope) => statusOf(s, scope));
    const page = s.w.table.items.get(`scope#shop#${done[0]}\nfound#0`) as unknown as { items: { url: string }[] };
    for (const item of page.items) item.url = 'https://elsewhere.loca.lt/';
    s.pace.listMs = 0;
    await s.deliverAll();
    expect(s.listed().toSorted()).toEqual([...scopes.filter((scope) => !done.includes(scope)), done[0]].toSorted());
    expect(s.waiting()).toBe(await planOf(scopes));
  });
});

describe('a message that asks for a part', () => {
  const came = 'a message that came twice or late';

  it('does nothing when it comes a second time', async () => {
    const s = long();
    await s.deliver();
    const [next] = s.sent;
    await s.deliverAll();
    s.listed();
    if (next) await s.deliver(next);
    expect([s.listed(), s.sent, s.told(came).length]).toEqual([[], [], 1]);
  });

  it('leads to one next part where two hand it over at once', async () => {
    const s = long();
    await s.deliver();
    const [next] = s.sent.splice(0);
    if (!next) throw new Error('nothing was sent');
    await s.drive(Promise.all([s.handOver(next), s.handOver(next)]));
    expect(s.sent).toHaveLength(1);
    await s.deliverAll();
    expect(s.waiting()).toBe(await planOf(scopes));
  });

  it('of an older round does nothing once a new one began', async () => {
    const s = long();
    await s.deliver();
    const [old] = s.sent.splice(0);
    s.w.pass(limits.scanRoundMs);
    await s.deliver();
    s.listed();
    if (old) await s.deliver(old);
    expect([s.listed(), s.told(came).length]).toEqual([[], 1]);
  });

  it('begins anew where the policy changed since, with the messages that its chain has left', async () => {
    const s = long();
    await s.deliver();
    s.setting.policy = { ...s.setting.policy, hash: 'sha256:another' };
    const [next] = s.sent.splice(0);
    s.listed();
    if (next) await s.deliver(next);
    expect(s.sent[0]?.round?.part).toBe(2);
    await s.deliverAll();
    expect(s.listed().toSorted()).toEqual(scopes);
    expect(s.proposed()).toBe(scopes.length);
  });

  it('of an account that is gone from the policy, or with a field that nobody knows, fails like any such message', async () => {
    const s = long();
    const round = { began: 1, part: 1 };
    const failed = { batchItemFailures: [{ itemIdentifier: 'm' }] };
    const asked = [
      { account: 'shop', round: { ...round, more: 1 } },
      { account: 'shop', round: { began: 1 } },
      { account: 'shop', round: { began: -1, part: 1 } },
      { account: 'shop', cursor: 'x' },
    ];
    for (const one of asked) expect(await s.deliver(one as never)).toEqual(failed);
    await s.deliver();
    const [next] = s.sent.splice(0);
    s.setting.policy = { ...s.setting.policy, accounts: [] };
    if (next) expect(await s.deliver(next)).toEqual(failed);
  });
});

it('however long the lists take and whichever messages come twice, the plan is the one of a single scan', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 40 }),
      fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
      async (seconds, twice) => {
        const names = named(seconds.length);
        const s = slowLists(names);
        for (const [at, name] of names.entries()) s.pace.of.set(name, (seconds[at] ?? 0) * 1000);
        await s.deliver();
        for (const again of twice) {
          const next = s.sent.shift();
          if (!next) break;
          const handed = again ? [s.handOver(next), s.handOver(next)] : [s.handOver(next)];
          await s.drive(Promise.all(handed));
        }
        expect(s.sent).toEqual([]);
        expect(s.waiting()).toBe(await planOf(names));
        expect(s.own()?.round).toBeUndefined();
        expect(s.told(leftOver)).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});
