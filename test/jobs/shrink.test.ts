import { describe, expect, it } from 'vitest';
import { readScope } from '../../lib/jobs/scope.ts';
import { day, hour, shop, testHook, webhook } from './world.ts';

const lost = ['x', 'y', 'z'];

/** `a` is off and watched when somebody removes three of the other six. */
const shrunken = async () => {
  const others = [...lost, 'u', 'v'].map((id) => webhook(id, { events: ['OTHER'] }));
  const w = shop([webhook('live'), testHook('a'), ...others]);
  await w.scanAndApprove('shop');
  await w.work();
  for (const id of lost) w.remote.state.delete(id);
  return w;
};

describe('a population of which more than limits.shrink is gone', () => {
  it('is refused with how many are missing, of how many, and the way out', async () => {
    const w = await shrunken();
    const { plan, items } = await w.scan('shop');
    expect(items).toEqual([]);
    expect(plan.scopes[0]).toMatchObject({
      status: 'incomplete',
      error: {
        code: 'shrink',
        message: '3 of 7 webhooks of the last good scan are missing, more than 30 % (limits.shrink)',
        hint: expect.stringContaining('hooksweep scan --accept-shrink'),
      },
    });
  });

  it('makes the worker wait for as long as nobody accepts it, and scans do not accept it by themselves', async () => {
    const w = await shrunken();
    for (let at = 0; at < 5; at++) {
      await w.scan('shop');
      await w.run(day, hour / 2);
    }
    expect([w.record('shop', 'a').state, w.remote.mutations()]).toEqual(['observing', ['disable a']]);
    expect([w.fake.dead, w.record('shop', 'a').held]).toEqual([[], undefined]);
  });

  it('goes on at once when a person accepted it, and the acceptance is in the story of the account', async () => {
    const w = await shrunken();
    await w.scan('shop');
    await w.run(2 * day, hour / 2);
    const { plan } = await w.scan('shop', true);
    expect(plan.status).toBe('complete');
    expect((await readScope(w.ports, 'shop', 'main'))?.lastGood?.webhooks).toBe(4);
    await w.run(60_000);
    expect([w.record('shop', 'a').state, w.remote.mutations()]).toEqual(['deleted', ['disable a', 'delete a']]);
    const events = (
      w.table.items.get('account#shop\naccount') as unknown as { history: { event: string; actor: string }[] }
    ).history;
    expect(events).toMatchObject([{ event: 'shrink accepted', actor: 'os:tester@here' }]);
  });

  it('is refused anew where more goes after it was accepted', async () => {
    const w = await shrunken();
    await w.scan('shop', true);
    for (const id of ['u', 'v']) w.remote.state.delete(id);
    expect((await w.scan('shop')).plan.scopes[0]?.error?.message).toContain('2 of 4 webhooks');
    await w.run(2 * day, hour / 2);
    expect(w.record('shop', 'a').state).toBe('observing');
  });

  it('is no shrink as far as we deleted it ourselves', async () => {
    const tests = ['a', 'b', 'c'].map((id) => testHook(id));
    const w = shop([webhook('live'), ...tests]);
    await w.scanAndApprove('shop');
    await w.run(day + hour, 60_000);
    expect(w.remote.state.size).toBe(1);
    expect((await w.scan('shop')).plan.status).toBe('complete');
  });
});
