import { describe, expect, it } from 'vitest';
import { github } from '../../lib/providers/github.ts';
import { createHttp } from '../../lib/providers/http.ts';
import { faultsOf } from '../../lib/simulator/server.ts';
import { type Expected, effective, fine, generalExpected, retried } from './general-faults.ts';
import { hook, simulatedAccount, webhooksOf } from './simulated-account.ts';

const scope = 'sari-sari-demo/checkout';
const [first, second] = ['410000101', '410000102'];

const expected: Readonly<Record<string, Expected>> = {
  ...generalExpected,
  'truncated-list': fine,
  'empty-list': fine,
  'ignore-disable': { ...fine, ...effective, offAfter: false },
  'ignore-delete': { ...fine, ...effective, thereAfter: true },
  moved: { ...retried, disable: 'refused', delete: 'refused' },
  'primary-limit': retried,
  'secondary-limit': retried,
  'secondary-limit-bare': retried,
  'sso-required': retried,
  'no-last-response': fine,
  'no-deliveries': fine,
};
/** Faults of paging stand with the list, that of tokens with the app. */
const elsewhere = [
  'small-pages',
  'repeat-page',
  'endless-pages',
  'foreign-link',
  'no-link',
  'shifting-list',
  'token-revoked',
];

/** Time runs out as soon as the provider has the request. */
const impatient = { now: () => 0, sleep: () => new Promise<void>((resolve) => void setTimeout(resolve, 100)) };

describe('under the fault', () => {
  it.each(Object.entries(expected))('%s the adapter claims no more than it knows', async (fault, wanted) => {
    const world = await simulatedAccount(github, { webhooks: 3, latencyMs: fault === 'latency' ? 20 : 0 });
    const { simulator, account } = world;
    const hasty = github.open(account, simulator.credentials, createHttp({ clock: impatient, version: '1' }));
    const provider = fault === 'slow' ? hasty : world.provider;
    simulator.setFaults([fault]);
    const listing = await provider.list(scope);
    const off = await provider.disable(scope, hook(first));
    const gone = await provider.delete(scope, hook(second));
    expect({
      list: listing.status,
      disable: off.kind,
      delete: gone.kind,
      offAfter: simulator.state.get(first)?.enabled === false,
      thereAfter: simulator.state.has(second),
    }).toEqual(wanted);
    const said = JSON.stringify([listing.status === 'complete' ? '' : listing.outcome, off, gone]);
    expect(said).not.toContain(simulator.credentials.token);
    expect(said).not.toMatch(/Bad credentials|rate limit exceeded|authorization_request/);
  });

  it('each that the simulator knows is tried here or elsewhere', () => {
    expect(Object.keys(faultsOf('github')).sort()).toEqual([...Object.keys(expected), ...elsewhere].sort());
  });

  it.each([
    ['primary-limit', 'throttle', 90_000],
    ['secondary-limit', 'throttle', 30_000],
    ['secondary-limit-bare', 'throttle', 60_000],
    ['throttle', 'throttle', 60_000],
    ['throttle-after', 'throttle', 2000],
    ['sso-required', 'credential', undefined],
    ['forbidden', 'credential', undefined],
    ['wrong-key', 'credential', undefined],
  ])('%s the account pauses for %s, %s ms', async (fault, pause, afterMs) => {
    const { provider } = await simulatedAccount(github, { faults: [fault] });
    const outcome = await provider.delete(scope, hook(first));
    expect(outcome).toMatchObject({ kind: 'retry', pause });
    const waits = 'afterMs' in outcome ? outcome.afterMs : undefined;
    // The reset is a whole second, and so is the time of the server.
    if (afterMs === undefined) expect(waits).toBeUndefined();
    else expect(Math.abs((waits ?? 0) - afterMs)).toBeLessThanOrEqual(1000);
  });

  it('slow a cancelled call rejects with the reason, whatever it was for', async () => {
    const { provider } = await simulatedAccount(github, { faults: ['slow'] });
    const reason = new Error('deadline');
    const acts = [
      (signal: AbortSignal) => provider.scopes(signal),
      (signal: AbortSignal) => provider.list(scope, signal),
      (signal: AbortSignal) => provider.disable(scope, hook(first), signal),
      (signal: AbortSignal) => provider.delete(scope, hook(first), signal),
    ];
    for (const act of acts) {
      const stop = new AbortController();
      const acting = act(stop.signal);
      stop.abort(reason);
      await expect(acting).rejects.toBe(reason);
    }
  });

  it('of a provider that is not there nothing is unknown', async () => {
    const { simulator, provider } = await simulatedAccount(github);
    await simulator.close();
    expect(await provider.delete(scope, hook(first))).toMatchObject({ kind: 'retry' });
  });

  it('none, a delete that is repeated is gone, and one in another repository touches nothing', async () => {
    const { simulator, provider } = await simulatedAccount(github);
    expect((await provider.delete('sari-sari-demo/ledger', hook(first))).kind).toBe('gone');
    expect(simulator.state.has(first)).toBe(true);
    expect((await provider.delete(scope, hook(first))).kind).toBe('done');
    expect((await provider.delete(scope, hook(first))).kind).toBe('gone');
    expect(webhooksOf(await provider.list(scope)).some(({ id }) => id === first)).toBe(false);
  });
});
