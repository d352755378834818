import { describe, expect, it } from 'vitest';
import { type CleanupRecord, emptyRecord } from '../../lib/audit/record.ts';
import { isOpen, states } from '../../lib/audit/states.ts';
import { coverOf } from '../../lib/plan/cover.ts';
import { recordGuards, secretsInUse, standingGuards, vetoStands } from '../../lib/plan/guards.ts';
import type { Account } from '../../lib/policy/policy.ts';
import { fingerprint, type Webhook } from '../../lib/webhook.ts';
import { accountNamed, start, webhook } from '../jobs/world.ts';

const now = start;
const print = fingerprint(webhook('a'));
const subject = { account: 'shop', scope: 'main', kind: 'endpoint', webhookId: 'a' } as const;
const record = (over: Partial<CleanupRecord>): CleanupRecord => ({
  ...emptyRecord(subject, 'fake', 'sandbox'),
  ...{ version: 1, lastWrite: 'w', cycle: 1, fingerprint: print, rules: 'r1' },
  ...over,
});
const secret = (id: string, over: Partial<Webhook> = {}): Webhook =>
  webhook(id, { kind: 'signing-secret', url: null, events: [], ...over });

const around = (webhooks: readonly Webhook[], account: Account = accountNamed('shop')) => ({
  account,
  now,
  cover: coverOf(webhooks, new Set()),
  secretsInUse: secretsInUse(webhooks),
});

describe('the guards of a webhook as it stands', () => {
  const alone = webhook('a', { events: ['PAID', 'VOID'] });

  it('are none where another one receives all of its events', () => {
    const both = [alone, webhook('b', { events: ['*'] })];
    expect(standingGuards(alone, true, around(both), false)).toEqual({ guards: [], last: false });
  });

  it('name the events that nobody else would receive', () => {
    const detail = 'no other enabled webhook here covers PAID, VOID';
    const guards = [{ guard: 'last-one', detail }];
    expect(standingGuards(alone, true, around([alone]), false)).toEqual({ guards, last: false });
  });

  it('ask for no cover of what was off, nor where the last one was agreed to, which is told', () => {
    expect(standingGuards(alone, false, around([alone]), false)).toEqual({ guards: [], last: false });
    expect(standingGuards(alone, true, around([alone]), true)).toEqual({ guards: [], last: true });
    expect(standingGuards(alone, false, around([alone]), true)).toEqual({ guards: [], last: false });
    const both = [alone, webhook('b', { events: ['*'] })];
    expect(standingGuards(alone, true, around(both), true)).toEqual({ guards: [], last: false });
  });

  it('say why the policy protects it, also where the last one was agreed to', () => {
    const protect = [
      { id: 'b', because: 'another' },
      { id: 'a', because: 'checkout' },
    ];
    const protectedOne = { guard: 'protected', detail: 'protected by the policy: checkout' };
    const given = around([alone], accountNamed('shop', { protect }));
    expect(standingGuards(alone, true, given, true)).toEqual({ guards: [protectedOne], last: true });
    expect(standingGuards(alone, true, given, false).guards.map(({ guard }) => guard)).toEqual([
      'protected',
      'last-one',
    ]);
  });

  it('hold a protection to its account and provider', () => {
    const of = (key: 'account' | 'provider', name: string) => [{ [key]: name, because: 'x' }];
    const guardsWith = (protect: Account['protect']) =>
      standingGuards(alone, false, around([alone], accountNamed('shop', { protect })), false).guards.length;
    expect(
      [of('account', 'shop'), of('account', 'b'), of('provider', 'fake'), of('provider', 'b')].map(guardsWith),
    ).toEqual([...[1, 0, 1, 0]]);
  });

  it('keep a secret that any webhook refers to, be it off, and no endpoint of the same id', () => {
    const webhooks = [secret('s'), secret('t'), webhook('a', { secretId: 's', enabled: false }), webhook('s')];
    const [used, unused, , endpoint] = webhooks as [Webhook, Webhook, Webhook, Webhook];
    const guards = [{ guard: 'in-use', detail: 'a webhook signs with it' }];
    expect(standingGuards(used, true, around(webhooks), false).guards).toEqual(guards);
    expect(standingGuards(unused, true, around(webhooks), false).guards).toEqual([]);
    expect(standingGuards(endpoint, false, around(webhooks), false).guards).toEqual([]);
    expect(secretsInUse(webhooks)).toEqual(new Set(['s']));
  });
});

