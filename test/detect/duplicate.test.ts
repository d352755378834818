import { describe, expect, it } from 'vitest';
import type { Signal, Webhook } from '../../lib/webhook.ts';
import { ago, findingsOf, proposed, webhook } from './build.ts';

const url = 'https://hooks.shop.dev/in';
const twin = (id: string, days: number, changes: Partial<Webhook> = {}) =>
  webhook(id, { url, createdAt: ago(days), ...changes });
const newest = { duplicate: { keep: 'newest' } } as const;
const oldest = { duplicate: { keep: 'oldest' } } as const;
const pinned = { duplicate: { keep: 'pinned' } } as const;
const because = 'deployed';
const succeeding: Signal = { lastSuccess: ago(1), lastAttempt: ago(1), failing: false };
const failing: Signal = { lastSuccess: ago(9), lastAttempt: ago(1), failing: true };

describe('the duplicate rule', () => {
  it('keeps the newest or the oldest and names it', () => {
    const set = [twin('a', 3), twin('b', 1), twin('c', 2)];
    expect(proposed(set, newest)).toEqual(['a', 'c']);
    expect(proposed(set, oldest)).toEqual(['b', 'c']);
    expect(findingsOf(set, newest).a?.[0]?.survivor).toEqual({
      webhookId: 'b',
      reason: 'the newest of those that are enabled and receive every event',
    });
  });

  it('keeps the smallest id of equal ages', () => {
    expect(proposed([twin('b', 1), twin('a', 1)], newest)).toEqual(['b']);
    expect(proposed([twin('b', 1), twin('a', 1)], oldest)).toEqual(['b']);
  });

  it('knows one URL in several spellings', () => {
    const spellings = [
      'HTTPS://HOOKS.shop.dev:443/in',
      'https://hooks.shop.dev./in#x',
      'https://hooks.shop.dev/a/../in',
    ];
    const set = spellings.map((spelling, index) => twin(`${index}`, index + 1, { url: spelling }));
    expect(proposed(set, newest)).toEqual(['1', '2']);
  });

  it.each<[string, Partial<Webhook>]>([
    ['query', { url: `${url}?shop=2` }],
    ['path case', { url: 'https://hooks.shop.dev/IN' }],
    ['userinfo', { url: 'https://a@hooks.shop.dev/in' }],
    ['delivery settings', { settings: { contentType: 'form' } }],
    ['signing secret', { secretId: 's1' }],
    ['kind', { kind: 'signing-secret' }],
  ])('takes those that differ in %s for different', (_, changes) => {
    expect(findingsOf([twin('a', 2), twin('b', 1, changes)], newest)).toEqual({});
  });

  it('compares settings whatever the order of their keys', () => {
    const set = [twin('a', 2, { settings: { x: 1, y: 2 } }), twin('b', 1, { settings: { y: 2, x: 1 } })];
    expect(proposed(set, newest)).toEqual(['a']);
  });

  it('leaves alone what is not HTTP or does not parse', () => {
    for (const same of ['arn:aws:sns:x', 'nonsense', null])
      expect(findingsOf([twin('a', 2, { url: same }), twin('b', 1, { url: same })], newest)).toEqual({});
  });
});

