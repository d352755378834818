import { describe, expect, it } from 'vitest';
import { omise } from '../../lib/providers/omise.ts';
import { faultsOf } from '../../lib/simulator/server.ts';
import { impatient, simulatedBy } from './opened.ts';

type Expected = { list: string; delete: string; thereAfter: boolean };

const retried = { list: 'error', delete: 'retry', thereAfter: true };

/** What the adapter says under each fault, and what is true at the provider. */
const expected: Readonly<Record<string, Expected>> = {
  throttle: retried,
  'throttle-after': retried,
  'throttle-date': retried,
  'wrong-key': retried,
  forbidden: retried,
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
  latency: { list: 'complete', delete: 'done', thereAfter: false },
  'truncated-list': { list: 'complete', delete: 'done', thereAfter: false },
  'empty-list': { list: 'complete', delete: 'done', thereAfter: false },
  'ignore-delete': { list: 'complete', delete: 'done', thereAfter: true },
  'not-deleted': { list: 'complete', delete: 'unknown', thereAfter: false },
  'other-id': { list: 'complete', delete: 'unknown', thereAfter: false },
  'live-mode': { list: 'error', delete: 'unknown', thereAfter: false },
  'total-wrong': { list: 'incomplete', delete: 'done', thereAfter: false },
};

describe('under the fault', () => {
  it.each(Object.entries(expected))('%s the adapter claims no more than it knows', async (fault, wanted) => {
    const world = await simulatedBy(omise, { webhooks: 3, latencyMs: fault === 'latency' ? 20 : 0 });
    const { simulator } = world;
    const provider = fault === 'slow' ? world.openWith(impatient) : world.provider;
    const id = [...simulator.state.keys()][1] ?? '';
    simulator.setFaults([fault]);
    const listing = await provider.list('shop');
    const gone = await provider.delete('shop', { kind: 'signing-secret', id });
    expect({ list: listing.status, delete: gone.kind, thereAfter: simulator.state.has(id) }).toEqual(wanted);
    const said = JSON.stringify([listing.status === 'complete' ? '' : listing.outcome, gone]);
    expect(said).not.toContain(simulator.credentials.secretKey);
    expect(said).not.toMatch(/authentication failed|an internal error/);
  });

  it('each that the simulator knows is tried here or with the list', () => {
    const elsewhere = ['small-pages', 'repeat-page', 'shifting-list'];
    expect(Object.keys(faultsOf('omise')).sort()).toEqual([...Object.keys(expected), ...elsewhere].sort());
  });

  it('throttle-after the account pauses for as long as was asked', async () => {
    const { simulator, provider } = await simulatedBy(omise, { faults: ['throttle-after'] });
    const id = [...simulator.state.keys()][0] ?? '';
    const outcome = await provider.delete('shop', { kind: 'signing-secret', id });
    expect(outcome).toMatchObject({ kind: 'retry', pause: 'throttle', afterMs: 2000 });
  });

  it('slow a cancelled list rejects with the reason', async () => {
    const { provider } = await simulatedBy(omise, { faults: ['slow'] });
    const stop = new AbortController();
    const listing = provider.list('shop', stop.signal);
    stop.abort(new Error('deadline'));
    await expect(listing).rejects.toThrow('deadline');
  });
});
