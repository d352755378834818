import { iso, type Ms } from '../clock.ts';
import { keyOf, type Webhook } from '../webhook.ts';
import { isoTime } from './iso-time.ts';
import type { Population } from './population.ts';

/** An ISO 8601 time in milliseconds; null where it is missing or unreadable. */
export const timeOf = (text: string | null | undefined): Ms | null => {
  if (!text) return null;
  const ms = isoTime(text) ?? Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
};

/** The latest of the times that are known. */
export const latest = (...times: readonly (Ms | null)[]): Ms | null =>
  times.reduce((best, time) => (best === null || (time !== null && time > best) ? time : best), null);

/** `written`: as the provider or our scans wrote that time. */
export type Age = { since: Ms; basis: 'created' | 'first seen'; written: string | null | undefined };

/** Since when a webhook stands: as the provider says, else as our scans saw it; null where neither is known. */
export const ageOf = (webhook: Webhook, { sightings }: Population): Age | null => {
  const created = timeOf(webhook.createdAt);
  if (created !== null) return { since: created, basis: 'created', written: webhook.createdAt };
  const written = sightings.get(keyOf(webhook))?.firstSeen;
  const seen = timeOf(written);
  return seen === null ? null : { since: seen, basis: 'first seen', written };
};

/**
 * A way to compare the ages of several webhooks, all told on one basis; null where some have no time on either.
 * A time of creation and one of first sight must not be compared: what was seen late may be old.
 */
export const comparableAge = (
  webhooks: readonly Webhook[],
  { sightings }: Population,
): ((webhook: Webhook) => Ms) | null => {
  const created = (webhook: Webhook) => timeOf(webhook.createdAt);
  const seen = (webhook: Webhook) => timeOf(sightings.get(keyOf(webhook))?.firstSeen);
  const told = [created, seen].find((since) => webhooks.every((webhook) => since(webhook) !== null));
  return told ? (webhook) => told(webhook) ?? 0 : null;
};

const spans = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1000, 's'],
] as const;

/** `90d`, `36h`, `15m`: as the policy file writes it. */
export const span = (ms: Ms): string => {
  const [size, unit] = spans.find(([unitMs]) => ms >= unitMs && ms % unitMs === 0) ?? [1, 'ms'];
  return `${ms / size}${unit}`;
};

const midnight = 'T00:00:00.000Z';
const wholeSecond = '.000Z';

/**
 * The day where that is enough for people, the full time otherwise.
 *
 * @param written the text that the time was read from, where there is one: mostly it is what would be written, and at a
 *   fraction of the cost
 */
export const day = (ms: Ms, written?: string | null): string => {
  const text = written && isoTime(written) === ms ? written : iso(ms);
  if (text.endsWith(midnight)) return text.slice(0, -midnight.length);
  return text.endsWith(wholeSecond) ? `${text.slice(0, -wholeSecond.length)}Z` : text;
};
