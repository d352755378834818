import type { Clock, Ms } from '../clock.ts';
import type { Provider } from './contract.ts';

/**
 * The same provider with its changing calls one after the other, no two closer than it asks for (`writesPerSecond`).
 * Reads are not held back, and the way back is a changing call like any other.
 */
export const paced = (provider: Provider, clock: Clock): Provider => {
  const { writesPerSecond } = provider.capabilities;
  if (writesPerSecond === undefined) return provider;
  const gapMs = 1000 / writesPerSecond;
  let nextAt: Ms = 0;
  const turn = async (signal?: AbortSignal): Promise<void> => {
    const now = clock.now();
    const at = Math.max(now, nextAt);
    nextAt = at + gapMs;
    if (at > now) await clock.sleep(at - now, signal);
  };
  return {
    ...provider,
    disable: async (scope, webhook, signal) => turn(signal).then(() => provider.disable(scope, webhook, signal)),
    enable: async (scope, webhook, signal) => turn(signal).then(() => provider.enable(scope, webhook, signal)),
    delete: async (scope, webhook, signal) => turn(signal).then(() => provider.delete(scope, webhook, signal)),
    create: async (scope, backup, signal) => turn(signal).then(() => provider.create(scope, backup, signal)),
  };
};
