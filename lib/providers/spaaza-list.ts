import * as v from 'valibot';
import { contentId, type Json } from '../canonical.ts';
import type { Kind, Webhook } from '../webhook.ts';
import type { Listing } from './contract.ts';
import type { Answer } from './http.ts';
import {
  addressed,
  EventName,
  failed,
  gather,
  Id,
  parseRow,
  type Read,
  Time,
  UrlText,
  unread,
  wants,
} from './list-rows.ts';
import { pagingHint } from './listing.ts';

const Flag = v.union([
  v.boolean(),
  v.pipe(
    v.picklist([0, 1]),
    v.transform((digit) => digit === 1),
  ),
]);
const Reference = v.looseObject({ id: Id });

const WebhookRow = v.looseObject({
  id: Id,
  active: Flag,
  deleted: v.nullish(Flag),
  // null for what is sent elsewhere; a row without it is not one that the documents know.
  url: v.nullable(UrlText),
  event_name: v.nullish(EventName),
  event_trigger: v.nullish(v.unknown()),
  created_date: v.nullish(Time),
  last_modified_date: v.nullish(Time),
  webhook_signature: v.nullish(Reference),
});

const SignatureRow = v.looseObject({
  id: Id,
  active: Flag,
  deleted: v.nullish(Flag),
  chain: v.nullish(Reference),
  created_date: v.nullish(Time),
  last_modified_date: v.nullish(Time),
});

const wanted = {
  id: wants.id,
  active: 'is neither true nor false',
  deleted: 'is neither true nor false',
  url: wants.url,
  event_name: wants.event,
  event_trigger: wants.event,
  created_date: wants.time,
  last_modified_date: wants.time,
  webhook_signature: 'is not an object with an id',
  chain: 'is not an object with an id',
} as const;

/** Fields that decide what is sent, and when. Their values are kept where they are plain, else told apart by a hash. */
const settingNames = [
  'type',
  'event_trigger',
  'filter',
  'campaign_id',
  'task_id',
  'send_from',
  'payload_spaaza_api_version',
  'is_default',
  'applies_legacy_hmac',
] as const;

const plain = (value: unknown): Json => {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value;
  return contentId(value);
};

const set = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/**
 * Key and secret by which a receiver recognises Spaaza are never kept, and no hash of them, for they may be as short as a
 * password. A webhook that has some is like no other: it is never a duplicate.
 */
const settingsOf = (row: Record<string, unknown>, id: string): Record<string, Json> => ({
  ...Object.fromEntries(settingNames.map((name) => [name, plain(row[name])])),
  identifier: set(row.identifier_key) || set(row.identifier_secret) ? `of webhook ${id} alone` : null,
});

const bare = { name: null, signal: null } as const;

const readWebhook = (given: unknown): Read => {
  const parsed = parseRow(WebhookRow, given, wanted);
  if ('problem' in parsed) return parsed.problem;
  const { row } = parsed;
  if (row.deleted === true) return { kind: 'passed' };
  const event = v.safeParse(EventName, row.event_name ?? row.event_trigger);
  if (!event.success) return unread('"event_name" is missing');
  return addressed({
    ...bare,
    id: row.id,
    kind: 'endpoint',
    url: row.url ?? null,
    events: [event.output],
    enabled: row.active,
    createdAt: row.created_date ?? null,
    updatedAt: row.last_modified_date ?? null,
    settings: settingsOf(row, row.id),
    secretId: row.webhook_signature?.id ?? null,
  });
};

const readSignature =
  (chainId: string) =>
  (given: unknown): Read => {
    const parsed = parseRow(SignatureRow, given, wanted);
    if ('problem' in parsed) return parsed.problem;
    const { row } = parsed;
    if (row.deleted === true) return { kind: 'passed' };
    if (row.chain && row.chain.id !== chainId) return unread('"chain" is another one than was asked for');
    return addressed({
      ...bare,
      id: row.id,
      kind: 'signing-secret',
      url: null,
      events: [],
      enabled: row.active,
      createdAt: row.created_date ?? null,
      updatedAt: row.last_modified_date ?? null,
      settings: {},
      secretId: null,
    });
  };

/** How the two kinds are called, in paths and in answers. */
export const names: Readonly<Record<Kind, string>> = { endpoint: 'webhook', 'signing-secret': 'webhook_signature' };

const rowsOf = (json: unknown, name: string): { results: unknown; rows: readonly unknown[] } | null => {
  const results = (json as { results?: unknown } | null | undefined)?.results;
  if (typeof results !== 'object' || results === null || !Object.hasOwn(results, name)) return null;
  const rows = (results as Record<string, unknown>)[name];
  return Array.isArray(rows) ? { results, rows } : null;
};

/** Adds one of the two lists of a chain to what was found, or says why it proves nothing. */
export const readList = (
  answer: Extract<Answer, { kind: 'answer' }>,
  kind: Kind,
  chainId: string,
  into: Map<string, Webhook>,
): Listing | null => {
  const name = `${names[kind]}s`;
  if (answer.status !== 200) return failed('incomplete', 'retry', `came with HTTP ${answer.status} instead of 200`);
  const found = rowsOf(answer.json, name);
  if (found === null) return failed('incomplete', 'retry', `has no results.${name}`);
  const { results, rows } = found;
  const hint = pagingHint(results, answer.headers, rows.length) ?? pagingHint(answer.json, answer.headers, rows.length);
  if (hint !== null) return failed('incomplete', 'refused', `may have more pages, and none are documented: ${hint}`);
  return gather(rows, kind === 'endpoint' ? readWebhook : readSignature(chainId), into);
};
