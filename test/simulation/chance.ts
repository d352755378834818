import { seededRandom } from '../../lib/simulator/random.ts';

/** Chance of one history: the same draws for the same seed. */
export const createChance = (seed: number) => {
  const unit = seededRandom(Math.imul(seed, 0x9e3779b1) ^ (seed >>> 7));
  const below = (count: number): number => Math.floor(unit() * count);
  return {
    unit,
    below,
    /** True this often. */
    in: (rate: number): boolean => rate > 0 && unit() < rate,
    between: (least: number, most: number): number => least + Math.floor(unit() * (most - least + 1)),
    pick: <T>(list: readonly T[]): T => list[below(list.length)] as T,
    /** One of these by weight. */
    weigh: <T extends string>(weights: Readonly<Record<T, number>>): T => {
      const entries = Object.entries<number>(weights) as [T, number][];
      let left = unit() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [name, weight] of entries) {
        left -= weight;
        if (left < 0) return name;
      }
      return (entries.at(-1) as [T, number])[0];
    },
  };
};
export type Chance = ReturnType<typeof createChance>;
