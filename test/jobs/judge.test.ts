import { describe, expect, it } from 'vitest';
import { type CleanupRecord, emptyRecord } from '../../lib/audit/record.ts';
import type { Finding } from '../../lib/detect/finding.ts';
import { isLastAgreed, judge, type Scene, type Verdict } from '../../lib/jobs/judge.ts';
import { coverOf } from '../../lib/plan/cover.ts';
import { secretsInUse } from '../../lib/plan/guards.ts';
import type { Account } from '../../lib/policy/policy.ts';
import { backupOf, fingerprint, keyOf, type Webhook } from '../../lib/webhook.ts';
import { accountNamed, capabilities, start as now, testHook, webhook } from './world.ts';

const on = testHook('a');
const off = { ...on, enabled: false };
const live = webhook('live');
const finding: Finding = { rule: 'test', confidence: 'high', evidence: 'host', proposes: true };
const subject = { account: 'shop', scope: 'main', kind: 'endpoint', webhookId: 'a' } as const;

type State = CleanupRecord['state'];
const record = (state: State, over: Partial<CleanupRecord> = {}): CleanupRecord => ({
  ...emptyRecord(subject, 'fake', 'sandbox'),
  ...{ version: 1, lastWrite: 'w', cycle: 1, state, fingerprint: fingerprint(on), canDisable: true },
  findings: [{ rule: 'test', confidence: 'high', evidence: 'host' }],
  ...over,
});

type Around = { others?: readonly Webhook[]; account?: Partial<Account>; findings?: readonly Finding[] } & Partial<
  Pick<Scene, 'believed' | 'sources' | 'capabilities'>
>;
/** A scene that lists this webhook, or none, beside those that cover it. */
const scene = (
  listed: Webhook | null,
  { others = [live], account, findings = [finding], ...over }: Around = {},
): Scene => {
  const webhooks = [...(listed ? [listed] : []), ...others];
  return {
    account: accountNamed('shop', { retry: { attempts: 2, baseMs: 1, capMs: 1 }, ...account }),
    ...{ now, capabilities, cover: coverOf(webhooks, new Set()), secretsInUse: secretsInUse(webhooks) },
    webhooks: new Map(webhooks.map((one) => [keyOf(one), one])),
    findings: new Map([['a', findings]]),
    sources: new Map(),
    believed: true,
    ...over,
  };
};
const call = (name: 'disable' | 'delete' | 'enable' | 'create'): Verdict => ({ do: 'call', call: name });
const kept = (guard: string, detail: string) => ({ do: 'move', to: 'kept', guard, detail });
const undo = (guard: string, detail: string) => ({ do: 'undo', guard: { guard, detail } });
const tried = (disable: number, del = disable, restore = disable) => ({ attempts: { disable, delete: del, restore } });
const ours = { offByUs: true };

const edited = 'somebody edited it since it was planned';
const switchedOff = 'somebody switched it off since it was planned';
const groundless = 'no rule that proposed it matches it any more';
const uncovered = 'no other enabled webhook here covers PAID';

