import { describe, expect, it } from 'vitest';
import { gitlab } from '../../lib/providers/gitlab.ts';
import { createHttp } from '../../lib/providers/http.ts';
import { faultsOf } from '../../lib/simulator/server.ts';
import { fine, generalExpected, retried } from './general-faults.ts';
import { hook, simulatedAccount } from './simulated-account.ts';

const scope = 'projects:sari-sari-demo/checkout';
const id = '5100102';

const expected = {
  ...generalExpected,
  'truncated-list': fine,
  'empty-list': fine,
  'ignore-delete': { ...fine, thereAfter: true },
  moved: { ...retried, delete: 'refused' },
  'plain-throttle': retried,
  'insufficient-scope': retried,
  'no-events': fine,
  'undated-events': fine,
  'old-version': fine,
  'idempotent-delete': fine,
  'delete-answers-row': fine,
};
/** Faults of paging stand with the list. */
const elsewhere = [
  'small-pages',
  'repeat-page',
  'endless-pages',
  'foreign-link',
  'link-only',
  'no-totals',
  'wrong-total',
  'shifting-list',
];

/** Time runs out as soon as the provider has the request. */
const impatient = { now: () => 0, sleep: () => new Promise<void>((resolve) => void setTimeout(resolve, 100)) };

describe('under the fault', () => {
  it.each(Object.entries(expected))('%s the adapter claims no more than it knows', async (fault, wanted) => {
    const world = await simulatedAccount(gitlab, { webhooks: 3, latencyMs: fault === 'latency' ? 20 : 0 });
    const { simulator, account } = world;
    const hasty = gitlab.open(account, simulator.credentials, createHttp({ clock: impatient, version: '1' }));
    const provider = fault === 'slow' ? hasty : world.provider;
    simulator.setFaults([fault]);
    const listing = await provider.list(scope);
    const gone = await provider.delete(scope, hook(id));
    const seen = { list: listing.status, delete: gone.kind, thereAfter: simulator.state.has(id) };
    expect(seen).toEqual({ list: wanted.list, delete: wanted.delete, thereAfter: wanted.thereAfter });
    const said = JSON.stringify([listing.status === 'complete' ? '' : listing.outcome, gone]);
    expect(said).not.toContain(simulator.credentials.token);
    expect(said).not.toMatch(/Unauthorized|Retry later|privileges/);
  });

  it('each that the simulator knows is tried here or elsewhere', () => {
    expect(Object.keys(faultsOf('gitlab')).sort()).toEqual([...Object.keys(expected), ...elsewhere].sort());
  });

  it.each([
    ['plain-throttle', 'throttle', 40_000],
    ['throttle', 'throttle', 60_000],
    ['throttle-after', 'throttle', 2000],
    ['insufficient-scope', 'credential', undefined],
    ['wrong-key', 'credential', undefined],
  ])('%s the account pauses for %s, %s ms', async (fault, pause, afterMs) => {
    const { provider } = await simulatedAccount(gitlab, { faults: [fault] });
    const outcome = await provider.delete(scope, hook(id));
    expect(outcome).toMatchObject({ kind: 'retry', pause });
    const waits = 'afterMs' in outcome ? outcome.afterMs : undefined;
    if (afterMs === undefined) expect(waits).toBeUndefined();
    else expect(Math.abs((waits ?? 0) - afterMs)).toBeLessThanOrEqual(1000);
  });

  it('slow a cancelled call rejects with the reason, whatever it was for', async () => {
    const { provider } = await simulatedAccount(gitlab, { faults: ['slow'] });
    const reason = new Error('deadline');
    for (const act of [
      (signal: AbortSignal) => provider.scopes(signal),
      (signal: AbortSignal) => provider.list(scope, signal),
      (signal: AbortSignal) => provider.delete(scope, hook(id), signal),
    ]) {
      const stop = new AbortController();
      const acting = act(stop.signal);
      stop.abort(reason);
      await expect(acting).rejects.toBe(reason);
    }
  });

  it('of a provider that is not there nothing is unknown', async () => {
    const { simulator, provider } = await simulatedAccount(gitlab);
    await simulator.close();
    expect(await provider.delete(scope, hook(id))).toMatchObject({ kind: 'retry' });
  });
});
