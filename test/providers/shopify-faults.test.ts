import { describe, expect, it } from 'vitest';
import { createHttp } from '../../lib/providers/http.ts';
import { shopify } from '../../lib/providers/shopify.ts';
import { faultsOf } from '../../lib/simulator/server.ts';
import { account, gid, hook, simulated } from './shopify-account.ts';

type Expected = { list: string; delete: string; thereAfter: boolean };

const retried = { list: 'error', delete: 'retry', thereAfter: true };
const refused = { list: 'error', delete: 'refused', thereAfter: true };
const unharmed = { list: 'error', delete: 'unknown', thereAfter: true };
const effective = { list: 'error', delete: 'unknown', thereAfter: false };
const fine = { list: 'complete', delete: 'done', thereAfter: false };

/** What the adapter says under each fault, and what is true at the provider. */
const expected: Readonly<Record<string, Expected>> = {
  throttle: retried,
  'throttle-after': retried,
  'throttle-date': retried,
  'query-throttled': retried,
  'query-throttled-bare': retried,
  'security-rejection': retried,
  'wrong-key': retried,
  forbidden: retried,
  'access-denied': retried,
  'shop-inactive': retried,
  frozen: retried,
  locked: retried,
  'too-expensive': refused,
  'old-version': refused,
  redirect: refused,
  'error-before': unharmed,
  'reset-before': unharmed,
  html: unharmed,
  'error-after': effective,
  'reset-after': effective,
  'truncated-body': effective,
  slow: effective,
  'not-json': effective,
  huge: effective,
  'internal-error': effective,
  'uncoded-error': effective,
  latency: fine,
  'token-expired': fine,
  'truncated-list': fine,
  'empty-list': fine,
  'ignore-delete': { ...fine, thereAfter: true },
  'user-errors': { ...fine, delete: 'gone', thereAfter: true },
  'delete-other': { ...fine, delete: 'unknown' },
  'delete-null': { ...fine, delete: 'unknown' },
  'no-page-info': { ...fine, list: 'incomplete' },
  'repeat-page': { ...fine, list: 'incomplete' },
  'repeat-cursor': { ...fine, list: 'incomplete' },
};

/** Time runs out as soon as the provider has the request. */
const impatient = { now: () => 0, sleep: () => new Promise<void>((resolve) => void setTimeout(resolve, 100)) };

describe('under the fault', () => {
  it.each(Object.entries(expected))('%s the adapter claims no more than it knows', async (fault, wanted) => {
    const world = await simulated({ webhooks: 3, latencyMs: fault === 'latency' ? 20 : 0 });
    const { simulator } = world;
    const http = createHttp({ clock: impatient, version: '1' });
    const provider =
      fault === 'slow' ? shopify.open(account(simulator.url), simulator.credentials, http) : world.provider;
    simulator.setFaults([fault]);
    const listing = await provider.list('shop');
    const deleted = await provider.delete('shop', hook(gid(102)));
    const found = { list: listing.status, delete: deleted.kind, thereAfter: simulator.state.has(gid(102)) };
    expect(found).toEqual(wanted);
    const said = JSON.stringify([listing.status === 'complete' ? '' : listing.outcome, deleted]);
    expect(said).not.toContain(simulator.credentials.accessToken);
    expect(said).not.toContain('Invalid');
  });

  it('each that the simulator knows is tried here or with the list', () => {
    expect(Object.keys(faultsOf('shopify')).sort()).toEqual([...Object.keys(expected), 'endless', 'shifting'].sort());
  });

  it.each([
    ['throttle', { pause: 'throttle' }],
    ['throttle-after', { pause: 'throttle', afterMs: 2000 }],
    ['query-throttled', { pause: 'throttle', afterMs: 2000 }],
    ['query-throttled-bare', { pause: 'throttle' }],
    ['wrong-key', { pause: 'credential' }],
    ['access-denied', { pause: 'credential' }],
  ])('%s the account pauses', async (fault, wanted) => {
    const { provider } = await simulated({ faults: [fault] });
    expect(await provider.delete('shop', hook(gid(101)))).toMatchObject({ kind: 'retry', ...wanted });
  });

  it('of mutating calls alone the list is read as ever', async () => {
    const { provider } = await simulated({ faults: ['throttle:mutating'] });
    expect((await provider.list('shop')).status).toBe('complete');
    expect((await provider.delete('shop', hook(gid(101)))).kind).toBe('retry');
  });

  it('of a provider that is not there nothing is unknown', async () => {
    const { simulator, provider } = await simulated();
    await simulator.close();
    expect(await provider.delete('shop', hook(gid(101)))).toMatchObject({ kind: 'retry' });
  });

  it('slow a cancelled list rejects with the reason', async () => {
    const { provider } = await simulated({ faults: ['slow'] });
    const stop = new AbortController();
    const listing = provider.list('shop', stop.signal);
    stop.abort(new Error('deadline'));
    await expect(listing).rejects.toThrow('deadline');
  });
});
