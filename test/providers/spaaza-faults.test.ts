import { describe, expect, it } from 'vitest';
import { spaaza } from '../../lib/providers/spaaza.ts';
import { faultsOf } from '../../lib/simulator/server.ts';
import { impatient, simulatedBy } from './opened.ts';

const hook = (id: string) => ({ kind: 'endpoint' as const, id });
const signature = (id: string) => ({ kind: 'signing-secret' as const, id });

type Expected = { list: string; disable: string; delete: string; offAfter: boolean; thereAfter: boolean };

const unharmed = { offAfter: false, thereAfter: true };
const effective = { offAfter: true, thereAfter: false };
const retried = { list: 'error', disable: 'retry', delete: 'retry', ...unharmed };
const unknown = { list: 'error', disable: 'unknown', delete: 'unknown' };
const fine = { list: 'complete', disable: 'done', delete: 'done', ...effective };

/** What the adapter says under each fault, and what is true at the provider. */
const expected: Readonly<Record<string, Expected>> = {
  throttle: retried,
  'throttle-after': retried,
  'throttle-date': retried,
  'wrong-key': retried,
  forbidden: retried,
  'expired-in-200': retried,
  'error-in-200': { ...unknown, ...unharmed },
  'no-envelope': { ...unknown, ...effective },
  'error-before': { ...unknown, ...unharmed },
  'error-after': { ...unknown, ...effective },
  'reset-before': { ...unknown, ...unharmed },
  'reset-after': { ...unknown, ...effective },
  'truncated-body': { ...unknown, ...effective },
  slow: { ...unknown, ...effective },
  redirect: { list: 'error', disable: 'refused', delete: 'refused', ...unharmed },
  html: { ...unknown, ...unharmed },
  'not-json': { ...unknown, ...effective },
  huge: { ...unknown, ...effective },
  latency: fine,
  'truncated-list': fine,
  'empty-list': fine,
  'text-ids': fine,
  'ignore-disable': { ...fine, offAfter: false },
  'ignore-delete': { ...fine, thereAfter: true },
  'not-deleted': { ...fine, delete: 'unknown' },
  'no-signatures': { ...fine, list: 'error' },
};

describe('under the fault', () => {
  it.each(Object.entries(expected))('%s the adapter claims no more than it knows', async (fault, wanted) => {
    const world = await simulatedBy(spaaza, { webhooks: 5, latencyMs: fault === 'latency' ? 20 : 0 });
    const { simulator } = world;
    const provider = fault === 'slow' ? world.openWith(impatient) : world.provider;
    const value = JSON.stringify([...simulator.state.values()]).match(/"value":"(\w+)"/)?.[1] ?? 'none';
    simulator.setFaults([fault]);
    const listing = await provider.list('1743');
    const off = await provider.disable('1743', hook('101'));
    const gone = await provider.delete('1743', hook('102'));
    const secret = await provider.delete('1743', signature('102'));
    expect({
      list: listing.status,
      disable: off.kind,
      delete: gone.kind,
      offAfter: simulator.state.get('101')?.enabled === false,
      thereAfter: simulator.state.has('102'),
    }).toEqual(wanted);
    expect([secret.kind, simulator.state.has('signing-secret 102')]).toEqual([wanted.delete, wanted.thereAfter]);
    const said = JSON.stringify([listing, off, gone, secret]);
    expect(said).not.toContain(simulator.credentials.sessionKey);
    expect(said).not.toContain(value);
  });

  it('each that the simulator knows is tried here or elsewhere', () => {
    const elsewhere = ['list-deleted', 'repeat-delete'];
    expect(Object.keys(faultsOf('spaaza')).sort()).toEqual([...Object.keys(expected), ...elsewhere].sort());
  });

  it('throttle-after the account pauses for as long as was asked', async () => {
    const { provider } = await simulatedBy(spaaza, { faults: ['throttle-after'] });
    expect(await provider.delete('1743', hook('101'))).toMatchObject({ pause: 'throttle', afterMs: 2000 });
  });

  it('slow a cancelled list rejects with the reason', async () => {
    const { provider } = await simulatedBy(spaaza, { faults: ['slow'] });
    const stop = new AbortController();
    const listing = provider.list('1743', stop.signal);
    stop.abort(new Error('deadline'));
    await expect(listing).rejects.toThrow('deadline');
  });
});
