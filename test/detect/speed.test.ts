import { describe, expect, it } from 'vitest';
import { detect } from '../../lib/detect/detect.ts';
import type { Webhook } from '../../lib/webhook.ts';
import { dayMs, secret, view, webhook } from './build.ts';

const everything = {
  test: { afterMs: dayMs, hosts: ['*.stage.dev'] },
  duplicate: { keep: 'newest' },
  stale: { afterMs: 90 * dayMs },
  disabled: { afterMs: 30 * dayMs },
  'retired-host': { hosts: ['old.dev'] },
  'superseded-secret': { overlapMs: 7 * dayMs, keep: 1 },
  unresolvable: { scans: 3, apartMs: dayMs },
} as const;

describe('all rules together', () => {
  it('plans 200,000 webhooks and 100,000 duplicates of one URL in seconds', () => {
    const time = (webhooks: readonly Webhook[]): number => {
      const started = performance.now();
      detect(view(webhooks, everything));
      return performance.now() - started;
    };
    const subset = (index: number) =>
      Array.from({ length: 17 }, (_, bit) => `${bit}`).filter((_, bit) => (index >> bit) & 1);
    const url = 'https://a.dev/x';
    expect(time(Array.from({ length: 200_000 }, (_, index) => webhook(`${index}`)))).toBeLessThan(8000);
    expect(time(Array.from({ length: 100_000 }, (_, index) => webhook(`${index}`, { url })))).toBeLessThan(4000);
    expect(
      time(Array.from({ length: 100_000 }, (_, index) => webhook(`${index}`, { url, events: subset(index) }))),
    ).toBeLessThan(8000);
    expect(
      time(Array.from({ length: 100_000 }, (_, index) => webhook(`${index}`, { url, events: [`${index}`] }))),
    ).toBeLessThan(8000);
    expect(time(Array.from({ length: 100_000 }, (_, index) => secret(`${index}`, index)))).toBeLessThan(4000);
  });
});
