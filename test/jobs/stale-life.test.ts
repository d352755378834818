import { describe, expect, it } from 'vitest';
import type { Account } from '../../lib/policy/policy.ts';
import type { Capabilities } from '../../lib/providers/contract.ts';
import { github } from '../../lib/providers/github.ts';
import { gitlab } from '../../lib/providers/gitlab.ts';
import { accountOf } from '../providers/simulated-account.ts';
import { day, hour, shop, start, webhook } from './world.ts';

const minute = 60_000;
const iso = (at: number) => new Date(at).toISOString();
/** Our first scan is this long before the one that proposes it: providers forget, our scans do not. */
const watchedMs = 40 * day;
const begun = start + watchedMs;
const failing = { lastSuccess: null, lastAttempt: iso(begun - hour), failing: true };
const rules = { stale: { afterMs: 30 * day } };

const capabilitiesOf = (definition: typeof github, baseUrl: string): Capabilities =>
  definition.open(
    accountOf(definition.id, { baseUrl, options: { owner: 'octo' } }),
    { token: 'x' },
    {
      call: () => Promise.reject(new Error('no call')),
    },
  ).capabilities;
const atGithub = capabilitiesOf(github, 'https://api.github.com');
const atGitlab = capabilitiesOf(gitlab, 'https://gitlab.com');

/** `a` fails since long; it is switched off where the provider can, else its wait has begun. */
const waiting = async (can: Partial<Capabilities>, over: Partial<Account> = {}) => {
  const w = shop([webhook('live'), webhook('a', { signal: failing })], { rules, ...over }, { signals: true, ...can });
  await w.scan('shop');
  w.pass(watchedMs);
  await w.scanAndApprove('shop');
  await w.work();
  expect(w.record('shop', 'a').state).toBe('observing');
  const deliver = (at: number, changes = {}) =>
    w.remote.edit('a', { signal: { lastSuccess: iso(at), lastAttempt: iso(at), failing: false }, ...changes });
  return { ...w, deliver };
};

describe.each([
  ['45 min', { lateDeliveryMs: 45 * minute }],
  ['GitHub', atGithub],
])('a stale webhook that we switched off, late deliveries as at %s', (_name, can) => {
  const late = can.lateDeliveryMs;

  it('keeps in its record until when a delivery may be a late one', async () => {
    const w = await waiting(can);
    expect(w.record('shop', 'a').quietUntil).toBe(begun + late);
  });

  it.each(['to the end of the window', 'in the window'])('is not saved by a delivery %s', async (when) => {
    const w = await waiting(can);
    w.deliver(begun + (when === 'in the window' ? minute : late));
    await w.scan('shop');
    await w.run(day + hour, minute);
    expect(w.record('shop', 'a').state).toBe('deleted');
  });

  it.each(['the delete', 'the next scan'])('is put back and kept by a later one, at %s', async (when) => {
    const w = await waiting(can);
    w.deliver(begun + late + 1000);
    w.pass(late + minute);
    if (when === 'the next scan') await w.scan('shop');
    await w.run(day + hour, minute);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'kept', endGuard: 'alive', offByUs: false });
    expect(w.remote.mutations()).toEqual(['disable a', 'enable a']);
    expect(w.record('shop', 'a').history.some(({ detail }) => detail.includes('a delivery succeeded at'))).toBe(true);
  });

  it('goes although the provider tells nothing of deliveries while it is off', async () => {
    const w = await waiting(can);
    w.remote.edit('a', { signal: { lastSuccess: null, lastAttempt: null, failing: true } });
    await w.run(day + hour, minute);
    expect(w.record('shop', 'a').state).toBe('deleted');
  });

  it('is put back where the policy asks for a longer silence by now', async () => {
    const w = await waiting(can);
    const accounts = w.ports.policy.accounts.map((one) => ({ ...one, rules: { stale: { afterMs: 200 * day } } }));
    w.ports.policy = { ...w.ports.policy, accounts };
    w.remote.edit('a', { signal: { ...failing } });
    await w.run(day + hour, minute);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'kept', endGuard: 'changed' });
  });
});

describe('an observation that lasts longer than the rule asks for', () => {
  it('does not save a webhook, which cannot be attempted while it is off', async () => {
    const w = await waiting(
      {},
      { rules: { stale: { afterMs: 2 * day } }, lifecycle: { noticeMs: 0, observeMs: 7 * day } },
    );
    await w.run(8 * day, hour);
    expect(w.record('shop', 'a').state).toBe('deleted');
  });
});

describe('a stale webhook at a provider that cannot switch off (GitLab)', () => {
  it('goes when its wait is over', async () => {
    const w = await waiting(atGitlab);
    expect(w.record('shop', 'a').quietUntil).toBeUndefined();
    w.remote.edit('a', { signal: { ...failing, lastAttempt: iso(begun + hour) } });
    await w.run(day + hour, minute);
    expect([w.record('shop', 'a').state, w.remote.mutations()]).toEqual(['deleted', ['delete a']]);
  });

  it('is kept by any delivery in its wait', async () => {
    const w = await waiting(atGitlab);
    w.deliver(begun + minute);
    w.pass(hour);
    await w.run(day + hour, minute);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'kept', endGuard: 'alive' });
    expect(w.remote.mutations()).toEqual([]);
  });
});

describe.each([
  ['test', { url: 'https://a.loca.lt/x' }, { test: { afterMs: 0, hosts: [] } }],
  ['retired-host', { url: 'https://old.dev/x' }, { 'retired-host': { hosts: ['old.dev'] } }],
  [
    'duplicate',
    { url: 'https://shop.sari-sari-demo.ph/hooks/live', createdAt: iso(start - 200 * day) },
    { duplicate: { keep: 'newest' } as const },
  ],
] as const)('a webhook found by %s', (_rule, changes, only) => {
  it('is not saved by deliveries', async () => {
    const success = { lastSuccess: iso(start - hour), lastAttempt: iso(start - hour), failing: false };
    const w = shop(
      [webhook('live', { signal: success }), webhook('a', { signal: success, ...changes })],
      { rules: only },
      { signals: true },
    );
    await w.scanAndApprove('shop');
    await w.work();
    const at = iso(start + 5 * hour);
    w.remote.edit('a', { signal: { lastSuccess: at, lastAttempt: at, failing: false } });
    await w.run(day + hour, minute);
    expect(w.record('shop', 'a').state).toBe('deleted');
  });
});

describe('a webhook found by superseded-secret', () => {
  it('is not saved by deliveries to the endpoint beside it', async () => {
    const secret = (id: string, days: number) =>
      webhook(id, { kind: 'signing-secret', url: null, events: [], createdAt: iso(start - days * day) });
    const kinds = ['endpoint', 'signing-secret'] as const;
    const w = shop(
      [webhook('live'), secret('new', 30), secret('a', 90)],
      { rules: { 'superseded-secret': { overlapMs: 7 * day, keep: 1 } } },
      { kinds, disable: kinds, signals: true },
    );
    await w.scanAndApprove('shop');
    await w.work();
    const at = iso(start + 5 * hour);
    w.remote.edit('live', { signal: { lastSuccess: at, lastAttempt: at, failing: false } });
    await w.run(day + hour, minute);
    expect(w.remote.state.has('a')).toBe(false);
  });
});
