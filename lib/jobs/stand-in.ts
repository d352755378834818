import { normaliseUrl } from '../url.ts';
import type { Backup, Webhook } from '../webhook.ts';

const sameEvents = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((event) => b.includes(event));

/**
 * The webhook that stands for the one to be restored: the one that a creation of ours named, else one with the same URL and
 * events. Signing secrets have neither, so only a name will do.
 */
export const standIn = (webhooks: Iterable<Webhook>, wanted: Backup, named: string | undefined): Webhook | null => {
  const url = wanted.url === null ? null : normaliseUrl(wanted.url);
  for (const webhook of webhooks) {
    if (webhook.kind !== wanted.kind) continue;
    if (webhook.id === named) return webhook;
    if (
      url !== null &&
      webhook.url !== null &&
      normaliseUrl(webhook.url) === url &&
      sameEvents(webhook.events, wanted.events)
    )
      return webhook;
  }
  return null;
};
