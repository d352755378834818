import { describe, expect, it } from 'vitest';
import { accountNamed, day, fakeProvider, hour, testHook, webhook, world } from './world.ts';

const one = (webhooks = [webhook('live'), testHook('a'), testHook('b')], over = {}) => {
  const fake = fakeProvider(webhooks);
  return { fake, w: world([accountNamed('shop', over)], { shop: fake }) };
};

describe('the way through', () => {
  it('disables, observes for a day, deletes, and proves it', async () => {
    const { fake, w } = one();
    const { items } = await w.scanAndApprove('shop');
    expect(items.map(({ webhookId, decision }) => `${webhookId} ${decision}`)).toEqual(['a propose', 'b propose']);
    await w.run(hour);
    expect(fake.mutations()).toEqual(['disable a', 'disable b']);
    expect(w.record('shop', 'a').state).toBe('observing');
    await w.run(day);
    expect(fake.mutations()).toEqual(['disable a', 'disable b', 'delete a', 'delete b']);
    expect([...fake.state.keys()]).toEqual(['live']);
    const [a] = await w.audit();
    expect(a?.history.map(({ event }) => event)).toEqual([
      'proposed',
      'approved',
      'disabling',
      'observing',
      'deleting',
      'deleted',
    ]);
    expect(a?.backup?.url).toBe('https://a.loca.lt/hook');
    expect(await w.verify()).toEqual({ records: 2, entries: 12, broken: [] });
  });

  it('sends no mutating request before an approval', async () => {
    const { fake, w } = one();
    await w.scan('shop');
    await w.run(2 * day, hour);
    expect(fake.mutations()).toEqual([]);
    expect(w.record('shop', 'a').state).toBe('proposed');
  });
});
