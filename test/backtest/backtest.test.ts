import { describe, expect, it } from 'vitest';
import type { Item } from '../../lib/audit/table.ts';
import { requestRestore } from '../../lib/jobs/restore.ts';
import { accountNamed, day, hour, start, testHook, webhook } from '../jobs/world.ts';
import { ids, recorded, regrets } from './build.ts';

const ago = (ms: number) => new Date(start - ms).toISOString();
const off = (id: string, days: number) =>
  webhook(id, { enabled: false, createdAt: ago(400 * day), updatedAt: ago(days * day) });
const { rules } = accountNamed('shop');
const sooner = { rules: { ...rules, disabled: { afterMs: 5 * day } } };

describe('a back-test', () => {
  it('of the same policy finds no difference, and proposes what the scan proposed', async () => {
    const w = recorded([webhook('live'), testHook('a'), off('old', 40)]);
    const { items } = await w.scan('shop');
    const result = await w.test({});
    expect(result).toMatchObject({ scans: 1, additional: [], noLonger: [], warnings: [], unreadable: 0 });
    expect(result.accounts).toMatchObject([
      { account: 'shop', scans: 1, present: items.length, changed: items.length },
    ]);
  });

  it('of a looser rule tells what it would have proposed, and when the present one does', async () => {
    const w = recorded([webhook('live'), off('young', 10), off('middle', 28), off('old', 40)]);
    for (let at = 0; at < 4; at++) {
      await w.scan('shop');
      w.pass(day);
    }
    const { additional, noLonger, summary } = await w.test(sooner);
    expect(additional).toMatchObject([
      { webhookId: 'middle', scans: 2, otherFirstAt: new Date(start + 2 * day).toISOString(), regret: null },
      { webhookId: 'young', firstAt: new Date(start).toISOString(), scans: 4, otherFirstAt: null, regret: null },
    ]);
    expect([noLonger, summary]).toEqual([[], { additional: 2, regret: 0, noLonger: 0, spared: 0 }]);
  });

  it('of a tighter policy tells what it would no longer have proposed', async () => {
    const w = recorded([webhook('live'), testHook('a'), testHook('b')]);
    await w.scan('shop');
    const protect = [{ host: 'a.loca.lt', because: 'the demo' }];
    const { additional, noLonger } = await w.test({ protect });
    expect([ids(additional), ids(noLonger)]).toEqual([[], ['a']]);
  });

  it('judges by the guards of a scan: the last one for an event stays, and nothing but a policy lifts that', async () => {
    const w = recorded([off('young', 10), testHook('a', { events: ['VOID'] })]);
    await w.scan('shop');
    expect(ids((await w.test({})).additional)).toEqual([]);
    expect(ids((await w.test({ keepLast: false })).additional)).toEqual(['a']);
  });

  it('judges each scan as of its time', async () => {
    const w = recorded([webhook('live'), off('young', 10)]);
    await w.scan('shop');
    w.pass(300 * day);
    expect(ids((await w.test({ rules: { disabled: { afterMs: 50 * day } } })).additional)).toEqual([]);
  });

  it('says since when it looks, and looks no further back', async () => {
    const w = recorded([webhook('live'), off('young', 10)]);
    for (let at = 0; at < 3; at++) {
      await w.scan('shop');
      w.pass(day);
    }
    const { scans, from, to } = await w.test(sooner, start + day);
    expect([scans, from, to]).toEqual([
      2,
      new Date(start + day).toISOString(),
      new Date(start + 2 * day).toISOString(),
    ]);
  });

  it('counts a population that was altered, and judges the others', async () => {
    const w = recorded([webhook('live'), off('young', 10)]);
    await w.scan('shop');
    w.pass(day);
    w.remote.edit('live', { name: 'till' });
    await w.scan('shop');
    const page = [...w.table.items.values()].find(({ sk }) => sk === 'population#0#0');
    await w.table.put({ ...page, rows: [] } as unknown as Item, []);
    const { scans, unreadable, additional } = await w.test(sooner);
    expect([scans, unreadable, additional.map((one) => one.scans)]).toEqual([1, 1, [1]]);
  });

  it('says what the scans cannot tell', async () => {
    const w = recorded([webhook('live')]);
    expect((await w.test({})).warnings).toEqual(['no scan of shop is kept']);
    await w.scan('shop');
    const { warnings } = await w.test({ rules: { unresolvable: { scans: 3, apartMs: day } } });
    expect(warnings).toEqual([expect.stringContaining('did not ask DNS')]);
  });

  it('changes nothing', async () => {
    const w = recorded([webhook('live'), off('young', 10), testHook('a')]);
    await w.scan('shop');
    const before = structuredClone([...w.table.items]);
    await w.test(sooner);
    expect([...w.table.items]).toEqual(before);
  });
});

