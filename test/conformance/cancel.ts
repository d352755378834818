import { expect } from 'vitest';
import { backupOf } from '../../lib/webhook.ts';
import { firstOf } from './steps.ts';
import type { Behaviour } from './subject.ts';
import { everything, fill, only, untouched, type World, worldOf } from './world.ts';

type Act = (signal: AbortSignal) => Promise<unknown>;

/** All that can be asked of a provider; the list has several pages where there are any. */
const actsOn = async (world: World, pageEdge: number | null): Promise<Readonly<Record<string, Act>>> => {
  const { provider, simulator } = world;
  const [kind = 'endpoint'] = provider.capabilities.kinds;
  const { like } = await only(world);
  fill(world, like, (pageEdge ?? 5) + 1);
  const { scope, webhook } = firstOf(await everything(world), kind);
  const backup = { ...backupOf(webhook), ...(webhook.url === null ? {} : { url: 'https://new.example.com/in' }) };
  const unknown = { kind, id: simulator.newId() };
  return {
    scopes: (signal) => provider.scopes(signal),
    list: (signal) => provider.list(scope, signal),
    disable: (signal) => provider.disable(scope, unknown, signal),
    enable: (signal) => provider.enable(scope, unknown, signal),
    delete: (signal) => provider.delete(scope, unknown, signal),
    create: (signal) => provider.create(scope, backup, signal),
  };
};

/** How a call is cancelled: before it leaves, and when its answer is there. */
const moments = ['before', 'after'] as const;

const cancellation: Behaviour = {
  column: 'cancel',
  title: 'rejects with the reason of the signal at whichever call it is cancelled, and makes no other call',
  holds: async ({ name, pageEdge }) => {
    const world = await worldOf(name, { webhooks: 1 });
    const acts = await actsOn(world, pageEdge);
    for (const [method, act] of Object.entries(acts)) {
      const start = world.calls.length;
      world.tap(untouched);
      await act(new AbortController().signal);
      const calls = world.calls.length - start;
      if (calls > 0) await expect(act(AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
      for (let at = 1; at <= calls; at += 1) {
        for (const moment of moments) {
          const stop = new AbortController();
          const reason = new Error(`${method} cancelled ${moment} call ${at} of ${calls}`);
          const first = world.calls.length;
          const arrived = world.simulator.requests.length;
          world.tap(async (_call, send) => {
            const due = world.calls.length - first >= at;
            if (due && moment === 'before') stop.abort(reason);
            const answer = await send();
            if (due) stop.abort(reason);
            return answer;
          });
          const cancelled = act(stop.signal);
          // Cancelled behind its last call there is nothing left to stop.
          if (moment === 'before' || at < calls) await expect(cancelled).rejects.toBe(reason);
          else await cancelled;
          const more = world.simulator.requests.length - arrived;
          expect(more, reason.message).toBe(moment === 'before' ? at - 1 : at);
        }
      }
    }
  },
};

export const cancelBehaviours: readonly Behaviour[] = [cancellation];
