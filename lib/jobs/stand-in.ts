import { recordKey, recordRef, type Subject } from '../audit/record.ts';
import type { State } from '../audit/states.ts';
import type { Ms } from '../clock.ts';
import { normaliseUrl } from '../url.ts';
import { type Backup, keyOf, type Webhook } from '../webhook.ts';
import type { Ports } from './ports.ts';
import { readRecords } from './records.ts';

/** A creation of ours whose end is not known: when it was called, and the id where its answer told. */
type Made = { id?: string; at: Ms };

const sameEvents = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((event) => b.includes(event));

/** Clocks of providers are a little off. */
const clockSkewMs: Ms = 60_000;
const cameSince = ({ createdAt }: Webhook, made: Made | undefined): boolean =>
  made !== undefined && (createdAt === null || Date.parse(createdAt) > made.at - clockSkewMs);

/** Whether a webhook delivers the same to the same place. */
const likenessTo = (wanted: Backup): ((webhook: Webhook) => boolean) => {
  const url = wanted.url === null ? null : normaliseUrl(wanted.url);
  return (webhook) =>
    webhook.kind === wanted.kind &&
    webhook.url !== null &&
    url !== null &&
    sameEvents(webhook.events, wanted.events) &&
    normaliseUrl(webhook.url) === url;
};

/**
 * The webhook that stands for the one to be restored: the one that a creation of ours named, else one with the same URL and
 * events that is on as it was, else one like it that came since our creation. Signing secrets have neither, so only a name
 * will do. One that is on its way out by our own hand is taken only where it came from the creation.
 */
export const standIn = (
  webhooks: Iterable<Webhook>,
  wanted: Backup,
  made: Made | undefined,
  leaving: ReadonlySet<string> = new Set(),
): Webhook | null => {
  const all = [...webhooks];
  const isAlike = likenessTo(wanted);
  const alike = all.filter((webhook) => isAlike(webhook) && (!leaving.has(keyOf(webhook)) || cameSince(webhook, made)));
  return (
    all.find(({ kind, id }) => kind === wanted.kind && id === made?.id) ??
    alike.find(({ enabled }) => enabled === wanted.enabled) ??
    alike.find((webhook) => cameSince(webhook, made)) ??
    null
  );
};

const onTheWayOut: readonly State[] = ['approved', 'disabling', 'observing', 'deleting'];

/** Those like one of the wanted that we are about to remove ourselves, by `keyOf`. */
export const leavingLike = async (
  ports: Pick<Ports, 'table' | 'log'>,
  place: Pick<Subject, 'account' | 'scope'>,
  wanted: readonly Backup[],
  webhooks: Iterable<Webhook>,
): Promise<ReadonlySet<string>> => {
  const likenesses = wanted.map(likenessTo);
  const alike = [...webhooks].filter((webhook) => likenesses.some((isAlike) => isAlike(webhook)));
  const records = await readRecords(
    ports,
    alike.map(({ kind, id }) => recordKey({ ...place, kind, webhookId: id })),
  );
  return new Set(records.filter(({ state }) => onTheWayOut.includes(state)).map(recordRef));
};
