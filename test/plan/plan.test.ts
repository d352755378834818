import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountPlanId, planDigest } from '../../lib/plan/ids.ts';
import { findingsOf, isOverLimit, nothingKnown, planDocument } from '../../lib/plan/plan.ts';
import { planScope } from '../../lib/plan/scope.ts';
import type { Account } from '../../lib/policy/policy.ts';
import { covers, type Webhook } from '../../lib/webhook.ts';
import { accountNamed, capabilities, day, start, testHook, webhook } from '../jobs/world.ts';

const planOf = (webhooks: readonly Webhook[], account: Account = accountNamed('shop'), now = start) => {
  const reading = { scope: 'main', webhooks };
  const findings = findingsOf(account, capabilities, reading, nothingKnown, now);
  const items = planScope(account, capabilities, reading, findings, nothingKnown, now);
  return { items, planId: accountPlanId(account, 'sha256:policy', items) };
};
const byId = <T extends { webhookId: string }>(items: readonly T[]) =>
  items.toSorted((a, b) => (a.webhookId < b.webhookId ? -1 : 1));

const population = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom(...'abcdefghij'),
    events: fc.uniqueArray(fc.constantFrom('*', 'PAID', 'REFUND'), { minLength: 1 }),
    enabled: fc.boolean(),
    isTest: fc.boolean(),
    twin: fc.boolean(),
    age: fc.integer({ min: 0, max: 3 }),
  }),
  { selector: ({ id }) => id, minLength: 1 },
);
type Drawn = (typeof population extends fc.Arbitrary<infer T> ? T : never)[number];
const hookOf = ({ id, events, enabled, isTest, twin, age }: Drawn): Webhook => {
  const createdAt = new Date(start - (10 + age) * day).toISOString();
  const over = { events: [...events].sort(), enabled, createdAt, updatedAt: createdAt };
  if (isTest) return testHook(id, over);
  return webhook(id, { ...over, ...(twin && { url: 'https://same.sari-sari-demo.ph/hook' }) });
};

describe('a plan', () => {
  it('says the same of the same population in any order', () => {
    fc.assert(
      fc.property(
        population.chain((drawn) =>
          fc.tuple(fc.constant(drawn), fc.shuffledSubarray(drawn, { minLength: drawn.length })),
        ),
        ([drawn, shuffled]) => {
          const [one, two] = [planOf(drawn.map(hookOf)), planOf(shuffled.map(hookOf))];
          expect(two.planId).toBe(one.planId);
          expect(byId(two.items)).toEqual(byId(one.items));
        },
      ),
    );
  });

  it('keeps its id while time passes and nothing else changes', () => {
    const webhooks = [webhook('live'), testHook('a'), testHook('b', { signal: null })];
    const soon = planOf(webhooks);
    const late = planOf(
      webhooks.map((one) => ({ ...one, updatedAt: new Date(start).toISOString() })),
      undefined,
      start + 5 * day,
    );
    expect(late.planId).toBe(soon.planId);
    expect(late.items[0]?.earliest).not.toEqual(soon.items[0]?.earliest);
  });

  it.each<[string, Partial<Webhook>]>([
    ['its name', { name: 'x' }],
    ['its events', { events: ['PAID', 'VOID'] }],
    ['its URL', { url: 'https://b.loca.lt/hook' }],
    ['whether it is on', { enabled: false }],
    ['its settings', { settings: { version: 2 } }],
  ])('gets another id where a candidate changed in %s', (_, over) => {
    const live = webhook('live', { events: ['*'] });
    expect(planOf([live, testHook('a', over)]).planId).not.toBe(planOf([live, testHook('a')]).planId);
  });

  it('gets another id with other rules or another policy', () => {
    const webhooks = [webhook('live'), testHook('a')];
    const strict = accountNamed('shop', { rules: { test: { afterMs: 2 * day, hosts: [] } } });
    const { items, planId } = planOf(webhooks);
    expect(planOf(webhooks, strict).planId).not.toBe(planId);
    expect(accountPlanId(accountNamed('shop'), 'sha256:other', items)).not.toBe(planId);
  });

  it('as a whole leaves each event that had an enabled webhook with one', () => {
    fc.assert(
      fc.property(population, (drawn) => {
        const webhooks = drawn.map(hookOf);
        const { items } = planOf(webhooks);
        const goes = new Set(items.filter(({ decision }) => decision === 'propose').map(({ webhookId }) => webhookId));
        const on = webhooks.filter(({ id, enabled }) => enabled && !goes.has(id));
        for (const event of webhooks.flatMap(({ enabled, events }) => (enabled ? events : [])))
          expect([event, on.some(({ events }) => covers(events, event))]).toEqual([event, true]);
      }),
    );
  });

  it('changes nothing that it is given', () => {
    fc.assert(
      fc.property(population, (drawn) => {
        const webhooks = drawn.map(hookOf);
        const before = structuredClone(webhooks);
        planOf(webhooks);
        expect(webhooks).toEqual(before);
      }),
    );
  });

  it('as a document shows every edit by hand in its digest', () => {
    const { items, planId } = planOf([webhook('live'), testHook('a')]);
    const scopes = [{ scope: 'main', status: 'complete', webhooks: 2 }] as const;
    const part = {
      account: 'shop',
      provider: 'fake',
      environment: 'sandbox',
      status: 'complete',
      planId,
      scopes,
      webhooks: 2,
    } as const;
    const plan = planDocument({ version: 1, accounts: [], hash: 'sha256:policy' }, [{ plan: part, items }], start, []);
    expect(planDigest(plan)).toBe(plan.digest);
    expect(plan.summary).toEqual({ webhooks: 2, proposed: 1, kept: 0, reported: 0 });
    const edited = { ...plan, items: plan.items.map((item) => ({ ...item, webhookId: 'live' })) };
    expect(planDigest(edited)).not.toBe(plan.digest);
  });
});

describe('the bound of an unattended run', () => {
  const bound = (count: number, percent: number) =>
    accountNamed('shop', { limits: { perRun: { count, percent }, perDay: { count: 9 }, shrink: { percent: 30 } } });

  it.each([
    [3, 199, 100, 1, true],
    [1, 199, 100, 1, false],
    [2, 200, 100, 1, false],
    [1, 99, 100, 1, true],
    [2, 10, 100, 20, false],
    [3, 10, 100, 20, true],
    [9, 9, 100, 20, false],
    [11, 1000, 10, 20, true],
    [1, 1000, 0, 100, true],
    [1, 100, 10, 0, true],
    [0, 0, 0, 0, false],
  ])('for %i of %i with count %i and %i percent: over is %s', (proposed, webhooks, count, percent, over) => {
    expect(isOverLimit(bound(count, percent), proposed, webhooks)).toBe(over);
  });
});