describe('an approved record', () => {
  const judged = (listed: Webhook | null, around: Around = {}, over: Partial<CleanupRecord> = {}) =>
    judge(record('approved', over), scene(listed, around));

  it('is switched off where it is on and the provider can', () => {
    expect(judged(on)).toEqual(call('disable'));
  });

  it('is only watched where it cannot be switched off, or is off already; at rest there is nothing to do', () => {
    const cannot = { capabilities: { ...capabilities, disable: [] } };
    const why = 'this provider cannot switch off';
    expect(judged(on, cannot)).toEqual({ do: 'move', to: 'observing', detail: why });
    expect(judged(on, cannot, { rest: true })).toEqual({ do: 'move', to: 'kept', detail: why });
    const found = { fingerprint: fingerprint(off) };
    expect(judged(off, {}, found)).toEqual({ do: 'move', to: 'observing', detail: 'it is switched off already' });
  });

  it('is kept where somebody had a hand in it', () => {
    expect(judged(off)).toEqual(kept('changed', switchedOff));
    expect(judged(on, {}, { fingerprint: fingerprint(off) })).toEqual(kept('alive', 'somebody switched it on'));
    expect(judged({ ...on, name: 'x' })).toEqual(kept('changed', edited));
  });

  it('is kept by a veto, a protection, the loss of its cover and the loss of its reason, in this order', () => {
    const veto = { reason: 'needed', actor: 'me', until: null, rules: '', config: fingerprint(on) };
    const protect = [{ id: 'a', because: 'checkout' }];
    const guarded = { others: [], account: { protect }, findings: [] };
    expect(judged(on, guarded, { veto })).toEqual(kept('vetoed', 'vetoed by me: needed'));
    expect(judged(on, guarded)).toEqual(kept('protected', 'protected by the policy: checkout'));
    expect(judged(on, { others: [], findings: [] })).toEqual(kept('last-one', uncovered));
    expect(judged(on, { findings: [] })).toEqual(kept('changed', groundless));
  });

  it('goes on only for a rule that proposed it and proposes it still, or for a person', () => {
    expect(judged(on, { findings: [{ ...finding, proposes: false }] })).toEqual(kept('changed', groundless));
    expect(judged(on, { findings: [{ ...finding, rule: 'duplicate' }] })).toEqual(kept('changed', groundless));
    const manual = [{ rule: 'manual', confidence: 'high', evidence: 'chosen' }] as const;
    expect(judged(on, { findings: [] }, { findings: manual })).toEqual(call('disable'));
  });

  it('that was off when it was found needs no cover', () => {
    expect(judged(off, { others: [] }, { fingerprint: fingerprint(off) })).toMatchObject({ to: 'observing' });
  });

  it('is not switched off on a list that cannot be believed', () => {
    expect(judged(on, { believed: false })).toEqual({ do: 'wait', until: now, for: 'list' });
    expect(judged(null, { believed: false })).toEqual({ do: 'wait', until: now, for: 'list' });
    expect(judged({ ...on, name: 'x' }, { believed: false })).toEqual(kept('changed', edited));
  });

  it('is gone where a complete list shows it no more, whatever an earlier way back was for', () => {
    const returnTo = { state: 'restored', guard: null, detail: 'asked' } as const;
    expect(judged(null, {}, { returnTo })).toEqual({
      do: 'move',
      to: 'gone',
      detail: 'somebody else removed it: a complete list does not show it',
    });
  });
});

describe('the last one', () => {
  it.each([
    ['sandbox', false, false, true],
    ['sandbox', true, true, false],
    ['production', false, false, false],
    ['production', false, true, true],
    ['production', true, true, false],
  ] as const)('on %s with keepLast %s, agreed %s, may go: %s', (environment, keepLast, last, agreed) => {
    expect(isLastAgreed({ last }, accountNamed('shop', { environment, keepLast }))).toBe(agreed);
    const verdict = judge(record('approved', { last }), scene(on, { others: [], account: { environment, keepLast } }));
    expect(verdict).toEqual(agreed ? call('disable') : kept('last-one', uncovered));
  });
});

describe('a record that is being switched off', () => {
  const judged = (listed: Webhook | null, around: Around = {}, over: Partial<CleanupRecord> = {}) =>
    judge(record('disabling', { ...ours, ...over }), scene(listed, around));

  it('is watched once the list shows it off, or rests', () => {
    const detail = 'the list shows it switched off';
    expect(judged(off)).toEqual({ do: 'move', to: 'observing', detail });
    expect(judged(off, {}, { rest: true })).toEqual({ do: 'move', to: 'disabled', detail });
  });

  it('is called again while attempts are left, then has failed and is on', () => {
    expect(judged(on, {}, tried(1, 9))).toEqual(call('disable'));
    const detail = 'still switched on after 2 attempts';
    expect(judged(on, {}, tried(2, 0))).toEqual({ do: 'move', to: 'failed', detail, leftAs: 'on' });
  });

  it('is put back where it is off because of us, else kept', () => {
    const changed = { ...off, name: 'x' };
    expect(judged(changed)).toEqual(undo('changed', edited));
    expect(judged(changed, {}, { offByUs: false })).toEqual(kept('changed', edited));
    expect(judged(off, { findings: [] })).toEqual(undo('changed', groundless));
    expect(judged(on, { others: [] })).toEqual(undo('last-one', uncovered));
  });
});

