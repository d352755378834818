import { keyOf, type Webhook } from '../webhook.ts';

const signing = 'signing with a secret';
const signingAlone: readonly string[] = [signing];

/** Events of a webhook for the question "who else receives this?"; signing secrets cover one another as one event. */
const eventsOf = (webhook: Pick<Webhook, 'kind' | 'events'>): readonly string[] =>
  webhook.kind === 'signing-secret' ? signingAlone : webhook.events;

const isOn = (webhook: Webhook, off: ReadonlySet<string>): boolean =>
  webhook.enabled && !(off.size > 0 && off.has(keyOf(webhook)));

/**
 * Counts, per event, the webhooks that would still receive it. `*` receives every event; names never add up to `*`.
 * Removing keeps the counts right, so that one pass over a population judges all of it.
 *
 * @param asked those of the webhooks that may be asked about
 */
export const coverOf = (webhooks: Iterable<Webhook>, off: ReadonlySet<string>, asked = webhooks) => {
  const counts = new Map<string, number>();
  const counted = new Set<string>();
  const add = (webhook: Webhook, by: 1 | -1) => {
    for (const event of eventsOf(webhook)) counts.set(event, (counts.get(event) ?? 0) + by);
  };
  for (const webhook of webhooks) if (isOn(webhook, off)) add(webhook, 1);
  for (const webhook of asked) if (isOn(webhook, off)) counted.add(keyOf(webhook));
  return {
    /** Events of this webhook that nobody else would receive. */
    missingWithout(webhook: Pick<Webhook, 'kind' | 'id' | 'events'>): string[] {
      const events = eventsOf(webhook);
      const own = counted.has(keyOf(webhook)) ? 1 : 0;
      const ownAll = own && events.includes('*') ? 1 : 0;
      // An endpoint that receives every event signs for no other.
      const all = webhook.kind === 'signing-secret' ? 0 : (counts.get('*') ?? 0) - ownAll;
      return events.filter((event) => all + (event === '*' ? 0 : (counts.get(event) ?? 0) - own) <= 0);
    },
    /** Counts it as gone from here on. */
    remove(webhook: Webhook): void {
      if (counted.delete(keyOf(webhook))) add(webhook, -1);
    },
  };
};
export type Cover = ReturnType<typeof coverOf>;

/** The cover where nobody needs one: `coveredByOthers`. */
export const enoughCover: Cover = { missingWithout: () => [], remove: () => {} };

/**
 * Whether each event of some webhooks has a receiver that is none of them, so that all of them may go in whatever order. Looks
 * no further than it has to, which in nearly all populations is not far.
 *
 * @param places where they stand in the list, ascending
 */
export const coveredByOthers = (
  webhooks: readonly Webhook[],
  off: ReadonlySet<string>,
  places: readonly number[],
): boolean => {
  const open = new Set<string>();
  for (const place of places) {
    const webhook = webhooks[place] as Webhook;
    if (webhook.enabled) for (const event of eventsOf(webhook)) open.add(event);
  }
  let passed = 0;
  for (let at = 0; at < webhooks.length && open.size > 0; at++) {
    const webhook = webhooks[at] as Webhook;
    if (places[passed] === at) passed += 1;
    else if (isOn(webhook, off))
      for (const event of eventsOf(webhook)) {
        open.delete(event);
        if (event === '*') for (const other of open) if (other !== signing) open.delete(other);
      }
  }
  return open.size === 0;
};
