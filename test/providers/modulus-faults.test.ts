import { describe, expect, it } from 'vitest';
import { createHttp } from '../../lib/providers/http.ts';
import { modulus } from '../../lib/providers/modulus.ts';
import { faultsOf } from '../../lib/simulator/server.ts';
import { account, simulated } from './modulus-account.ts';

const hook = (id: string) => ({ kind: 'endpoint' as const, id });

type Expected = { list: string; disable: string; delete: string; offAfter: boolean; thereAfter: boolean };

const unharmed = { offAfter: false, thereAfter: true };
const effective = { offAfter: true, thereAfter: false };
const retried = { list: 'error', disable: 'retry', delete: 'retry', ...unharmed };

/** What the adapter says under each fault, and what is true at the provider. */
const expected: Readonly<Record<string, Expected>> = {
  throttle: retried,
  'throttle-after': retried,
  'throttle-date': retried,
  'wrong-key': retried,
  forbidden: retried,
  'error-before': { list: 'error', disable: 'unknown', delete: 'unknown', ...unharmed },
  'error-after': { list: 'error', disable: 'unknown', delete: 'unknown', ...effective },
  'reset-before': { list: 'error', disable: 'unknown', delete: 'unknown', ...unharmed },
  'reset-after': { list: 'error', disable: 'unknown', delete: 'unknown', ...effective },
  'truncated-body': { list: 'error', disable: 'unknown', delete: 'done', ...effective },
  slow: { list: 'error', disable: 'unknown', delete: 'unknown', ...effective },
  redirect: { list: 'error', disable: 'refused', delete: 'refused', ...unharmed },
  html: { list: 'error', disable: 'unknown', delete: 'unknown', ...unharmed },
  'not-json': { list: 'error', disable: 'unknown', delete: 'unknown', ...effective },
  huge: { list: 'error', disable: 'unknown', delete: 'unknown', ...effective },
  latency: { list: 'complete', disable: 'done', delete: 'done', ...effective },
  'truncated-list': { list: 'complete', disable: 'done', delete: 'done', ...effective },
  'empty-list': { list: 'complete', disable: 'done', delete: 'done', ...effective },
  'ignore-disable': { list: 'complete', disable: 'done', delete: 'done', ...effective, offAfter: false },
  'ignore-delete': { list: 'complete', disable: 'done', delete: 'done', ...effective, thereAfter: true },
};
const agreeable = ['shape-array', 'create-names', 'lower-case', 'id-uuid', 'create-uuid', 'status-field', 'strict'];

/** Time runs out as soon as the provider has the request. */
const impatient = { now: () => 0, sleep: () => new Promise<void>((resolve) => void setTimeout(resolve, 100)) };

describe('under the fault', () => {
  it.each(Object.entries(expected))('%s the adapter claims no more than it knows', async (fault, wanted) => {
    const world = await simulated({ webhooks: 3, latencyMs: fault === 'latency' ? 20 : 0 });
    const { simulator } = world;
    const http = createHttp({ clock: impatient, version: '1' });
    const provider =
      fault === 'slow' ? modulus.open(account(simulator.url), simulator.credentials, http) : world.provider;
    simulator.setFaults([fault]);
    const listing = await provider.list('shop');
    const off = await provider.disable('shop', hook('101'));
    const gone = await provider.delete('shop', hook('102'));
    expect({
      list: listing.status,
      disable: off.kind,
      delete: gone.kind,
      offAfter: simulator.state.get('101')?.enabled === false,
      thereAfter: simulator.state.has('102'),
    }).toEqual(wanted);
    const said = JSON.stringify([listing.status === 'complete' ? '' : listing.outcome, off, gone]);
    expect(said).not.toContain(simulator.credentials.secretKey);
    expect(said).not.toContain('Invalid');
  });

  it('each that the simulator knows is tried here or beside the other documents', () => {
    const elsewhere = [...agreeable, 'array-action', 'delete-message'];
    expect(Object.keys(faultsOf('modulus')).sort()).toEqual([...Object.keys(expected), ...elsewhere].sort());
  });

  it.each([
    ['throttle-after', 2000],
    ['throttle', undefined],
  ])('%s the account pauses for %s ms', async (fault, afterMs) => {
    const { provider } = await simulated({ faults: [fault] });
    const outcome = await provider.delete('shop', hook('101'));
    expect(outcome).toMatchObject({ kind: 'retry', pause: 'throttle' });
    expect('afterMs' in outcome ? outcome.afterMs : undefined).toBe(afterMs);
  });

  it('throttle-date the account pauses until then', async () => {
    const { provider } = await simulated({ faults: ['throttle-date'] });
    const outcome = await provider.delete('shop', hook('101'));
    const afterMs = outcome.kind === 'retry' ? (outcome.afterMs ?? 0) : 0;
    expect(afterMs).toBeGreaterThan(2000);
    expect(afterMs).toBeLessThanOrEqual(5000);
  });

  it('of a provider that is not there nothing is unknown', async () => {
    const { simulator, provider } = await simulated();
    await simulator.close();
    expect(await provider.delete('shop', hook('101'))).toMatchObject({ kind: 'retry' });
  });

  it('slow a cancelled list rejects with the reason', async () => {
    const { provider } = await simulated({ faults: ['slow'] });
    const stop = new AbortController();
    const listing = provider.list('shop', stop.signal);
    stop.abort(new Error('deadline'));
    await expect(listing).rejects.toThrow('deadline');
  });
});
