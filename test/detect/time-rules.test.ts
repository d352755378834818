import { describe, expect, it } from 'vitest';
import type { Signal } from '../../lib/webhook.ts';
import { ago, dayMs, findingsOf, proposed, secret, webhook } from './build.ts';

const signal = (lastSuccess: number | null, lastAttempt: number | null, failing = false): Signal => ({
  lastSuccess: lastSuccess === null ? null : ago(lastSuccess),
  lastAttempt: lastAttempt === null ? null : ago(lastAttempt),
  failing,
});

describe('the disabled rule', () => {
  const rules = { disabled: { afterMs: 30 * dayMs } };
  const off = (id: string, changes = {}) => webhook(id, { enabled: false, ...changes });

  it('proposes what was switched off and left so, at exactly the bound too', () => {
    expect(
      proposed([off('1', { updatedAt: ago(30) }), off('2', { updatedAt: ago(29.9) }), webhook('3')], rules),
    ).toEqual(['1']);
  });

  it('takes the latest of edit, creation and first sight as off', () => {
    const sightings = new Map([
      ['1', { firstSeen: ago(300), offSince: ago(3) }],
      ['2', { firstSeen: ago(300), offSince: ago(31) }],
    ]);
    const webhooks = [
      off('1', { updatedAt: ago(90) }),
      off('2', { updatedAt: null }),
      off('3', { updatedAt: ago(90), createdAt: ago(3) }),
    ];
    expect(proposed(webhooks, rules, { sightings })).toEqual(['2']);
  });

  it('believes the last edit where our scans never saw it on', () => {
    const sightings = new Map([['1', { firstSeen: ago(0), offSince: ago(0) }]]);
    expect(proposed([off('1', { updatedAt: ago(90) })], rules, { sightings })).toEqual(['1']);
  });

  it('only reports where nothing tells since when it is off, however old it is', () => {
    expect(findingsOf([off('1')], rules)['1']).toMatchObject([{ proposes: false, confidence: 'low' }]);
  });

  it('leaves alone what is off by our own hand', () => {
    expect(findingsOf([off('1', { updatedAt: ago(90) })], rules, { offByUs: new Set(['1']) })).toEqual({});
  });
});

describe('the stale rule', () => {
  const rules = { stale: { afterMs: 90 * dayMs } };
  const told = { capabilities: { signals: true } };

  it('proposes attempts without a success for that long', () => {
    expect(proposed([webhook('1', { signal: signal(90, 1) })], rules, told)).toEqual(['1']);
    expect(proposed([webhook('1', { signal: signal(null, 1) })], rules, told)).toEqual(['1']);
  });

  it.each([
    ['a success within that time', signal(89, 1)],
    ['a success after the last attempt that failed', signal(91, 91)],
    ['no attempt since the last success', signal(200, 200)],
  ])('says nothing with %s', (_, given) => {
    expect(findingsOf([webhook('1', { signal: given })], rules, told)).toEqual({});
  });

  it('only reports where the last attempt is long ago: it may be idle', () => {
    expect(findingsOf([webhook('1', { signal: signal(200, 150) })], rules, told)['1']).toMatchObject([
      { proposes: false },
    ]);
  });

  it('counts a success that only our own scans saw', () => {
    const sightings = new Map([['1', { firstSeen: ago(300), lastSuccess: ago(10) }]]);
    expect(findingsOf([webhook('1', { signal: signal(null, 1) })], rules, { ...told, sightings })).toEqual({});
    expect(findingsOf([webhook('1')], rules, { ...told, sightings })).toEqual({});
  });

  it('does not hold against a young webhook that it never succeeded, nor propose one of unknown age', () => {
    const young = webhook('1', { createdAt: ago(3), signal: signal(null, 1, true) });
    const unknown = webhook('2', { createdAt: null, signal: signal(null, 1, true) });
    expect(findingsOf([young], rules, told)).toEqual({});
    expect(findingsOf([unknown], rules, told)['2']).toMatchObject([{ proposes: false }]);
  });

  it('reports age and never proposes where nothing tells of deliveries', () => {
    const webhooks = [webhook('1'), webhook('2', { createdAt: ago(89) }), webhook('3', { createdAt: null })];
    for (const changes of [{}, told]) {
      expect(Object.keys(findingsOf(webhooks, rules, changes))).toEqual(['1']);
      const [finding] = findingsOf(webhooks, rules, changes)['1'] ?? [];
      expect(finding).toMatchObject({ proposes: false, confidence: 'low' });
      expect(finding?.evidence).toContain('an old webhook is usually a working one');
    }
  });

  it('does not believe a signal of a provider that has none', () => {
    expect(proposed([webhook('1', { signal: signal(200, 1, true) })], rules)).toEqual([]);
  });

  it('leaves alone what is off', () => {
    expect(findingsOf([webhook('1', { enabled: false, signal: signal(200, 1) })], rules, told)).toEqual({});
  });
});

describe('the superseded-secret rule', () => {
  const rules = { 'superseded-secret': { overlapMs: 7 * dayMs, keep: 1 } };

  it('keeps the newest and proposes those beside which it has stood for the overlap', () => {
    expect(proposed([secret('a', 90), secret('b', 7), secret('c', 30)], rules)).toEqual(['a', 'c']);
    expect(findingsOf([secret('a', 90), secret('b', 6.9)], rules).a).toMatchObject([{ proposes: false }]);
  });

  it('keeps as many as the policy says', () => {
    const two = { 'superseded-secret': { overlapMs: 0, keep: 2 } };
    expect(proposed([secret('a', 90), secret('b', 8), secret('c', 30)], two)).toEqual(['a']);
    expect(findingsOf([secret('a', 90), secret('b', 8)], two)).toEqual({});
  });

  it('says nothing of the only one, and lets no secret that is off supersede', () => {
    expect(findingsOf([secret('a', 90)], rules)).toEqual({});
    expect(findingsOf([secret('a', 90), secret('b', 8, { enabled: false })], rules)).toEqual({});
    expect(findingsOf([secret('a', 90, { enabled: false }), secret('b', 8, { enabled: false })], rules)).toEqual({});
  });

  it('cannot say which is newer of two with one time or none', () => {
    expect(findingsOf([secret('a', 90), secret('b', 90)], rules)).toEqual({});
    expect(proposed([secret('a', 90), secret('b', 8, { createdAt: null })], rules)).toEqual([]);
  });

  it('compares first sights where no age is told', () => {
    const sightings = new Map([
      ['signing-secret a', { firstSeen: ago(50) }],
      ['signing-secret b', { firstSeen: ago(9) }],
    ]);
    const secrets = [secret('a', 0, { createdAt: null }), secret('b', 0, { createdAt: null })];
    expect(proposed(secrets, rules, { sightings })).toEqual(['a']);
  });

  it('never proposes one that an enabled webhook refers to', () => {
    const secrets = [secret('a', 90), secret('b', 30), secret('c', 8)];
    expect(proposed([...secrets, webhook('1', { secretId: 'a' }), webhook('2', { secretId: 'c' })], rules)).toEqual([
      'b',
    ]);
  });

  it('proposes nothing where references are told and none goes to a newer one', () => {
    const off = webhook('1', { secretId: 'b', enabled: false });
    expect(proposed([secret('a', 90), secret('b', 8), off], rules)).toEqual([]);
    expect(proposed([secret('a', 90), secret('b', 8), off], rules, { offByUs: new Set(['1']) })).toEqual(['a']);
  });

  it('does not count webhooks among secrets', () => {
    expect(findingsOf([secret('a', 90), webhook('1', { createdAt: ago(1) })], rules)).toEqual({});
  });
});
