import { recordRef } from '../audit/record.ts';
import type { Sighting } from '../detect/finding.ts';
import { ownSteps } from '../plan/plan.ts';
import { parseUrl, redactName, redactUrl } from '../url.ts';
import { fingerprint, keyOf, type Webhook } from '../webhook.ts';
import type { ScopeScan } from './look.ts';

/**
 * One webhook as a scan found it: all that the rules look at, with our own steps undone, URL and name redacted. Where two
 * URLs differ only in what was redacted, they still differ here: the second says `REDACTED-2`.
 */
export type SnapshotRow = Webhook & {
  sighting: Sighting;
  /** Of the webhook as it was listed, with its raw URL. */
  fingerprint: string;
  /** Until when a delivery was a late one, in milliseconds since 1970. */
  quietUntil?: number;
  /** Another account listed it too. */
  foreign?: true;
};

const place = (url: string): string => parseUrl(url)?.href ?? url;

/** Redacts URLs of one population so that those which differ stay different, without a trace of what was taken out. */
export const tellingApart = (): ((url: string) => string) => {
  const places = new Map<string, Map<string, number>>();
  return (url) => {
    const shown = redactUrl(url);
    if (shown === url) return url;
    const alike = places.get(place(shown)) ?? new Map<string, number>();
    places.set(place(shown), alike);
    const number = alike.get(place(url)) ?? alike.size + 1;
    alike.set(place(url), number);
    return number === 1 ? shown : shown.replaceAll('REDACTED', `REDACTED-${number}`);
  };
};

/** A scope's population as a snapshot keeps it, by key, so that the same population is always the same rows. */
export const rowsOf = ({ reading, knows, seen }: Pick<ScopeScan, 'reading' | 'knows' | 'seen'>): SnapshotRow[] => {
  const { offByUs, quietUntil } = ownSteps(knows.records.values());
  const redact = tellingApart();
  const byKey = (a: Webhook, b: Webhook) => (keyOf(a) < keyOf(b) ? -1 : 1);
  return reading.webhooks.toSorted(byKey).flatMap((webhook): SnapshotRow[] => {
    const key = keyOf(webhook);
    const sighted = seen.get(key);
    if (sighted === undefined) return [];
    const { kind: _, id: __, ...sighting } = sighted;
    const late = quietUntil?.get(recordRef({ kind: webhook.kind, webhookId: webhook.id }));
    return [
      {
        ...webhook,
        url: webhook.url === null ? null : redact(webhook.url),
        name: webhook.name === null ? null : redactName(webhook.name),
        enabled: webhook.enabled || offByUs.has(key),
        sighting,
        fingerprint: fingerprint(webhook),
        ...(late !== undefined && { quietUntil: late }),
        ...(knows.foreign.has(key) && { foreign: true as const }),
      },
    ];
  });
};
