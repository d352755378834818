import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { enqueue } from '../../lib/jobs/enqueue.ts';
import type { Webhook } from '../../lib/webhook.ts';
import { day, hour, shop, testHook, uncovered, webhook } from './world.ts';

const byHand = (w: ReturnType<typeof shop>, webhookId: string, step: 'disable' | 'delete' = 'delete') =>
  enqueue(w.ports, { account: 'shop', webhookId, step, reason: 'chosen', now: true });

describe('the last one that receives an event', () => {
  it('is kept where all are candidates: of two test webhooks one stays on', async () => {
    const w = shop([testHook('a'), testHook('b')]);
    await w.scanAndApprove('shop');
    await w.run(2 * day, hour);
    expect(w.remote.mutations()).toEqual(['disable a', 'delete a']);
    expect(w.remote.state.get('b')?.enabled).toBe(true);
  });

  it('is not replaced by names where it receives `*`, but replaces every name', async () => {
    const star = shop([testHook('all', { events: ['*'] }), webhook('paid'), webhook('refund', { events: ['REFUND'] })]);
    const { items } = await star.scanAndApprove('shop');
    expect(items.map(({ decision, guards }) => [decision, guards[0]?.guard])).toEqual([['keep', 'last-one']]);
    const names = shop([testHook('paid'), webhook('all', { events: ['*'] })]);
    await names.scanAndApprove('shop');
    await names.run(2 * day, hour);
    expect([...names.remote.state.keys()]).toEqual(['all']);
  });

  it('is switched on again and kept where the survivor is removed by hand during the observation', async () => {
    const w = shop([
      webhook('live'),
      testHook('a'),
      ...['x', 'y', 'z'].map((id) => webhook(id, { events: ['OTHER'] })),
    ]);
    await w.scanAndApprove('shop');
    await w.run(hour);
    w.remote.state.delete('live');
    await w.run(day, hour / 12);
    expect(w.remote.mutations()).toEqual(['disable a', 'enable a']);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'kept', endGuard: 'last-one', offByUs: false });
  });

  it('is switched on again by the next scan where the survivor is switched off by hand', async () => {
    const w = shop([webhook('live'), testHook('a')]);
    await w.scanAndApprove('shop');
    await w.run(hour);
    w.remote.edit('live', { enabled: false });
    await w.scan('shop');
    await w.run(60_000);
    expect(w.remote.state.get('a')?.enabled).toBe(true);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'kept', endGuard: 'last-one' });
  });

  it('is switched on again at once where the survivor goes off between the list and the list after', async () => {
    for (const lose of ['remove', 'switch off'] as const) {
      const w = shop([webhook('live'), testHook('a')]);
      await w.scanAndApprove('shop');
      w.remote.hooks.after = (call) => {
        if (call !== 'disable a') return;
        if (lose === 'remove') w.remote.state.delete('live');
        else w.remote.edit('live', { enabled: false });
      };
      await w.run(60_000);
      expect([lose, ...w.remote.mutations()]).toEqual([lose, 'disable a', 'enable a']);
      expect(w.record('shop', 'a')).toMatchObject({ state: 'kept', endGuard: 'last-one' });
    }
  });

  it('is not covered by one whose own call is still open', async () => {
    const w = shop([webhook('live'), testHook('a'), testHook('b')]);
    await w.scanAndApprove('shop');
    w.remote.faults.call = [{ outcome: { kind: 'done', why: '204' }, effect: false }];
    w.remote.hooks.after = (call) => {
      if (call === 'disable b') w.remote.edit('live', { enabled: false });
    };
    await w.work();
    expect(w.record('shop', 'b')).toMatchObject({ state: 'restoring', returnTo: { guard: 'last-one' } });
    await w.run(hour);
    expect(uncovered([testHook('a')], w.remote.state.values())).toEqual([]);
  });

  it('stays where two people choose one each, and both jobs come in one batch', async () => {
    const w = shop([webhook('a'), webhook('b')]);
    await byHand(w, 'a');
    await byHand(w, 'b');
    await w.work();
    await w.run(day, hour);
    expect([...w.remote.state.values()].filter(({ enabled }) => enabled)).toHaveLength(1);
  });

  it('raises an alarm where the survivor goes off during the delete, which cannot be undone', async () => {
    const w = shop([webhook('live'), testHook('a')]);
    await w.scanAndApprove('shop');
    w.remote.hooks.after = (call) => {
      if (call === 'delete a') w.remote.edit('live', { enabled: false });
    };
    await w.run(2 * day, hour);
    const alarm = { level: 'error', message: 'cover lost after a delete', webhookId: 'a' };
    expect(w.log).toContainEqual(expect.objectContaining(alarm));
    expect(w.record('shop', 'a').state).toBe('deleted');
  });

  it('raises it too where a veto came first and the delete took effect on the way back', async () => {
    const w = shop([...['live', 'x', 'y'].map((id) => webhook(id)), testHook('a')]);
    await w.scanAndApprove('shop');
    w.remote.hooks.before = async (call) => {
      if (call === 'delete a') {
        w.remote.faults.call = [{ effect: false, outcome: { kind: 'unknown', why: 'no answer in time' } }];
        await w.decide('veto', 'a');
      }
      if (call !== 'enable a') return;
      w.remote.state.delete('a');
      for (const id of ['live', 'x', 'y']) w.remote.edit(id, { enabled: false });
    };
    await w.run(3 * day, hour);
    expect(w.record('shop', 'a')).toMatchObject({ state: 'failed', leftAs: 'absent' });
    expect(w.record('shop', 'a').history.at(-1)?.detail).toContain('nobody receives PAID any more');
    expect(w.log).toContainEqual(expect.objectContaining({ message: 'cover lost after a delete', webhookId: 'a' }));
  });

  it('may go by hand in a sandbox with keepLast: false, and not once the policy says keepLast again', async () => {
    const w = shop([webhook('only')], { keepLast: false, retry: { attempts: 8, baseMs: 2000, capMs: 300_000 } });
    await byHand(w, 'only', 'disable');
    w.ports.policy = {
      ...w.ports.policy,
      accounts: w.ports.policy.accounts.map((one) => ({ ...one, keepLast: true })),
    };
    await w.run(60_000);
    expect(w.remote.mutations()).toEqual([]);
    expect(w.record('shop', 'only')).toMatchObject({ state: 'kept', endGuard: 'last-one' });
  });

  it('needs an approval that says so on production with keepLast: false', async () => {
    const production = { keepLast: false, environment: 'production', mode: 'auto' } as const;
    const w = shop([testHook('only')], production);
    const { items } = await w.scan('shop');
    expect(items[0]).toMatchObject({ decision: 'propose', last: true });
    expect(items[0]?.needsApproval).toContain('last');
    const covered = shop([testHook('a'), webhook('live')], production);
    await covered.scanAndApprove('shop');
    covered.remote.state.delete('live');
    await covered.run(3 * day, hour);
    expect(covered.remote.mutations()).toEqual([]);
  });

  it('is never a signing secret that a live webhook uses, nor the only active one', async () => {
    const secret = (id: string): Webhook => webhook(id, { kind: 'signing-secret', url: null, events: [] });
    const w = shop(
      [secret('old'), secret('new'), webhook('live', { secretId: 'old' })],
      {},
      {
        kinds: ['endpoint', 'signing-secret'],
      },
    );
    expect(await byHand(w, 'old')).toMatchObject({ ok: false, guards: [{ guard: 'in-use' }] });
    expect(await byHand(w, 'new')).toMatchObject({ ok: true });
    await w.run(hour);
    expect(await byHand(w, 'old')).toMatchObject({ ok: false });
    expect([...w.remote.state.keys()]).toEqual(['old', 'live']);
  });
});