describe('a record under observation', () => {
  const judged = (listed: Webhook | null, around: Around = {}, over: Partial<CleanupRecord> = {}) =>
    judge(record('observing', { ...ours, dueAt: now, ...over }), scene(listed, around));

  it('waits for its time and goes then', () => {
    expect(judged(off, {}, { dueAt: now + 1 })).toEqual({ do: 'wait', until: now + 1, for: 'observe' });
    expect(judged(off)).toEqual(call('delete'));
    expect(judged(off, {}, { dueAt: undefined })).toEqual(call('delete'));
  });

  it('is kept where somebody switched it on, and put back where something else came up', () => {
    expect(judged(on)).toEqual(kept('alive', 'somebody switched it on'));
    expect(judged({ ...off, name: 'x' })).toEqual(undo('changed', edited));
    expect(judged({ ...on, name: 'x' })).toEqual(kept('changed', edited));
    expect(judged(off, { others: [] }, { dueAt: now + 1 })).toEqual(undo('last-one', uncovered));
  });

  it('that we did not switch off is expected as it was found', () => {
    const untouched = { offByUs: false };
    expect(judged(on, {}, untouched)).toEqual(call('delete'));
    expect(judged(off, {}, untouched)).toEqual(kept('changed', switchedOff));
    expect(judged(off, {}, { ...untouched, fingerprint: fingerprint(off) })).toEqual(call('delete'));
    expect(judged(on, { others: [] }, untouched)).toEqual(kept('last-one', uncovered));
  });

  it('is not deleted on a list that cannot be believed, and waits on', () => {
    expect(judged(off, { believed: false })).toEqual({ do: 'wait', until: now, for: 'list' });
    const soon = { dueAt: now + 5 };
    expect(judged(off, { believed: false }, soon)).toEqual({ do: 'wait', until: now + 5, for: 'observe' });
  });
});

describe('a record that is being deleted', () => {
  const judged = (listed: Webhook | null, around: Around = {}, over: Partial<CleanupRecord> = {}) =>
    judge(record('deleting', { ...ours, deleteSent: true, ...over }), scene(listed, around));

  it('is deleted where a complete list shows it no more', () => {
    const gone = { do: 'move', to: 'deleted', detail: 'a complete list no longer shows it' };
    expect(judged(null)).toEqual(gone);
    expect(judged(null, { believed: false })).toEqual({ do: 'wait', until: now, for: 'list' });
  });

  it('is called again while attempts are left, then has failed and is as it is', () => {
    expect(judged(off, {}, tried(9, 1))).toEqual(call('delete'));
    const failed = { do: 'move', to: 'failed', detail: 'still listed after 2 attempts' };
    expect(judged(off, {}, tried(0, 2))).toEqual({ ...failed, leftAs: 'off' });
    expect(judged(on, {}, { ...tried(0, 2), offByUs: false })).toEqual({ ...failed, leftAs: 'on' });
  });

  it('is put back or kept like one under observation', () => {
    expect(judged(on)).toEqual(kept('alive', 'somebody switched it on'));
    expect(judged(off, { findings: [] })).toEqual(undo('changed', groundless));
    expect(judged(off, { findings: [] }, { offByUs: false, fingerprint: fingerprint(off) })).toEqual(
      kept('changed', groundless),
    );
  });
});

