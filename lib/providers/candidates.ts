import type { Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import type { Rules } from '../policy/policy.ts';
import { normaliseUrl } from '../url.ts';
import type { Signal, Webhook } from '../webhook.ts';
import type { Listing } from './contract.ts';
import type { Failed } from './pages.ts';

const placeOf = ({ url }: Webhook): string => (url === null ? '' : (normaliseUrl(url) ?? url));

/**
 * The webhooks for which a rule depends on when deliveries arrived, so that calls are spent on those alone: enabled, and
 * old enough for `stale` and suspect, or sharing their URL with another where `duplicate` is on.
 * In the order of the list, at most `deliveriesReadMax`: for the others there is a report, never a proposal.
 *
 * @param suspect tells whether `stale` may need more of a webhook than the list itself says
 */
export const deliveryCandidates = (
  webhooks: readonly Webhook[],
  { stale, duplicate }: Rules,
  now: Ms,
  suspect: (webhook: Webhook) => boolean,
): readonly Webhook[] => {
  const alike = Map.groupBy(webhooks, placeOf);
  const old = ({ createdAt }: Webhook) => createdAt === null || Date.parse(createdAt) + (stale?.afterMs ?? 0) <= now;
  const wanted = (webhook: Webhook) =>
    (stale !== undefined && suspect(webhook) && old(webhook)) ||
    (duplicate !== undefined && (alike.get(placeOf(webhook))?.length ?? 0) > 1);
  return webhooks.filter((webhook) => webhook.enabled && wanted(webhook)).slice(0, limits.deliveriesReadMax);
};

/** The listing with the signals that take calls of their own; one that fails makes it incomplete. */
export const withSignals = async (
  listing: Listing,
  ask: {
    candidates(webhooks: readonly Webhook[]): readonly Webhook[];
    signalOf(webhook: Webhook): Promise<Signal | null | Failed>;
  },
): Promise<Listing> => {
  if (listing.status !== 'complete') return listing;
  const candidates = ask.candidates(listing.webhooks);
  const found = await Promise.all(candidates.map((webhook) => ask.signalOf(webhook)));
  const known = new Map<string, Signal | null>();
  for (const [index, signal] of found.entries()) {
    if (signal !== null && 'status' in signal) return signal;
    known.set(candidates[index]?.id ?? '', signal);
  }
  const webhooks = listing.webhooks.map((webhook) => ({ ...webhook, signal: known.get(webhook.id) ?? webhook.signal }));
  return { status: 'complete', webhooks };
};
