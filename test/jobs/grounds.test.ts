import { describe, expect, it } from 'vitest';
import { type CleanupRecord, emptyRecord } from '../../lib/audit/record.ts';
import type { Finding } from '../../lib/detect/finding.ts';
import { groundless, isUnconfirmed, toLookUp } from '../../lib/jobs/grounds.ts';
import type { RuleName } from '../../lib/policy/policy.ts';
import { keyOf, type Webhook } from '../../lib/webhook.ts';
import { hour, start, testHook } from './world.ts';

const subject = { account: 'shop', scope: 'main', kind: 'endpoint', webhookId: 'a' } as const;
const at = (ms: number): string => new Date(ms).toISOString();
const record = (rules: readonly (RuleName | 'manual')[], over: Partial<CleanupRecord> = {}): CleanupRecord => ({
  ...emptyRecord(subject, 'fake', 'sandbox'),
  ...{ version: 1, lastWrite: 'w', cycle: 1, state: 'observing' as const },
  findings: rules.map((rule) => ({ rule, confidence: 'high', evidence: 'x' })),
  history: [{ seq: 1, at: at(start), event: 'proposed', actor: 'me', detail: '', prev: '', hash: '' }],
  ...over,
});
const found = (rule: RuleName, proposes = true): Finding => ({ rule, confidence: 'high', evidence: 'x', proposes });
const known = (today: readonly Finding[], host?: 'exists' | 'absent' | 'unknown') => ({
  findings: new Map([['a', today]]),
  ...(host && { names: new Map([['a', host]]) }),
});
const a = testHook('a');
const succeeded = (ms: number): Webhook => ({
  ...a,
  signal: { lastSuccess: at(ms), lastAttempt: at(ms), failing: false },
});
const changed = { guard: 'changed', detail: 'no rule that proposed it matches it any more' };

describe('what still speaks for going on', () => {
  it('is a rule that proposed it and proposes it today, or a person', () => {
    expect(groundless(record(['test']), a, known([found('test')]))).toBeNull();
    expect(groundless(record(['test', 'stale']), a, known([found('stale')]))).toBeNull();
    expect(groundless(record(['manual']), a, known([]))).toBeNull();
    for (const today of [[], [found('test', false)], [found('stale')]])
      expect(groundless(record(['test']), a, known(today))).toEqual(changed);
    expect(groundless(record(['test']), a, { findings: new Map() })).toEqual(changed);
  });

  it('is no host that is missing once it exists again, which is a sign of life', () => {
    const back = { guard: 'alive', detail: 'its host exists in DNS again' };
    const missing = record(['unresolvable']);
    expect(groundless(missing, a, known([found('unresolvable')], 'exists'))).toEqual(back);
    for (const host of ['absent', 'unknown', undefined] as const)
      expect(groundless(missing, a, known([found('unresolvable')], host))).toBeNull();
    expect(groundless(record(['test']), a, known([], 'exists'))).toEqual(changed);
    for (const host of ['absent', undefined] as const) expect(groundless(missing, a, known([], host))).toEqual(changed);
    expect(groundless(record(['test']), a, known([found('test')], 'exists'))).toBeNull();
  });
});

describe('a delivery that succeeded', () => {
  const alive = (ms: number) => ({ guard: 'alive', detail: `a delivery succeeded at ${at(ms)}` });

  it('saves what was stale, from the start of its cycle on', () => {
    expect(groundless(record(['stale']), succeeded(start + 1), known([]))).toEqual(alive(start + 1));
    expect(groundless(record(['stale']), succeeded(start), known([]))).toEqual(changed);
    expect(groundless(record(['stale']), a, known([]))).toEqual(changed);
  });

  it('saves what was stale among other things', () => {
    expect(groundless(record(['stale', 'test']), succeeded(start + 1), known([]))).toEqual(alive(start + 1));
  });

  it('saves nothing else', () => {
    expect(groundless(record(['test']), succeeded(start + 1), known([]))).toEqual(changed);
  });

  it('is a late one while it may be, once we switched it off', () => {
    const off = { offByUs: true, quietUntil: start + hour };
    expect(groundless(record(['stale'], off), succeeded(start + hour), known([]))).toEqual(changed);
    expect(groundless(record(['stale'], off), succeeded(start + hour + 1), known([]))).toEqual(alive(start + hour + 1));
    const on = { ...off, offByUs: false };
    expect(groundless(record(['stale'], on), succeeded(start + 1), known([]))).toEqual(alive(start + 1));
    expect(groundless(record(['stale'], { offByUs: true }), succeeded(start + 1), known([]))).toEqual(alive(start + 1));
    expect(groundless(record(['stale'], { history: [] }), succeeded(start + 1), known([]))).toEqual(changed);
  });
});

describe('the absence of a host', () => {
  it('is confirmed by DNS before a step, where nothing else speaks for it', () => {
    const missing = [found('unresolvable')];
    const hosts = ['absent', 'unknown', 'exists', undefined] as const;
    expect(hosts.map((host) => isUnconfirmed(record(['unresolvable']), a, known(missing, host)))).toEqual([
      ...[false, true, true, true],
    ]);
    const both = record(['unresolvable', 'test']);
    expect(isUnconfirmed(both, a, known([...missing, found('test')], 'unknown'))).toBe(false);
    expect(isUnconfirmed(both, a, known(missing, 'unknown'))).toBe(true);
    expect(isUnconfirmed(record(['manual']), a, known([]))).toBe(false);
  });

  it('is looked up for records that it proposed, that are listed and not on their way back', () => {
    const webhooks = new Map([[keyOf(a), a]]);
    const missing = record(['test', 'unresolvable']);
    const absent = record(['unresolvable'], { webhookId: 'b' });
    const back = record(['unresolvable'], { state: 'restoring' });
    expect(toLookUp([missing, record(['test']), absent, back], { webhooks })).toEqual([a]);
    expect(toLookUp([back], { webhooks })).toEqual([]);
  });
});
