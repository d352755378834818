import { describe, expect, it } from 'vitest';
import { simpay } from '../../lib/providers/simpay.ts';
import { faultsOf } from '../../lib/simulator/server.ts';
import { impatient, simulatedBy } from './opened.ts';

const scope = '0001:1234567';
const hook = (id: string) => ({ kind: 'endpoint' as const, id });

type Expected = { list: string; delete: string; thereAfter: boolean };

const retried = { list: 'error', delete: 'retry', thereAfter: true };
const fine = { list: 'complete', delete: 'done', thereAfter: false };

/** What the adapter says under each fault once it has a token, and what is true at the provider. */
const expected: Readonly<Record<string, Expected>> = {
  throttle: retried,
  'throttle-after': retried,
  'throttle-date': retried,
  'wrong-key': retried,
  forbidden: retried,
  'company-not-found': retried,
  'expired-token': retried,
  'error-before': { list: 'error', delete: 'unknown', thereAfter: true },
  'error-after': { list: 'error', delete: 'unknown', thereAfter: false },
  'reset-before': { list: 'error', delete: 'unknown', thereAfter: true },
  'reset-after': { list: 'error', delete: 'unknown', thereAfter: false },
  'truncated-body': { list: 'error', delete: 'unknown', thereAfter: false },
  slow: { list: 'error', delete: 'unknown', thereAfter: false },
  redirect: { list: 'error', delete: 'refused', thereAfter: true },
  html: { list: 'error', delete: 'unknown', thereAfter: true },
  'not-json': { list: 'error', delete: 'unknown', thereAfter: false },
  huge: { list: 'error', delete: 'unknown', thereAfter: false },
  latency: fine,
  'truncated-list': fine,
  'empty-list': fine,
  'hide-secrets': fine,
  'error-field': fine,
  'ignore-delete': { ...fine, thereAfter: true },
  'account-closed': { ...fine, delete: 'refused', thereAfter: true },
  'no-policy': { ...fine, delete: 'gone', thereAfter: true },
};

describe('under the fault', () => {
  it.each(Object.entries(expected))('%s the adapter claims no more than it knows', async (fault, wanted) => {
    const world = await simulatedBy(simpay, { webhooks: 3, latencyMs: fault === 'latency' ? 20 : 0 });
    const { simulator } = world;
    const provider = fault === 'slow' ? world.openWith(impatient) : world.provider;
    await provider.list(scope);
    simulator.setFaults([fault]);
    const listing = await provider.list(scope);
    const gone = await provider.delete(scope, hook('702'));
    expect({ list: listing.status, delete: gone.kind, thereAfter: simulator.state.has('702') }).toEqual(wanted);
    const said = JSON.stringify([listing, gone]);
    for (const secret of Object.values(simulator.credentials)) expect(said).not.toContain(secret);
    expect(said).not.toMatch(/auth-[0-9a-f]{24}|not valid for any|Internal server/);
  });

  it.each(Object.entries(expected))('%s from the first call on nothing is done that is not so', async (fault) => {
    const world = await simulatedBy(simpay, { webhooks: 3, faults: [fault] });
    const provider = fault === 'slow' ? world.openWith(impatient) : world.provider;
    const gone = await provider.delete(scope, hook('702'));
    const there = world.simulator.state.has('702');
    if (gone.kind === 'retry' || gone.kind === 'refused') expect(there).toBe(true);
    if (gone.kind === 'done' && fault !== 'ignore-delete') expect(there).toBe(false);
  });

  it('each that the simulator knows is tried here or elsewhere', () => {
    const elsewhere = [
      'shape-array',
      'shape-webhooks',
      'list-elsewhere',
      'count-wrong',
      'next-elsewhere',
      'next-loop',
      'shifting-list',
      'ignore-filter',
      'token-access',
      'no-token',
    ];
    expect(Object.keys(faultsOf('simpay')).sort()).toEqual([...Object.keys(expected), ...elsewhere].sort());
  });

  it('throttle-after the account pauses for as long as was asked', async () => {
    const { simulator, provider } = await simulatedBy(simpay);
    await provider.list(scope);
    simulator.setFaults(['throttle-after']);
    expect(await provider.delete(scope, hook('701'))).toMatchObject({ pause: 'throttle', afterMs: 2000 });
  });

  it.each([true, false])('slow a cancelled list rejects with the reason, with a token %s', async (before) => {
    const { simulator, provider } = await simulatedBy(simpay);
    if (before) await provider.list(scope);
    simulator.setFaults(['slow']);
    const stop = new AbortController();
    const listing = provider.list(scope, stop.signal);
    stop.abort(new Error('deadline'));
    await expect(listing).rejects.toThrow('deadline');
  });
});
