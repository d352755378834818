import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detect } from '../../lib/detect/detect.ts';
import { ruleVersions } from '../../lib/detect/versions.ts';
import { covers, type Webhook } from '../../lib/webhook.ts';
import { ago, dayMs, findingsOf, proposed, view, webhook } from './build.ts';

const everything = {
  test: { afterMs: dayMs, hosts: ['*.stage.dev'] },
  duplicate: { keep: 'newest' },
  stale: { afterMs: 90 * dayMs },
  disabled: { afterMs: 30 * dayMs },
  'retired-host': { hosts: ['old.dev'] },
  'superseded-secret': { overlapMs: 7 * dayMs, keep: 1 },
  unresolvable: { scans: 3, apartMs: dayMs },
} as const;

const age = fc.option(fc.integer({ min: 0, max: 120 }).map(ago));
const signal = fc.option(fc.record({ lastSuccess: age, lastAttempt: age, failing: fc.boolean() }));
const anyWebhook = fc.record({
  kind: fc.constantFrom<Webhook['kind'][]>('endpoint', 'endpoint', 'endpoint', 'signing-secret'),
  url: fc.constantFrom(
    'https://a.dev/x',
    'https://A.dev./x',
    'https://a.dev/x/',
    'https://a.loca.lt/',
    'https://old.dev/',
    null,
    'x',
  ),
  events: fc.subarray(['1', '2', '3', '*']),
  enabled: fc.boolean(),
  createdAt: age,
  updatedAt: age,
  signal,
  settings: fc.constantFrom<Webhook['settings'][]>({}, { form: true }),
  secretId: fc.constantFrom(null, null, '0', '1'),
});
const population = fc
  .array(anyWebhook, { maxLength: 12 })
  .map((all) => all.map((changes, index) => webhook(`${index}`, changes)));
const keep = fc.constantFrom('newest', 'oldest', 'pinned');
const protect = fc.constantFrom([], [{ id: '1', because: 'deployed' }]);
const capabilities = fc.record({ signals: fc.boolean(), ownSecret: fc.boolean() });

describe('detect', () => {
  it('runs only the rules that are on', () => {
    const webhooks = [webhook('1', { url: 'https://a.loca.lt/' }), webhook('2', { url: 'https://old.dev/' })];
    expect(findingsOf(webhooks, {})).toEqual({});
    expect(proposed(webhooks, { test: everything.test })).toEqual(['1']);
  });

  it('has a version for each rule', () => {
    expect(Object.keys(ruleVersions).sort()).toEqual(Object.keys(everything).sort());
    for (const version of Object.values(ruleVersions)) expect(Number.isInteger(version)).toBe(true);
  });

  it('gathers all findings of one webhook in the order of the rules', () => {
    const both = webhook('1', { url: 'https://a.loca.lt/', enabled: false, updatedAt: ago(40) });
    expect(findingsOf([both], everything)['1']?.map(({ rule }) => rule)).toEqual(['test', 'disabled']);
  });

  it('proposes nothing under an id that the list holds twice', () => {
    const webhooks = [
      webhook('1', { url: 'https://a.loca.lt/' }),
      webhook('1', { url: 'https://b.loca.lt/' }),
      webhook('2', { url: 'https://a.loca.lt/x' }),
    ];
    expect(proposed(webhooks, everything)).toEqual(['2']);
    expect(findingsOf(webhooks, everything)['1']?.[0]?.evidence).toContain('more than once');
  });

  it('says the same whatever the order of the population', () => {
    const shuffled = population.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, keep, protect, capabilities, ([all, other], keep, protect, capabilities) => {
        const rules = { ...everything, duplicate: { keep } };
        expect(findingsOf(other, rules, { protect, capabilities })).toEqual(
          findingsOf(all, rules, { protect, capabilities }),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves in each set of duplicates one that is on, stays and receives every event of those that go', () => {
    fc.assert(
      fc.property(population, keep, protect, capabilities, (webhooks, keep, protect, capabilities) => {
        const found = detect(view(webhooks, { duplicate: { keep } }, { protect, capabilities }));
        const goes = (id: string) => found.get(id)?.some(({ proposes }) => proposes) ?? false;
        for (const webhook of webhooks.filter(({ id }) => goes(id))) {
          const stays = webhooks.find(({ id }) => id === found.get(webhook.id)?.[0]?.survivor?.webhookId);
          expect(stays?.enabled).toBe(true);
          expect(goes(stays?.id ?? '')).toBe(false);
          expect(webhook.events.every((event) => covers(stays?.events ?? [], event))).toBe(true);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('puts no secret of a URL into evidence', () => {
    const urls = [
      'https://u:S3CR3T@a.loca.lt/?token=S3CR3T#S3CR3T',
      'https://u:S3CR3T@old.dev/',
      'S3CR3T',
      'http://S3CR3T@1.2.3.4.5/',
    ];
    const webhooks = urls.flatMap((url, index) => [
      webhook(`${index}`, { url }),
      webhook(`${index}x`, { url, enabled: false }),
    ]);
    const found = findingsOf(webhooks, everything);
    expect(Object.keys(found).length).toBeGreaterThan(6);
    expect(JSON.stringify(found)).not.toContain('S3CR3T');
  });
});
