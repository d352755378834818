import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coveredByOthers, coverOf } from '../../lib/plan/cover.ts';
import { covers, keyOf, type Webhook } from '../../lib/webhook.ts';
import { webhook } from '../jobs/world.ts';

const secret = (id: string, enabled = true): Webhook =>
  webhook(id, { kind: 'signing-secret', url: null, events: [], enabled });

const population = fc
  .uniqueArray(
    fc.record({
      id: fc.constantFrom(...'abcdef'),
      events: fc.uniqueArray(fc.constantFrom('*', 'PAID', 'VOID'), { minLength: 1 }),
      enabled: fc.boolean(),
      isSecret: fc.boolean(),
    }),
    { selector: ({ id, isSecret }) => `${id} ${isSecret}`, minLength: 1 },
  )
  .map((drawn) =>
    drawn.map(({ id, events, enabled, isSecret }) =>
      isSecret ? secret(id, enabled) : webhook(id, { events, enabled }),
    ),
  );

describe('the cover of a scope', () => {
  it('counts neither itself, nor what is off, nor what may be off by now', () => {
    const a = webhook('a');
    const missing = (others: readonly Webhook[], off: readonly string[] = []) =>
      coverOf([a, ...others], new Set(off)).missingWithout(a);
    expect(missing([])).toEqual(['PAID']);
    expect(missing([webhook('b')])).toEqual([]);
    expect(missing([webhook('b', { enabled: false })])).toEqual(['PAID']);
    expect(missing([webhook('b')], ['b'])).toEqual(['PAID']);
    expect(missing([webhook('b')], ['a'])).toEqual([]);
  });

  it('lets `*` stand for every name, and names never for `*`', () => {
    const all = webhook('all', { events: ['*'] });
    const names = webhook('names', { events: ['PAID', 'VOID'] });
    const cover = coverOf([all, names], new Set());
    expect(cover.missingWithout(names)).toEqual([]);
    expect(cover.missingWithout(all)).toEqual(['*']);
    const mixed = webhook('mixed', { events: ['*', 'PAID'] });
    expect(coverOf([mixed, names], new Set()).missingWithout(mixed)).toEqual(['*']);
    expect(coverOf([mixed, all], new Set()).missingWithout(mixed)).toEqual([]);
  });

  it('lets secrets cover one another, never an endpoint, and no endpoint a secret', () => {
    const all = webhook('all', { events: ['*'] });
    expect(coverOf([secret('s'), all], new Set()).missingWithout(secret('s'))).toEqual(['signing with a secret']);
    expect(coverOf([secret('s'), secret('t')], new Set()).missingWithout(secret('s'))).toEqual([]);
    expect(coverOf([secret('s'), secret('t', false)], new Set()).missingWithout(secret('s'))).toHaveLength(1);
    expect(coverOf([webhook('a'), secret('s')], new Set()).missingWithout(webhook('a'))).toEqual(['PAID']);
  });

  it('says the same as a look at everybody else, also while they are removed one by one, some twice', () => {
    fc.assert(
      fc.property(population, fc.array(fc.nat(20)), fc.subarray([...'abcdef']), (webhooks, removed, off) => {
        const cover = coverOf(webhooks, new Set(off));
        const left = new Map(webhooks.map((one) => [keyOf(one), one]));
        for (const at of [-1, ...removed]) {
          const goes = webhooks[at % webhooks.length];
          if (goes) cover.remove(goes);
          if (goes) left.delete(keyOf(goes));
          for (const one of webhooks) {
            const others = [...left.values()].filter(
              (other) =>
                other.kind === one.kind && keyOf(other) !== keyOf(one) && other.enabled && !off.includes(keyOf(other)),
            );
            const naive =
              one.kind === 'signing-secret'
                ? others.length > 0
                  ? []
                  : ['signing with a secret']
                : one.events.filter((event) => !others.some(({ events }) => covers(events, event)));
            expect(cover.missingWithout(one)).toEqual(naive);
          }
        }
      }),
    );
  });

  it('is enough without those that may go exactly where all of them may go', () => {
    fc.assert(
      fc.property(population, fc.nat(63), fc.subarray([...'abcdef']), (webhooks, asked, off) => {
        const places = [...webhooks.keys()].filter((at) => (asked >> at) & 1);
        const cover = coverOf(webhooks, new Set(off));
        const going = places.map((at) => webhooks[at] as Webhook);
        for (const one of going) cover.remove(one);
        const missing = going.filter((one) => one.enabled).flatMap((one) => cover.missingWithout(one));
        expect(coveredByOthers(webhooks, new Set(off), places)).toBe(missing.length === 0);
      }),
      { numRuns: 2000 },
    );
  });
});
