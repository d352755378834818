import { describe, expect, it } from 'vitest';
import type { Resolution } from '../../lib/detect/unresolvable.ts';
import { previewAccounts } from '../../lib/jobs/look.ts';
import type { Account } from '../../lib/policy/policy.ts';
import { day, hour, shop, webhook } from './world.ts';

const rules = { unresolvable: { scans: 3, apartMs: day } };
const hosts = ['live.dev', 'other.dev', 'gone.dev'];

/** `a` stands at gone.dev, which DNS knows as `dns` says; two others live. */
const world = (over: Partial<Account> = {}) => {
  const webhooks = hosts.map((host, at) => webhook(['live', 'other', 'a'][at] ?? '', { url: `https://${host}/in` }));
  const dns: { gone: Resolution; rest: Resolution; asked: string[] } = { gone: 'absent', rest: 'exists', asked: [] };
  const w = shop(webhooks, { rules, ...over });
  w.ports.resolve = async (host) => {
    dns.asked.push(host);
    return host === 'gone.dev' ? dns.gone : dns.rest;
  };
  const scanDaily = async (answers: readonly Resolution[]) => {
    const decisions: (string | undefined)[] = [];
    for (const answer of answers) {
      dns.gone = answer;
      const { items } = await w.scan('shop');
      decisions.push(items.find(({ webhookId }) => webhookId === 'a')?.decision);
      w.pass(day);
    }
    return decisions;
  };
  return { ...w, dns, scanDaily };
};

/** `a` is proposed, approved and switched off. */
const observed = async () => {
  const w = world();
  await w.scanDaily(['absent', 'absent']);
  await w.scanAndApprove('shop');
  await w.work();
  expect(w.record('shop', 'a').state).toBe('observing');
  return w;
};

describe('a host that does not exist', () => {
  it.each<[string, Resolution[], (string | undefined)[]]>([
    ['in three scans is proposed', ['absent', 'absent', 'absent'], ['report', 'report', 'propose']],
    [
      'but once did in between starts again',
      ['absent', 'absent', 'exists', 'absent', 'absent'],
      ['report', 'report', undefined, 'report', 'report'],
    ],
    [
      'in three scans, others unknown, is proposed',
      ['absent', 'unknown', 'absent', 'unknown', 'absent'],
      ['report', 'report', 'report', 'report', 'propose'],
    ],
    [
      'as far as anybody answered is not found',
      ['unknown', 'unknown', 'unknown', 'unknown'],
      [undefined, undefined, undefined, undefined],
    ],
  ])('%s', async (_what, answers, decisions) => {
    expect(await world().scanDaily(answers)).toEqual(decisions);
  });

  it('in many scans of one day is seen once', async () => {
    const w = world();
    for (let at = 0; at < 20; at++) {
      await w.scan('shop');
      w.pass(hour);
    }
    const { items } = await w.scan('shop');
    expect(items[0]?.findings[0]?.evidence).toContain('1 of 3 scans');
  });

  it('is reported by a dry scan, which remembers nothing', async () => {
    const w = world();
    for (let at = 0; at < 4; at++) {
      const [preview] = await previewAccounts(w.ports, ['shop'], { acceptShrink: false });
      expect(preview?.items[0]?.findings[0]).toMatchObject({ rule: 'unresolvable', proposes: false });
      w.pass(day);
    }
    expect(w.table.items.size).toBe(0);
  });

  it('is not believed where every other is absent too, and nothing is remembered of it', async () => {
    const w = world();
    w.dns.rest = 'absent';
    expect(await w.scanDaily(['absent', 'absent', 'absent', 'absent'])).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    w.dns.rest = 'exists';
    expect(await w.scanDaily(['absent'])).toEqual(['report']);
  });

  it('forgets what was seen of it when somebody changes the URL', async () => {
    const w = world();
    await w.scanDaily(['absent', 'absent']);
    w.remote.edit('a', { url: 'https://gone.dev.shop.dev/in' });
    w.dns.rest = 'exists';
    expect(await w.scanDaily(['absent', 'absent'])).toEqual([undefined, undefined]);
  });

  it('is not looked up where the rule is off', async () => {
    const w = world({ rules: { test: { afterMs: day, hosts: [] } } });
    await w.scanDaily(['absent', 'absent', 'absent', 'absent']);
    expect(w.dns.asked).toEqual([]);
  });
});

describe('a webhook whose host does not exist', () => {
  it('is switched off, watched and deleted, and looked up right before each step', async () => {
    const w = await observed();
    w.dns.asked.length = 0;
    await w.run(day + hour, 60_000);
    expect([w.record('shop', 'a').state, w.remote.mutations()]).toEqual(['deleted', ['disable a', 'delete a']]);
    expect(w.dns.asked).toEqual(['gone.dev']);
    expect((await w.verify()).broken).toEqual([]);
  });

  it('is kept where the host exists again before it is switched off', async () => {
    const w = world();
    await w.scanDaily(['absent', 'absent']);
    await w.scanAndApprove('shop');
    w.dns.gone = 'exists';
    await w.run(hour);
    expect([w.record('shop', 'a').state, w.record('shop', 'a').endGuard, w.remote.mutations()]).toEqual([
      'kept',
      'alive',
      [],
    ]);
  });

  it.each(['at the delete', 'at a scan'])('is put back and kept where the host exists again %s', async (when) => {
    const w = await observed();
    w.dns.gone = 'exists';
    if (when === 'at a scan') await w.scan('shop');
    else w.pass(day);
    await w.run(hour);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'kept', endGuard: 'alive', offByUs: false });
    expect([w.remote.mutations(), w.remote.state.get('a')?.enabled]).toEqual([['disable a', 'enable a'], true]);
  });

  it('waits where DNS does not answer before a step, and goes on when it does', async () => {
    const w = await observed();
    w.dns.gone = 'unknown';
    await w.run(2 * day, 60_000);
    expect([w.record('shop', 'a').state, w.remote.mutations(), w.fake.dead]).toEqual(['observing', ['disable a'], []]);
    w.dns.gone = 'absent';
    await w.run(hour);
    expect(w.record('shop', 'a').state).toBe('deleted');
  });

  it('is not saved by deliveries', async () => {
    const w = await observed();
    const at = new Date(w.now() + hour).toISOString();
    w.remote.edit('a', { ...w.remote.state.get('a'), signal: { lastSuccess: at, lastAttempt: at, failing: false } });
    await w.run(day + 2 * hour, 60_000);
    expect(w.record('shop', 'a').state).toBe('deleted');
  });

  it('goes on for another reason that still holds although its host exists again', async () => {
    const w = world({ rules: { ...rules, 'retired-host': { hosts: ['gone.dev'] } } });
    await w.scanDaily(['absent', 'absent']);
    await w.scanAndApprove('shop');
    w.dns.gone = 'exists';
    await w.run(day + hour, 60_000);
    expect(w.record('shop', 'a').state).toBe('deleted');
  });
});