describe('a record that is being put back', () => {
  const returnTo = { state: 'kept', guard: 'vetoed', detail: 'needed' } as const;
  const judged = (listed: Webhook | null, around: Around = {}, over: Partial<CleanupRecord> = {}) =>
    judge(record('restoring', { ...ours, returnTo, ...over }), scene(listed, around));

  it('is switched on while attempts are left, also on a list that cannot be believed, then has failed and is off', () => {
    expect(judged(off, {}, tried(9, 9, 1))).toEqual(call('enable'));
    expect(judged(off, { believed: false, others: [], findings: [] })).toEqual(call('enable'));
    const detail = 'still switched off after 2 attempts to put it back';
    expect(judged(off, {}, tried(0, 0, 2))).toEqual({ do: 'move', to: 'failed', detail, leftAs: 'off' });
  });

  it('ends where it was to go, as it was found', () => {
    expect(judged(on)).toEqual(kept('vetoed', 'needed'));
    const restored = { state: 'restored', guard: null, detail: 'asked' } as const;
    expect(judged(on, {}, { returnTo: restored })).toEqual({ do: 'move', to: 'restored', detail: 'asked' });
    expect(judged(on, {}, { returnTo: undefined })).toEqual({ do: 'move', to: 'kept', detail: 'as found' });
    expect(judged(off, {}, { fingerprint: fingerprint(off) })).toMatchObject({ to: 'kept' });
  });

  it('has failed where it is absent, by our delete or by somebody else', () => {
    const failed = (detail: string) => ({ do: 'move', to: 'failed', detail, leftAs: 'absent' });
    expect(judged(null)).toEqual(failed('it is no longer there: it cannot be put back'));
    expect(judged(null, {}, { deleteSent: true })).toEqual(failed('our delete took effect: it cannot be put back'));
    expect(judged(null, {}, { returnTo: undefined })).toEqual(failed('it is no longer there: it cannot be put back'));
    expect(judged(null, { believed: false })).toEqual({ do: 'wait', until: now, for: 'list' });
  });

  describe('because a person asked, though it is deleted', () => {
    const asked = { returnTo: { state: 'restored', guard: null, detail: 'asked' }, deleteSent: true } as const;
    const sources = new Map([['a', { status: 'ok', creation: backupOf(on) } as const]]);

    it('is held where what it is created from cannot be had, and is created while attempts are left', () => {
      const lacking = new Map([['a', { status: 'error', why: 'no backup' } as const]]);
      expect(judged(null, { sources: lacking }, asked)).toEqual({ do: 'hold', why: 'no backup' });
      expect(judged(null, { sources }, asked)).toEqual(call('create'));
      expect(judged(null, { sources }, { ...asked, ...tried(9, 9, 1) })).toEqual(call('create'));
      const detail = 'not listed after 2 attempts to create it';
      const failed = { do: 'move', to: 'failed', detail, leftAs: 'absent' };
      expect(judged(null, { sources }, { ...asked, ...tried(0, 0, 2) })).toEqual(failed);
    });

    it('is back where its like is listed already, be attempts left or not', () => {
      const back = { do: 'move', to: 'restored', detail: 'it is back as n', restoredAs: 'n' };
      const others = [live, { ...on, id: 'n' }];
      expect(judged(null, { sources, others }, asked)).toEqual(back);
      expect(judged(null, { sources, others }, { ...asked, ...tried(2) })).toEqual(back);
      const pending = { call: 'create', at: now, id: 'live', outcome: 'done' } as const;
      expect(judged(null, { sources }, { ...asked, pending })).toMatchObject({ to: 'restored', restoredAs: 'live' });
    });

    it('is not created twice where it is a secret that may have been', () => {
      const secret: Webhook = webhook('a', { kind: 'signing-secret', url: null, events: [] });
      const kind = 'signing-secret' as const;
      const key = keyOf(secret);
      const given = { sources: new Map([[key, { status: 'ok', creation: backupOf(secret) } as const]]) };
      const pending = { call: 'create', at: now, outcome: 'unknown' } as const;
      const detail = 'whether a secret was created is not known: look';
      const unsure = { do: 'move', to: 'failed', detail, leftAs: 'absent' };
      expect(judged(null, given, { ...asked, kind, pending })).toEqual(unsure);
      expect(judged(null, given, { ...asked, kind })).toEqual(call('create'));
      expect(judged(null, given, { ...asked, kind, pending: { ...pending, call: 'delete' } })).toEqual(call('create'));
      expect(judged(null, { sources }, { ...asked, pending })).toEqual(call('create'));
    });
  });
});

describe('while a call that nobody answered may still take effect', () => {
  const open = { openUntil: now + 1 };
  const wait = { do: 'wait', until: now + 1, for: 'readback' };

  it('no record is kept, failed or restored: how it is left is not known yet', () => {
    expect(judge(record('approved', open), scene({ ...on, name: 'x' }))).toEqual(wait);
    expect(judge(record('disabling', { ...open, ...tried(2) }), scene(on))).toEqual(wait);
    const returnTo = { state: 'restored', guard: null, detail: 'asked' } as const;
    expect(judge(record('restoring', { ...open, returnTo }), scene(on))).toEqual(wait);
  });

  it('everything else goes on, and all of it once that time is over', () => {
    expect(judge(record('disabling', open), scene(off))).toMatchObject({ to: 'observing' });
    expect(judge(record('disabling', { ...open, ...ours }), scene(off, { findings: [] }))).toMatchObject({
      do: 'undo',
    });
    expect(judge(record('approved', open), scene(on))).toEqual(call('disable'));
    expect(judge(record('approved', open), scene(null))).toMatchObject({ to: 'gone' });
    const over = { openUntil: now };
    expect(judge(record('approved', over), scene({ ...on, name: 'x' }))).toEqual(kept('changed', edited));
  });
});

it('a record in which nothing is to happen is a fault of the caller', () => {
  for (const state of ['proposed', 'deleted', 'kept', 'disabled'] as const)
    expect(() => judge(record(state), scene(on))).toThrow(`a record that is ${state} has no step to judge`);
});
