import type { Ms } from '../clock.ts';
import { normaliseUrl } from '../url.ts';
import type { Backup, Webhook } from '../webhook.ts';

/** A creation of ours whose end is not known: when it was called, and the id where its answer told. */
type Made = { id?: string; at: Ms };

const sameEvents = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((event) => b.includes(event));

/** Clocks of providers are a little off. */
const clockSkewMs: Ms = 60_000;
const cameSince = ({ createdAt }: Webhook, made: Made | undefined): boolean =>
  made !== undefined && (createdAt === null || Date.parse(createdAt) > made.at - clockSkewMs);

/**
 * The webhook that stands for the one to be restored: the one that a creation of ours named, else one with the same URL and
 * events that is on as it was, else one like it that came since our creation. Signing secrets have neither, so only a name
 * will do.
 */
export const standIn = (webhooks: Iterable<Webhook>, wanted: Backup, made: Made | undefined): Webhook | null => {
  const url = wanted.url === null ? null : normaliseUrl(wanted.url);
  const same = [...webhooks].filter(({ kind }) => kind === wanted.kind);
  const alike = same.filter(
    (webhook) =>
      url !== null &&
      webhook.url !== null &&
      normaliseUrl(webhook.url) === url &&
      sameEvents(webhook.events, wanted.events),
  );
  return (
    same.find(({ id }) => id === made?.id) ??
    alike.find(({ enabled }) => enabled === wanted.enabled) ??
    alike.find((webhook) => cameSince(webhook, made)) ??
    null
  );
};
