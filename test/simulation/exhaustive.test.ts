import { describe, expect, it } from 'vitest';
import { type Bounds, parts } from './exhaustive/model.ts';
import { search } from './exhaustive/search.ts';

const paid = ['PAID'];
const two: Bounds = { events: [paid, paid], workers: 2, attempts: 1, way: 'both' };

/** Searched whole; `npm run simulate:exhaustive` goes further. */
const whole: Readonly<Record<string, Bounds>> = {
  'two workers, the way from disable to delete': two,
  'one worker with an attempt more': { ...two, workers: 1, attempts: 2 },
  'one worker, and webhooks that differ in what they cover': {
    ...two,
    events: [['*'], ['PAID', 'VOIDED']],
    workers: 1,
  },
  'three workers that delete where nothing can be switched off': { ...two, workers: 3, way: 'delete' },
  'three webhooks that are deleted where nothing can be switched off': {
    ...two,
    events: [paid, paid, paid],
    way: 'delete',
  },
};

describe('the steps of workers that die anywhere, each in every order', () => {
  for (const [name, bounds] of Object.entries(whole))
    it(`never take the last one and tell one story: ${name}`, { timeout: 300_000 }, async () => {
      const { states, transitions, violations, whole } = await search(bounds);
      console.log(`${name}: ${states} states, ${transitions} transitions`);
      expect(violations).toEqual([]);
      expect(whole).toBe(true);
    });

  it.each(parts)('break a promise without %s', { timeout: 120_000 }, async (without) => {
    const { violations } = await search({ ...two, way: 'delete', without });
    expect(violations[0]).toMatch(/took the last one|rests as/);
  });
});
