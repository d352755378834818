import { canonicalBuilt, type Json, sha256 } from './canonical.ts';
import { redactName, redactUrl } from './url.ts';

export type Kind = 'endpoint' | 'signing-secret';

/** What a provider tells of the deliveries of one webhook. Times are ISO 8601 in UTC. */
export type Signal = {
  /** Last delivery that the receiver accepted. */
  lastSuccess: string | null;
  /** Last delivery attempted, whatever came of it. */
  lastAttempt: string | null;
  /** The provider itself says that the last deliveries fail. */
  failing: boolean;
};

/**
 * One registration at a provider, normalised.
 *
 * `url` is raw and may hold secrets: it is kept in memory, compared and hashed, and leaves this process only through
 * `redactUrl`. Times are ISO 8601 in UTC; null where the provider does not tell.
 */
export type Webhook = {
  id: string;
  kind: Kind;
  /** null for signing secrets and for destinations that are not URLs. */
  url: string | null;
  name: string | null;
  /** Sorted, each once; `*` stands for all. Empty for signing secrets. */
  events: readonly string[];
  enabled: boolean;
  createdAt: string | null;
  updatedAt: string | null;
  signal: Signal | null;
  /** What else decides how deliveries are made; two webhooks that differ here are never duplicates. */
  settings: Readonly<Record<string, Json>>;
  /** Id of the signing secret that it refers to, where the provider tells. */
  secretId: string | null;
};

/** What names one webhook within its scope: ids are unique within their kind only. */
export type WebhookRef = Pick<Webhook, 'kind' | 'id'>;

/** The key of a webhook in every map over one scope's population. */
export const keyOf = ({ kind, id }: WebhookRef): string => (kind === 'endpoint' ? id : `${kind} ${id}`);

/** The webhook of a key. */
export const refOf = (key: string): WebhookRef =>
  key.startsWith(secretKey)
    ? { kind: 'signing-secret', id: key.slice(secretKey.length) }
    : { kind: 'endpoint', id: key };
const secretKey = 'signing-secret ';

/** What a backup keeps and the `config` half of a fingerprint covers: never timestamps, health or counters. */
const configuration = (webhook: Webhook) => ({
  events: webhook.events,
  kind: webhook.kind,
  name: webhook.name,
  secretId: webhook.secretId,
  settings: webhook.settings,
  url: webhook.url,
});

/** A webhook as it was when it was judged, with its URL and name redacted: enough to create it again. */
export type Backup = ReturnType<typeof configuration> & {
  id: string;
  enabled: boolean;
  createdAt: string | null;
  fingerprint: string;
  /** The URL held something secret, which is not kept here. */
  urlRedacted: boolean;
};

/** `f1:` + hash of the configuration with the raw URL + `:on` or `:off`. */
export const fingerprint = (webhook: Webhook): string =>
  `f1:${sha256(canonicalBuilt(configuration(webhook), webhook.settings)).slice(0, 32)}:${webhook.enabled ? 'on' : 'off'}`;

/** The two halves of a fingerprint. */
export const fingerprintParts = (text: string): { config: string; on: boolean } => {
  const [version, config, state] = text.split(':');
  if (version !== 'f1' || !config || (state !== 'on' && state !== 'off')) throw new Error(`not a fingerprint: ${text}`);
  return { config, on: state === 'on' };
};

/** The same configuration, whether it is on or off. */
export const sameConfig = (a: string, b: string): boolean => fingerprintParts(a).config === fingerprintParts(b).config;

export const backupOf = (webhook: Webhook): Backup => {
  const url = webhook.url === null ? null : redactUrl(webhook.url);
  return {
    ...configuration(webhook),
    url,
    name: webhook.name === null ? null : redactName(webhook.name),
    id: webhook.id,
    enabled: webhook.enabled,
    createdAt: webhook.createdAt,
    fingerprint: fingerprint(webhook),
    urlRedacted: url !== webhook.url,
  };
};

/** One event name is covered by a list of names: `*` covers all, and only `*` covers `*`. */
export const covers = (events: readonly string[], event: string): boolean =>
  events.includes('*') || (event !== '*' && events.includes(event));
