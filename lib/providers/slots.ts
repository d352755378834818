type Lane = { used: number; waiting: (() => void)[] };

/** At most `max` holders of one key at a time; others wait in order. */
export const createSlots = (max: number) => {
  const lanes = new Map<string, Lane>();

  const leave = (key: string, lane: Lane) => {
    const next = lane.waiting.shift();
    if (next) return next();
    lane.used -= 1;
    if (lane.used === 0) lanes.delete(key);
  };

  const wait = (lane: Lane, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener('abort', cancel);
        resolve();
      };
      const cancel = () => {
        lane.waiting.splice(lane.waiting.indexOf(enter), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', cancel, { once: true });
      lane.waiting.push(enter);
    });

  return {
    /** Resolves to the function that gives the slot back; rejects with the signal's reason. */
    async take(key: string, signal: AbortSignal): Promise<() => void> {
      signal.throwIfAborted();
      const lane = lanes.get(key) ?? { used: 0, waiting: [] };
      lanes.set(key, lane);
      if (lane.used < max) lane.used += 1;
      else await wait(lane, signal);
      return () => leave(key, lane);
    },
  };
};