describe('the survivor', () => {
  it('is never one that is off, which goes like any other', () => {
    expect(proposed([twin('a', 2), twin('b', 1, { enabled: false })], newest)).toEqual(['b']);
    expect(findingsOf([twin('a', 2, { enabled: false }), twin('b', 1, { enabled: false })], newest)).toEqual({});
  });

  it('is chosen as if our own step were undone', () => {
    const set = [twin('a', 2), twin('b', 1, { enabled: false })];
    expect(proposed(set, newest, { offByUs: new Set(['b']) })).toEqual(['a']);
  });

  it('receives every event of those that go, even if it is not the newest', () => {
    const set = [
      twin('a', 3, { events: ['1', '2'] }),
      twin('b', 2, { events: ['1', '2'] }),
      twin('c', 1, { events: ['1'] }),
    ];
    expect(proposed(set, newest)).toEqual(['a', 'c']);
    expect(proposed(set, oldest)).toEqual(['b', 'c']);
  });

  it('covers all with *, which no list of names covers', () => {
    const all = twin('all', 9, { events: ['*'] });
    const some = twin('some', 1, { events: ['1', '2'] });
    expect(proposed([all, some], newest)).toEqual(['some']);
    expect(proposed([all, some], oldest)).toEqual(['some']);
    expect(findingsOf([twin('all', 9, { events: ['*'], enabled: false }), some], newest)).toEqual({});
  });

  it('stays where the others overlap only in part', () => {
    const parts = [twin('a', 3, { events: ['1'] }), twin('b', 2, { events: ['2'] })];
    expect(proposed([...parts, twin('c', 9, { events: ['1', '2'] })], newest)).toEqual(['a', 'b']);
    expect(findingsOf(parts, newest)).toEqual({});
    expect(findingsOf([twin('a', 2, { events: ['1', '2'] }), twin('b', 1, { events: ['2', '3'] })], newest)).toEqual(
      {},
    );
  });

  it('is not told where ages are unknown or told on different grounds', () => {
    const sightings = new Map([
      ['a', { firstSeen: ago(9) }],
      ['b', { firstSeen: ago(3) }],
    ]);
    const ageless = [twin('a', 0, { createdAt: null }), twin('b', 0, { createdAt: null })];
    expect(proposed(ageless, newest)).toEqual([]);
    expect(Object.keys(findingsOf(ageless, newest))).toEqual(['b']);
    expect(proposed(ageless, newest, { sightings })).toEqual(['a']);
    expect(proposed([twin('a', 2), twin('c', 0, { createdAt: null })], newest, { sightings })).toEqual([]);
  });

  it('has to succeed where deliveries are told', () => {
    expect(proposed([twin('a', 2), twin('b', 1, { signal: succeeding })], newest)).toEqual(['a']);
    expect(proposed([twin('a', 2, { signal: succeeding }), twin('b', 1, { signal: failing })], newest)).toEqual([]);
    expect(proposed([twin('a', 2, { signal: succeeding }), twin('b', 1)], newest)).toEqual([]);
  });

  describe('where each webhook has its own secret', () => {
    const own = { capabilities: { ownSecret: true } };

    it('is only reported without a signal, and proposed where it succeeds', () => {
      const [finding] = findingsOf([twin('a', 2), twin('b', 1)], newest, own).a ?? [];
      expect(finding).toMatchObject({ proposes: false });
      expect(finding?.evidence).toContain('pin one');
      expect(proposed([twin('a', 2), twin('b', 1, { signal: succeeding })], newest, own)).toEqual(['a']);
      expect(proposed([twin('a', 2, { signal: succeeding }), twin('b', 1)], newest, own)).toEqual([]);
    });

    it('is the pinned one, whatever its age', () => {
      const set = [twin('a', 9), twin('b', 1), twin('c', 2)];
      const protect = [{ id: 'c', because }];
      expect(proposed(set, pinned, { ...own, protect })).toEqual(['a', 'b']);
      expect(findingsOf(set, pinned, { ...own, protect }).a?.[0]?.survivor).toEqual({
        webhookId: 'c',
        reason: 'pinned by protect: deployed',
      });
    });
  });

  it.each([
    ['no entry', []],
    [
      'two of the set',
      [
        { id: 'a', because },
        { id: 'b', because },
      ],
    ],
    ['another webhook', [{ id: 'z', because }]],
    ['a pattern', [{ id: 'a*', because }]],
    ['an id and something that would have to match too', [{ id: 'a', host: '*.dev', because }]],
    ['one that is off', [{ id: 'off', because }]],
    ['one that fails', [{ id: 'bad', because }]],
    ['one that receives less', [{ id: 'less', because }]],
  ])('is not pinned by %s', (_, protect) => {
    const set = [
      twin('a', 2),
      twin('b', 1),
      twin('off', 1, { enabled: false }),
      twin('bad', 1, { signal: failing }),
      twin('less', 1, { events: [] }),
    ];
    expect(proposed(set, pinned, { protect })).toEqual([]);
  });
});

describe('near duplicates', () => {
  it('differ by a trailing slash and are only reported, on both sides', () => {
    const found = findingsOf([twin('a', 2), twin('b', 1, { url: `${url}/` })], newest);
    expect(Object.keys(found)).toEqual(['a', 'b']);
    for (const [finding] of Object.values(found)) {
      expect(finding).toMatchObject({ proposes: false, confidence: 'low' });
      expect(finding?.evidence).toContain('near duplicate');
    }
  });

  it('do not hide a true duplicate', () => {
    const set = [twin('a', 2), twin('b', 1), twin('c', 1, { url: `${url}/` })];
    expect(proposed(set, newest)).toEqual(['a']);
  });

  it('have the same query and settings', () => {
    expect(findingsOf([twin('a', 2, { url: `${url}?x=/` }), twin('b', 1, { url: `${url}?x=` })], newest)).toEqual({});
    expect(findingsOf([twin('a', 2), twin('b', 1, { url: `${url}/`, settings: { x: 1 } })], newest)).toEqual({});
    expect(
      Object.keys(findingsOf([twin('a', 2, { url: `${url}?x` }), twin('b', 1, { url: `${url}/?x` })], newest)),
    ).toEqual(['a', 'b']);
  });
});
