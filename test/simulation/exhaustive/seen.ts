const mix = (hash: number, value: number): number => {
  const mixed = Math.imul(hash ^ value, 0x9e3779b1);
  return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) ^ (mixed >>> 13);
};

/**
 * States that were seen, as 63 bits of hash each: two of n states are taken for one with a chance of less than n² / 2⁶⁴, which is
 * one in 1,800 for a hundred million.
 */
export const createSeen = () => {
  let bits = 20;
  let high = new Uint32Array(1 << bits);
  let low = new Uint32Array(1 << bits);
  let size = 0;

  const insert = (a: number, b: number): boolean => {
    const mask = 2 ** bits - 1;
    let at = (a & mask) >>> 0;
    while (high[at] !== 0 || low[at] !== 0) {
      if (high[at] === a && low[at] === b) return false;
      at = (at + 1) & mask;
    }
    high[at] = a;
    low[at] = b;
    return true;
  };
  const grow = (): void => {
    const before = [high, low] as const;
    bits += 1;
    high = new Uint32Array(2 ** bits);
    low = new Uint32Array(2 ** bits);
    for (const [at, a] of before[0].entries()) if (a !== 0 || before[1][at] !== 0) insert(a, before[1][at] as number);
  };

  return {
    /** False where it was there before. */
    add(code: readonly number[]): boolean {
      let a = 0x2545f491;
      let b = 0x6c62272e;
      for (const value of code) {
        const upper = Math.floor(value / 2 ** 32);
        a = mix(mix(a, value >>> 0), upper);
        b = mix(mix(b, upper ^ 0x5bd1e995), value >>> 0);
      }
      if (size * 10 > 2 ** bits * 7) grow();
      const isNew = insert((a | 1) >>> 0, b >>> 0);
      if (isNew) size += 1;
      return isNew;
    },
    size: () => size,
  };
};