const population = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom(...'abcdefgh'),
    events: fc.uniqueArray(fc.constantFrom('*', 'PAID', 'REFUND', 'VOID'), { minLength: 1, maxLength: 3 }),
    enabled: fc.boolean(),
    isTest: fc.boolean(),
    twin: fc.boolean(),
  }),
  { selector: ({ id }) => id, minLength: 1 },
);

describe('any population, with any answers of the provider', () => {
  it('still has an enabled webhook for each event that had one', async () => {
    const fault = fc.record({
      effect: fc.boolean(),
      outcome: fc.constantFrom(
        { kind: 'unknown', why: 'time out' } as const,
        { kind: 'retry', why: '503' } as const,
        { kind: 'done', why: '200' } as const,
      ),
    });
    await fc.assert(
      fc.asyncProperty(population, fc.array(fault, { maxLength: 6 }), fc.boolean(), async (drawn, faults, disable) => {
        const webhooks = drawn.map(({ id, events, enabled, isTest, twin }) => {
          const over = {
            events: [...events].sort(),
            enabled,
            ...(twin && { url: 'https://same.sari-sari-demo.ph/hook' }),
          };
          return isTest ? testHook(id, over) : webhook(id, over);
        });
        const w = shop(webhooks, {}, { disable: disable ? ['endpoint'] : [] });
        w.remote.faults.call = faults.map((one) => (one.outcome.kind === 'retry' ? { ...one, effect: false } : one));
        w.remote.hooks.after = () => expect(uncovered(webhooks, w.remote.state.values())).toEqual([]);
        await w.scanAndApprove('shop');
        await w.run(hour, 60_000);
        await w.run(3 * day, hour);
        expect(uncovered(webhooks, w.remote.state.values())).toEqual([]);
        expect((await w.verify()).broken).toEqual([]);
        for (const [id, { state }] of drawn.map(({ id }) => [id, w.record('shop', id) ?? { state: 'none' }] as const))
          expect([id, state, w.remote.state.has(id)]).toEqual([id, state, state !== 'deleted']);
      }),
      { numRuns: 60 },
    );
  });
});