describe('regret', () => {
  it('is what a person had put back', async () => {
    const w = recorded([webhook('live'), testHook('a'), testHook('b')]);
    await w.scanAndApprove('shop');
    await w.run(hour);
    const asked = { reason: 'the demo', secrets: {}, secretTo: null, dryRun: false };
    expect(await requestRestore(w.ports, w.record('shop', 'a'), asked)).toMatchObject({ ok: true });
    await w.run(hour);
    expect(w.record('shop', 'a').state).toBe('restored');
    expect(regrets((await w.test({ rules: {} })).noLonger)).toEqual({ a: 'restored', b: null });
  });

  const stale = { rules: { ...rules, stale: { afterMs: 2 * day } } };
  const signal = (lastSuccess: string, lastAttempt: string) => ({ lastSuccess, lastAttempt, failing: true });

  it('is a delivery after the proposal, in a later snapshot', async () => {
    const failing = webhook('busy', { signal: signal(ago(5 * day), ago(hour)) });
    const w = recorded([webhook('live'), failing, { ...failing, id: 'quiet' }], {}, { signals: true });
    await w.scan('shop');
    w.pass(day);
    w.remote.edit('busy', { signal: signal(ago(-hour), ago(-hour)) });
    await w.scan('shop');
    const { additional, summary } = await w.test({ ...stale });
    expect(regrets(additional)).toMatchObject({ busy: 'delivery', quiet: null });
    expect(summary.regret).toBe(1);
  });

  it('is no delivery to a duplicate, which the survivor receives as well', async () => {
    const twin = (id: string) =>
      webhook(id, { url: 'https://shop.sari-sari-demo.ph/x', signal: signal(ago(hour), ago(hour)) });
    const healthy = (id: string) => ({ ...twin(id), signal: { ...signal(ago(hour), ago(hour)), failing: false } });
    const w = recorded([healthy('one'), healthy('two')], { rules: {} }, { signals: true });
    await w.scan('shop');
    w.pass(day);
    for (const id of ['one', 'two']) w.remote.edit(id, { signal: signal(ago(-hour), ago(-hour)) });
    await w.scan('shop');
    const { additional } = await w.test({ rules: { duplicate: { keep: 'newest' } } });
    expect(Object.values(regrets(additional))).toEqual([null]);
  });

  it('is what somebody switched on, even within the same day', async () => {
    const w = recorded([webhook('live'), off('young', 10)]);
    await w.scan('shop');
    w.remote.edit('young', { enabled: true });
    w.pass(hour);
    await w.scan('shop');
    const { additional } = await w.test(sooner);
    expect(additional).toMatchObject([
      { webhookId: 'young', regret: { why: 'enabled', at: new Date(start + hour).toISOString() } },
    ]);
  });

  it('is not what was on before: a scan that proposes it later starts anew', async () => {
    const w = recorded([webhook('live'), webhook('other')]);
    await w.scan('shop');
    w.pass(day);
    w.remote.edit('other', { enabled: false, updatedAt: ago(-day) });
    for (let at = 0; at < 7; at++) {
      await w.scan('shop');
      w.pass(day);
    }
    expect(regrets((await w.test(sooner)).additional)).toEqual({ other: null });
  });

  it('is what somebody edited', async () => {
    const w = recorded([webhook('live'), off('young', 10)]);
    await w.scan('shop');
    w.pass(day);
    w.remote.edit('young', { url: 'https://shop.sari-sari-demo.ph/new' });
    await w.scan('shop');
    expect(regrets((await w.test(sooner)).additional)).toEqual({ young: 'edited' });
  });

  it('is what a person kept, and spares where the changed policy would not have proposed it', async () => {
    const w = recorded([webhook('live'), testHook('a'), testHook('b')]);
    await w.scan('shop');
    w.pass(hour);
    await w.decide('veto', 'a');
    w.pass(hour);
    const { noLonger, summary } = await w.test({ rules: {} });
    expect(regrets(noLonger)).toEqual({ a: 'vetoed', b: null });
    expect(summary).toEqual({ additional: 0, regret: 0, noLonger: 2, spared: 1 });
  });
});
