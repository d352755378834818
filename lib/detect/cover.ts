import type { Webhook } from '../webhook.ts';

/**
 * Different event lists at one URL that are compared with each other; the largest come first. Providers offer tens of
 * events, real accounts a few lists. What is left over is only reported, so that the work stays linear.
 */
export const coversMax = 64;

/** A webhook whose events no other candidate contains. */
export type Cover = { webhook: Webhook; events: ReadonlySet<string> };

type Preference = (a: Webhook, b: Webhook) => number;

/** `*` covers all, and only `*` covers `*`. */
const coversAll = (cover: ReadonlySet<string>, events: readonly string[]): boolean =>
  cover.has('*') || events.every((event) => cover.has(event));

const breadth = (events: readonly string[]): number =>
  events.includes('*') ? Number.POSITIVE_INFINITY : events.length;

/** The widest event lists among the candidates, none within another, each with the preferred webhook that has it. */
export const coversOf = (candidates: readonly Webhook[], prefer: Preference): readonly Cover[] => {
  const best = new Map<string, Webhook>();
  for (const webhook of candidates) {
    const key = webhook.events.includes('*') ? '*' : JSON.stringify(webhook.events);
    const known = best.get(key);
    if (!known || prefer(webhook, known) < 0) best.set(key, webhook);
  }
  const widestFirst = [...best]
    .map(([key, webhook]) => ({ key, webhook, breadth: breadth(webhook.events) }))
    .sort((a, b) => (a.breadth === b.breadth ? 0 : b.breadth - a.breadth) || (a.key < b.key ? -1 : 1));
  const covers: Cover[] = [];
  for (const { webhook } of widestFirst) {
    if (covers.length === coversMax) break;
    if (!covers.some(({ events }) => coversAll(events, webhook.events)))
      covers.push({ webhook, events: new Set(webhook.events) });
  }
  return covers;
};

/** The preferred one of those that receive every event of the webhook; it may be the webhook itself. */
export const bestCover = (covers: readonly Cover[], webhook: Webhook, prefer: Preference): Webhook | null =>
  covers.reduce<Webhook | null>(
    (best, cover) =>
      coversAll(cover.events, webhook.events) && (best === null || prefer(cover.webhook, best) < 0)
        ? cover.webhook
        : best,
    null,
  );
