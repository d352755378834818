import { describe, expect, it } from 'vitest';
import { createHttp } from '../../lib/providers/http.ts';
import { stripe } from '../../lib/providers/stripe.ts';
import { faultsOf } from '../../lib/simulator/server.ts';
import { account, hook, simulated } from './stripe-account.ts';

type Expected = { list: string; disable: string; delete: string; offAfter: boolean; thereAfter: boolean };

const unharmed = { offAfter: false, thereAfter: true };
const effective = { offAfter: true, thereAfter: false };
const retried = { list: 'error', disable: 'retry', delete: 'retry', ...unharmed };
const unclear = { list: 'error', disable: 'unknown', delete: 'unknown' };
const fine = { list: 'complete', disable: 'done', delete: 'done', ...effective };

/** What the adapter says under each fault, and what is true at the provider. */
const expected: Readonly<Record<string, Expected>> = {
  throttle: retried,
  'throttle-after': retried,
  'throttle-date': retried,
  'wrong-key': retried,
  'key-expired': retried,
  forbidden: retried,
  'lock-timeout': retried,
  'retry-advised': retried,
  conflict: retried,
  'error-before': { ...unclear, ...unharmed },
  'retry-denied': { ...unclear, ...unharmed },
  'reset-before': { ...unclear, ...unharmed },
  html: { ...unclear, ...unharmed },
  'error-after': { ...unclear, ...effective },
  'reset-after': { ...unclear, ...effective },
  'truncated-body': { ...unclear, ...effective },
  slow: { ...unclear, ...effective },
  'not-json': { ...unclear, ...effective },
  huge: { ...unclear, ...effective },
  redirect: { list: 'error', disable: 'refused', delete: 'refused', ...unharmed },
  latency: fine,
  'truncated-list': fine,
  'empty-list': fine,
  'secret-shown': fine,
  'ignore-disable': { ...fine, offAfter: false },
  'ignore-delete': { ...fine, thereAfter: true },
  'disable-unchanged': { ...fine, disable: 'unknown' },
  'delete-other': { ...fine, delete: 'unknown' },
  'delete-denied': { ...fine, delete: 'unknown' },
  'other-mode': { ...fine, list: 'error' },
  'no-has-more': { ...fine, list: 'incomplete' },
  'repeat-page': { ...fine, list: 'incomplete' },
  'endpoint-limit': { ...fine, disable: 'refused', offAfter: false },
};

/** Time runs out as soon as the provider has the request. */
const impatient = { now: () => 0, sleep: () => new Promise<void>((resolve) => void setTimeout(resolve, 100)) };
const [off, gone] = ['we_1Sim101', 'we_1Sim102'] as const;

describe('under the fault', () => {
  it.each(Object.entries(expected))('%s the adapter claims no more than it knows', async (fault, wanted) => {
    const world = await simulated({ webhooks: 3, latencyMs: fault === 'latency' ? 20 : 0 });
    const { simulator } = world;
    const http = createHttp({ clock: impatient, version: '1' });
    const provider =
      fault === 'slow' ? stripe.open(account(simulator.url), simulator.credentials, http) : world.provider;
    simulator.setFaults([fault]);
    const listing = await provider.list('shop');
    const disabled = await provider.disable('shop', hook(off));
    const deleted = await provider.delete('shop', hook(gone));
    expect({
      list: listing.status,
      disable: disabled.kind,
      delete: deleted.kind,
      offAfter: simulator.state.get(off)?.enabled === false,
      thereAfter: simulator.state.has(gone),
    }).toEqual(wanted);
    const said = JSON.stringify([listing.status === 'complete' ? '' : listing.outcome, disabled, deleted]);
    expect(said).not.toContain(simulator.credentials.apiKey);
    expect(said).not.toContain('Invalid');
  });

  it('each that the simulator knows is tried here or with the list', () => {
    expect(Object.keys(faultsOf('stripe')).sort()).toEqual([...Object.keys(expected), 'endless', 'shifting'].sort());
  });

  it.each([
    ['throttle', { pause: 'throttle' }],
    ['throttle-after', { pause: 'throttle', afterMs: 2000 }],
    ['wrong-key', { pause: 'credential' }],
    ['forbidden', { pause: 'credential' }],
  ])('%s the account pauses', async (fault, wanted) => {
    const { provider } = await simulated({ faults: [fault] });
    expect(await provider.delete('shop', hook(off))).toMatchObject({ kind: 'retry', ...wanted });
  });

  it('lock-timeout the account does not pause', async () => {
    const { provider } = await simulated({ faults: ['lock-timeout'] });
    expect(await provider.delete('shop', hook(off))).not.toHaveProperty('pause');
  });

  it('of a provider that is not there nothing is unknown', async () => {
    const { simulator, provider } = await simulated();
    await simulator.close();
    expect(await provider.delete('shop', hook(off))).toMatchObject({ kind: 'retry' });
  });

  it('slow a cancelled list rejects with the reason', async () => {
    const { provider } = await simulated({ faults: ['slow'] });
    const stop = new AbortController();
    const listing = provider.list('shop', stop.signal);
    stop.abort(new Error('deadline'));
    await expect(listing).rejects.toThrow('deadline');
  });
});
