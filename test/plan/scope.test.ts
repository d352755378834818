import fc from 'fast-check';
import { expect, it } from 'vitest';
import { coverOf } from '../../lib/plan/cover.ts';
import { findingsOf, nothingKnown } from '../../lib/plan/plan.ts';
import { planScope } from '../../lib/plan/scope.ts';
import type { Account } from '../../lib/policy/policy.ts';
import type { Webhook } from '../../lib/webhook.ts';
import { accountNamed, capabilities, day, start, testHook, webhook } from '../jobs/world.ts';

const hooks = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom(...'abcdefghij'),
    events: fc.uniqueArray(fc.constantFrom('*', 'PAID', 'REFUND', 'VOID'), { minLength: 1 }),
    enabled: fc.boolean(),
    isTest: fc.boolean(),
    age: fc.integer({ min: 2, max: 5 }),
    tunnel: fc.constantFrom('b.loca.lt', 'b.ngrok-free.app'),
  }),
  { selector: ({ id }) => id, minLength: 1 },
);
type Drawn = (typeof hooks extends fc.Arbitrary<infer T> ? T : never)[number];
const hookOf = ({ id, events, enabled, isTest, age, tunnel }: Drawn): Webhook => {
  const createdAt = new Date(start - age * day).toISOString();
  const over = { events: [...events].sort(), enabled, createdAt, updatedAt: createdAt };
  return isTest ? testHook(id, { ...over, url: `https://${tunnel}/${id}` }) : webhook(id, over);
};

/** The decisions as the design has them: surest first, then oldest, then by id, each on what is left of the whole population. */
const naive = (account: Account, webhooks: readonly Webhook[], busy: ReadonlySet<string>): Record<string, string> => {
  const reading = { scope: 'main', webhooks };
  const findings = findingsOf(account, capabilities, reading, nothingKnown, start);
  const surest = ({ id }: Webhook) => (findings.get(id)?.some(({ confidence }) => confidence === 'high') ? 0 : 1);
  const asked = webhooks.filter(({ id }) => findings.get(id)?.some(({ proposes }) => proposes));
  const cover = coverOf(webhooks, busy);
  const decisions = Object.fromEntries(
    webhooks.filter(({ id }) => findings.has(id)).map(({ id }) => [id, 'report'] as [string, string]),
  );
  const age = ({ createdAt }: Webhook) => Date.parse(createdAt ?? '');
  for (const one of asked.toSorted((a, b) => surest(a) - surest(b) || age(a) - age(b) || (a.id < b.id ? -1 : 1))) {
    const last = one.enabled && cover.missingWithout(one).length > 0;
    decisions[one.id] = last && account.keepLast ? 'keep' : last ? 'propose, last' : 'propose';
    if (!last || !account.keepLast) cover.remove(one);
  }
  return decisions;
};

it('decides in any population as if every event were counted and everybody stood in one line', () => {
  fc.assert(
    fc.property(hooks, fc.boolean(), fc.subarray([...'abcdefghij']), (drawn, keepLast, off) => {
      const account = { ...accountNamed('shop'), keepLast };
      const webhooks = drawn.map(hookOf);
      const knows = { ...nothingKnown, busy: new Set(off) };
      const reading = { scope: 'main', webhooks };
      const findings = findingsOf(account, capabilities, reading, knows, start);
      const items = planScope(account, capabilities, reading, findings, knows, start);
      expect(items.map(({ webhookId }) => webhookId)).toEqual(
        webhooks.filter(({ id }) => findings.has(id)).map(({ id }) => id),
      );
      const decided = items.map(({ webhookId, decision, last }) => [webhookId, last ? `${decision}, last` : decision]);
      expect(Object.fromEntries(decided)).toEqual(naive(account, webhooks, knows.busy));
    }),
    { numRuns: 1000 },
  );
});

it('leaves the same plain data behind as its text does', () => {
  const webhooks = [
    webhook('live', { events: ['*'] }),
    testHook('a'),
    testHook('b', { url: 'https://b.loca.lt/?token=x' }),
  ];
  const reading = { scope: 'main', webhooks };
  const account = accountNamed('shop');
  const findings = findingsOf(account, capabilities, reading, nothingKnown, start);
  const items = planScope(account, capabilities, reading, findings, nothingKnown, start);
  expect(items).toHaveLength(2);
  expect(structuredClone(items)).toEqual(JSON.parse(JSON.stringify(items)));
});
