import type { Ms } from '../clock.ts';
import type { Rules } from '../policy/policy.ts';
import { keyOf, type Webhook } from '../webhook.ts';
import { ageOf, day, latest, span, timeOf } from './age.ts';
import type { Finding } from './finding.ts';
import type { OneRule, Population } from './population.ts';

const report = (evidence: string): Finding => ({ rule: 'stale', confidence: 'low', evidence, proposes: false });

/** Nothing tells whether deliveries arrive, so age is all there is to say. */
const byAge = (webhook: Webhook, population: Population, afterMs: Ms, why: string): Finding | null => {
  const age = ageOf(webhook, population);
  if (age === null || age.since + afterMs > population.now) return null;
  const reason = 'an old webhook is usually a working one';
  return report(`${age.basis} ${day(age.since, age.written)}, more than ${span(afterMs)} ago, and ${why}: ${reason}`);
};

/** From when a success would be known: for ever, or as far back as a forgetful provider and our own scans go. */
const watchedSince = (webhook: Webhook, { capabilities, sightings, now }: Population): Ms => {
  if (capabilities.signalMemoryMs === undefined) return Number.NEGATIVE_INFINITY;
  return Math.min(timeOf(sightings.get(keyOf(webhook))?.firstSeen) ?? now, now - capabilities.signalMemoryMs);
};

/** The start of the time without a success: the last success, else the time from which it stands. */
const quietSince = (webhook: Webhook, success: Ms | null, population: Population): { at: Ms; says: string } | null => {
  if (success !== null) return { at: success, says: `last success ${day(success, webhook.signal?.lastSuccess)}` };
  const age = ageOf(webhook, population);
  const watched = watchedSince(webhook, population);
  if (age !== null && watched > age.since) return { at: watched, says: `no success known since ${day(watched)}` };
  return age && { at: age.since, says: `no success since it was ${age.basis} ${day(age.since, age.written)}` };
};

const bySignal = (
  webhook: Webhook,
  success: Ms | null,
  lastAttempt: Ms,
  population: Population,
  afterMs: Ms,
): Finding | null => {
  const bound = population.now - afterMs;
  const quiet = quietSince(webhook, success, population);
  if (quiet === null) return report(`last attempt ${day(lastAttempt)}, no success known, and its age is unknown`);
  if (quiet.at > bound || lastAttempt <= quiet.at) return null;
  const evidence = `${quiet.says}, last attempt ${day(lastAttempt, webhook.signal?.lastAttempt)}`;
  if (lastAttempt < bound)
    return report(`${evidence}: nothing was attempted within ${span(afterMs)}, so it may only be idle`);
  const confidence = webhook.signal?.failing ? 'high' : 'medium';
  return {
    rule: 'stale',
    confidence,
    evidence: `${evidence}: attempts without a success for ${span(afterMs)}`,
    proposes: true,
  };
};

/**
 * Where we switched it off, it is judged as of then: nothing is attempted since, and a success is a late one until
 * `quietUntil`. A later one counts.
 */
const known = (
  webhook: Webhook,
  population: Population,
): { view: Population; success: Ms | null; attempt: Ms | null } => {
  const { signal } = webhook;
  const successes = [timeOf(signal?.lastSuccess), timeOf(population.sightings.get(keyOf(webhook))?.lastSuccess)];
  const until = population.quietUntil?.get(keyOf(webhook));
  if (until === undefined)
    return {
      view: population,
      success: latest(...successes),
      attempt: latest(timeOf(signal?.lastAttempt), ...successes),
    };
  const now = until - population.capabilities.lateDeliveryMs;
  const success = latest(...successes.filter((time) => time === null || time <= now || time > until));
  return { view: { ...population, now }, success, attempt: now };
};

const judge = (webhook: Webhook, population: Population, afterMs: Ms): Finding | null => {
  if (!population.capabilities.signals)
    return byAge(webhook, population, afterMs, 'this provider tells nothing of deliveries');
  const { view, success, attempt } = known(webhook, population);
  return attempt === null
    ? byAge(webhook, view, afterMs, 'no delivery is known')
    : bySignal(webhook, success, attempt, view, afterMs);
};

/** A webhook whose deliveries are attempted and have not succeeded for long. Idle ones are not stale. */
export const stale: OneRule<NonNullable<Rules['stale']>> = (population, { afterMs }) => {
  const { capabilities, now } = population;
  return (webhook) => {
    if (webhook.kind !== 'endpoint' || !webhook.enabled) return null;
    const success = capabilities.signals ? timeOf(webhook.signal?.lastSuccess) : null;
    // Most have a fresh success, and then nothing older matters.
    if (success !== null && success > now - afterMs && !population.quietUntil?.has(keyOf(webhook))) return null;
    return judge(webhook, population, afterMs);
  };
};
