import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { github } from '../../lib/providers/github.ts';
import { gitlab } from '../../lib/providers/gitlab.ts';
import type { Answer } from '../../lib/providers/http.ts';
import { quotaOf, spentUntil } from '../../lib/providers/quota.ts';
import { quotaOfBucket } from '../../lib/providers/shopify-outcome.ts';
import { answer } from './modulus-account.ts';
import { cannedAccount } from './simulated-account.ts';

const now = Date.UTC(2026, 10, 2);
const headers = { limit: 'x-limit', remaining: 'x-left', reset: 'x-reset' };
const told = (given: Record<string, string>): Answer => ({
  kind: 'answer',
  status: 200,
  headers: new Headers(given),
  retryAfterMs: null,
  json: [],
});

describe('what is left of a limit', () => {
  it('is read off any answer, its end by the clock of the server', () => {
    const given = { 'x-limit': '5000', 'x-left': '17', 'x-reset': String(now / 1000 + 90) };
    expect(quotaOf(told(given), headers, now)).toEqual({ left: 17, of: 5000, resetAt: now + 90_000 });
    const date = new Date(now + 60_000).toUTCString();
    expect(quotaOf(told({ ...given, date }), headers, now)?.resetAt).toBe(now + 30_000);
  });

  it('is nothing where it is not told, or told as nonsense, and ends within a day', () => {
    expect(quotaOf(told({ 'x-left': '17' }), headers, now)).toBeNull();
    expect(quotaOf(told({ 'x-left': '-1', 'x-reset': '5' }), headers, now)).toBeNull();
    expect(quotaOf({ kind: 'lost', why: '' }, headers, now)).toBeNull();
    const far = quotaOf(told({ 'x-left': '0', 'x-reset': '999999999999' }), headers, now);
    expect(far?.resetAt).toBe(now + 86_400_000);
  });

  it('is spent at a fiftieth, at nothing where the whole is unknown, and never after its end', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.option(fc.nat(10_000)), fc.integer({ min: -5, max: 5 }), (left, of, ahead) => {
        const spent = spentUntil({ left, of, resetAt: now + ahead }, now);
        expect(spent !== null).toBe(ahead > 0 && (left === 0 || (of !== null && left * 50 <= of)));
        expect(spent?.until ?? now + ahead).toBe(now + ahead);
      }),
    );
  });

  it.each([
    ['GitHub', github, 'acme/shop', 'x-ratelimit'],
    ['GitLab', gitlab, 'projects:7', 'ratelimit'],
  ] as const)('is heard from each answer of %s', async (_name, definition, scope, prefix) => {
    const settings = { baseUrl: 'https://api.example.ph', options: { owner: 'acme' } };
    const reset = String(Math.floor(Date.now() / 1000) + 600);
    const given = { [`${prefix}-limit`]: '2000', [`${prefix}-remaining`]: '12', [`${prefix}-reset`]: reset };
    const { provider } = cannedAccount(definition, settings, { token: 'x' }, [answer(200, [], given)]);
    expect(provider.quota?.()).toBeNull();
    await provider.list(scope);
    expect(provider.quota?.()).toMatchObject({ left: 12, of: 2000 });
  });

  it('is a bucket that fills up again at Shopify, in calls like the last one', () => {
    const cost = (currentlyAvailable: number) => ({
      requestedQueryCost: 100,
      throttleStatus: { maximumAvailable: 1000, currentlyAvailable, restoreRate: 50 },
    });
    const bucket = (points: number) =>
      quotaOfBucket({ ...told({}), json: { data: {}, extensions: { cost: cost(points) } } } as Answer, now);
    expect(bucket(99)).toEqual({ left: 0, of: 10, resetAt: now + 8020 });
    expect(spentUntil(bucket(99), now)?.until).toBe(now + 8020);
    expect(spentUntil(bucket(100), now)).toBeNull();
    expect(bucket(1000)).toEqual({ left: 10, of: 10, resetAt: now });
    expect(quotaOfBucket(told({}), now)).toBeNull();
  });
});