describe('a veto', () => {
  const veto = { reason: 'needed', actor: 'os:me@here', until: now + 1, rules: 'r1', config: print };
  const stands = (over: Partial<typeof veto> | { until: null }, at = now, as = print, rules = 'r1') =>
    vetoStands(record({ veto: { ...veto, ...over } }), as, rules, at);

  it('stands up to its end and not at it, or for good', () => {
    expect([stands({}), stands({}, now + 1), stands({}, now + 2), stands({ until: null }, now * 2)]).toEqual([
      ...[true, false, false, true],
    ]);
    expect(vetoStands(record({}), print, 'r1', now)).toBe(false);
  });

  it('stands while the configuration and the rules are the same, on or off', () => {
    const off = fingerprint(webhook('a', { enabled: false }));
    const other = fingerprint(webhook('a', { name: 'x' }));
    expect([stands({}, now, off), stands({}, now, other), stands({}, now, print, 'r2')]).toEqual([true, false, false]);
  });

  it('is told with who and why', () => {
    expect(recordGuards(record({ veto }), print, 'r1', now)).toEqual([
      { guard: 'vetoed', detail: 'vetoed by os:me@here: needed' },
    ]);
  });
});

describe('what an earlier or present cycle says against a new one', () => {
  const said = (over: Partial<CleanupRecord>, as = print, rules = 'r1') => recordGuards(record(over), as, rules, now);

  it('is nothing for a proposal, and for what was kept or is gone', () => {
    for (const state of ['proposed', 'kept', 'gone'] as const) expect([state, said({ state })]).toEqual([state, []]);
  });

  it.each([
    ['restored', 'restored', 'it was put back by a person and is not swept again'],
    ['deleted', 'changed', 'recorded as deleted, yet listed again; look at its audit'],
    ['disabled', 'open', 'rests switched off by us'],
    ['failed', 'refused', 'an earlier cycle failed and nothing changed since; see its audit'],
  ] as const)('where it is %s', (state, guard, detail) => {
    expect(said({ state })).toEqual([{ guard, detail }]);
  });

  it('is that one is open, with its due date or why it is held', () => {
    for (const state of states.filter((one) => isOpen(one) && one !== 'proposed')) {
      const due = said({ state, dueAt: now });
      expect(due).toEqual([{ guard: 'open', detail: `already ${state}; next step due 2026-11-02T08:00:00.000Z` }]);
      expect(said({ state })).toEqual([{ guard: 'open', detail: `already ${state}` }]);
      expect(said({ state, held: 'x' })).toEqual([{ guard: 'open', detail: `already ${state}, held: x` }]);
    }
  });

  it('lasts for a failure and for a sign of life until the webhook or the rules change', () => {
    const alive = 'it showed a sign of life when it was observed, and nothing changed since';
    expect(said({ state: 'kept', endGuard: 'alive' })).toEqual([{ guard: 'alive', detail: alive }]);
    expect(said({ state: 'kept', endGuard: 'changed' })).toEqual([]);
    expect(said({ state: 'gone', endGuard: 'alive' })).toEqual([]);
    for (const over of [{ state: 'failed' }, { state: 'kept', endGuard: 'alive' }] as const) {
      expect(said(over, fingerprint(webhook('a', { enabled: false })))).toEqual([]);
      expect(said(over, print, 'r2')).toEqual([]);
    }
  });
});
