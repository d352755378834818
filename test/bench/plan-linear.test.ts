import { describe, expect, it } from 'vitest';
import { ruleDefaults } from '../../lib/policy/defaults.ts';
import type { Webhook } from '../../lib/webhook.ts';
import { secret, webhook } from '../detect/build.ts';
import { planOnce } from './plan-once.ts';
import { populationOf } from './population.ts';

/** How often a plan of these looks at a field of a webhook. Sorting compares what was read before. */
const readsOf = (webhooks: readonly Webhook[]): number => {
  let reads = 0;
  const watched = webhooks.map((one) => {
    const fields = Object.entries(one).map(([name, value]) => {
      const get = () => {
        reads += 1;
        return value;
      };
      return [name, { get, enumerable: true }] as const;
    });
    return Object.defineProperties({}, Object.fromEntries(fields)) as Webhook;
  });
  planOnce(watched);
  return reads;
};

const url = 'https://a.dev/x';
const someOf = (index: number): string[] =>
  Array.from({ length: 12 }, (_, bit) => `${bit}`).filter((_, bit) => (index >> bit) & 1);

const populations: readonly (readonly [string, (at: number) => Webhook])[] = [
  ['with a URL each', (at) => webhook(`${at}`)],
  ['at one URL', (at) => webhook(`${at}`, { url })],
  ['at one URL with an event each', (at) => webhook(`${at}`, { url, events: [`${at}`] })],
  ['at one URL with many lists of events', (at) => webhook(`${at}`, { url, events: someOf(at) })],
  ['that differ by a slash', (at) => webhook(`${at}`, { url: `${url}${'/'.repeat(at % 50)}` })],
  ['with one id', () => webhook('same', { url: 'https://a.loca.lt/' })],
  ['that are secrets', (at) => secret(`${at}`, at)],
];

describe('a plan of twice as many webhooks', () => {
  it.each(populations)('%s looks at most twice as often at them', (_, make) => {
    const reads = (size: number) => readsOf(Array.from({ length: size }, (_, at) => make(at)));
    expect(reads(4096) / reads(2048)).toBeLessThan(2.05);
  });

  it('looks at most 18 times at a webhook, with every rule on', () => {
    expect(Object.keys(ruleDefaults)).toHaveLength(7);
    expect(readsOf(populationOf(4000)) / 4000).toBeLessThan(18);
  });
});
