import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

export type Ms = number;

/** Time as a port, so that a simulation can run it. */
export type Clock = {
  /** Milliseconds since 1970, UTC. */
  now(): Ms;
  /** Resolves after `ms`, or rejects with the signal's reason as soon as it aborts. */
  sleep(ms: Ms, signal?: AbortSignal): Promise<void>;
};

/** Chance as a port, so that a simulation can seed it. */
export type Random = {
  /** A number in [0, 1). */
  unit(): number;
  /** A fresh token of 128 bits, in hex. */
  token(): string;
};

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
};

export const systemRandom: Random = {
  unit: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
  token: () => randomBytes(16).toString('hex'),
};

export const iso = (ms: Ms): string => new Date(ms).toISOString();
