import { describe, expect, it } from 'vitest';
import { planDocument } from '../../lib/plan/plan.ts';
import { day, hour, shop, testHook, webhook } from './world.ts';

const planted = ['pa55-in-userinfo', 'tok-9f8e7d6c5b4a39281706f5e4d3c2b1a0', 'whsec_Zk3x9QpLm2Vt8RwY'];
const url = (host: string) => `https://hook:${planted[0]}@${host}/in?token=${planted[1]}&secret=${planted[2]}`;

describe('secrets in the URL of a webhook', () => {
  it('reach no item of the table, no message, no log line and no plan on the whole way', async () => {
    const w = shop([
      webhook('live'),
      testHook('a', { url: url('a.loca.lt') }),
      testHook('b', { url: url('b.loca.lt') }),
      webhook('c', { url: url('shop.sari-sari-demo.ph') }),
      webhook('d', { url: url('shop.sari-sari-demo.ph') }),
    ]);
    const seen: unknown[] = [];
    const { send } = w.ports.queue;
    w.ports.queue.send = async (jobs) => {
      seen.push(jobs);
      await send(jobs);
    };
    const scan = await w.scanAndApprove('shop');
    w.remote.hooks.after = () => void seen.push([...w.table.items.values()]);
    await w.run(hour);
    await w.decide('veto', 'b');
    await w.run(2 * day, hour);
    seen.push([...w.table.items], w.log, planDocument(w.ports.policy, [scan], w.now(), []), await w.audit());
    const text = JSON.stringify(seen);
    for (const secret of planted) expect([secret, text.includes(secret)]).toEqual([secret, false]);
    expect(w.remote.state.has('a')).toBe(false);
    expect(text).toContain('a.loca.lt');
  });

  it('make a deletion wait for a person even in mode auto', async () => {
    const w = shop([webhook('live')], { mode: 'auto' });
    await w.scan('shop');
    w.remote.edit('a', testHook('a', { url: url('a.loca.lt') }));
    const { items } = await w.scan('shop');
    expect(items[0]?.needsApproval).toEqual(['partly-restorable']);
    await w.run(2 * day, hour);
    expect(w.remote.mutations()).toEqual([]);
  });
});
