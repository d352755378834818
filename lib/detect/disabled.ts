import type { Rules } from '../policy/policy.ts';
import { keyOf, type Webhook } from '../webhook.ts';
import { day, latest, span, timeOf } from './age.ts';
import type { OneRule, Population } from './population.ts';

/**
 * Since when a webhook is off and unchanged, at the latest; null where that is unknown. A scan that never saw it on says
 * nothing where the provider tells of the last change. A time of creation alone tells nothing of when it was switched off.
 */
const offSince = (webhook: Webhook, { sightings }: Population): number | null => {
  const updated = timeOf(webhook.updatedAt);
  const sighting = sightings.get(keyOf(webhook));
  const seenOff = timeOf(sighting?.offSince);
  if (updated === null) return seenOff;
  const sawItOn = sighting?.offSince !== sighting?.firstSeen;
  return latest(updated, timeOf(webhook.createdAt), sawItOn ? seenOff : null);
};

/** A webhook that somebody switched off and left so. Those that we switched off count as on. */
export const disabled: OneRule<NonNullable<Rules['disabled']>> =
  (population, { afterMs }) =>
  (webhook) => {
    if (webhook.kind !== 'endpoint' || webhook.enabled) return null;
    const since = offSince(webhook, population);
    if (since === null) {
      const evidence = 'switched off, but neither the provider nor our scans tell since when';
      return { rule: 'disabled', confidence: 'low', evidence, proposes: false };
    }
    if (since + afterMs > population.now) return null;
    const evidence = `switched off and unchanged since ${day(since, webhook.updatedAt)}, at least ${span(afterMs)}`;
    return { rule: 'disabled', confidence: 'high', evidence, proposes: true };
  };
