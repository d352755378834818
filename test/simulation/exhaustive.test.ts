import { describe, expect, it } from 'vitest';
import type { Bounds } from './exhaustive/model.ts';
import { search } from './exhaustive/search.ts';

const paid = ['PAID'];
const all: Bounds = { events: [paid, paid], workers: 1, crashes: 1, attempts: 1, way: 'both' };

/** Searched whole. */
const whole: Readonly<Record<string, Bounds>> = {
  'one worker that crashes anywhere, the way from disable to delete': { ...all, readFirst: true },
  'one worker, and webhooks that differ in what they cover': { ...all, events: [['*'], ['PAID', 'VOIDED']] },
  'two workers that delete where nothing can be switched off': { ...all, workers: 2, crashes: 0, way: 'delete' },
};

/** As far as a test run has time for; `npm run simulate:exhaustive` goes further. */
const part: Bounds = {
  ...all,
  events: [paid, paid, paid, paid],
  workers: 3,
  crashes: 3,
  way: 'disable',
  statesMax: 20_000,
};

const said = (name: string, bounds: Bounds, { states, transitions }: Awaited<ReturnType<typeof search>>): void => {
  const { events, workers, crashes } = bounds;
  console.log(
    `${name}: ${events.length} webhooks, ${workers} workers, ${crashes} crashes: ${states} states, ${transitions} steps`,
  );
};

describe('the steps of the workers, each in every order', () => {
  for (const [name, bounds] of Object.entries(whole))
    it(`never take the last one and tell one story: ${name}`, { timeout: 120_000 }, async () => {
      const searched = await search(bounds);
      said(name, bounds, searched);
      expect(searched.violations).toEqual([]);
      expect(searched.whole).toBe(true);
    });

  it('never take the last one with four webhooks and three workers, in the part that was searched', async () => {
    const searched = await search(part);
    said('in part', part, searched);
    expect(searched.violations).toEqual([]);
  }, 120_000);

  it('take the last one where busy ids are not looked at', async () => {
    const { violations } = await search({ ...all, workers: 1, crashes: 0, withoutBusy: true });
    expect(violations[0]).toContain('took the last one');
  });
});
