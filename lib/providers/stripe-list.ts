import * as v from 'valibot';
import { limits } from '../limits.ts';
import type { Environment } from '../policy/policy.ts';
import { redactUrl } from '../url.ts';
import type { Webhook } from '../webhook.ts';
import { notAList, type Page, type Unlisted } from './cursor-pages.ts';
import type { Answer } from './http.ts';
import { unaddressable } from './listing.ts';

const lastSecond = 253_402_300_799; // the year 9999
const Event = v.pipe(v.string(), v.regex(/^(\*|[\w.]{1,128})$/));
const Text = v.nullish(v.string());

/** What is read, and thereby all that is ever kept: `secret` is not among it. */
const RowSchema = v.looseObject({
  id: v.string(),
  object: v.optional(v.literal('webhook_endpoint')),
  url: v.pipe(v.string(), v.maxLength(limits.urlCharactersMax)),
  status: v.picklist(['enabled', 'disabled']),
  enabled_events: v.pipe(
    v.array(Event),
    v.minLength(1),
    v.transform((events) => [...new Set(events)].sort()),
  ),
  livemode: v.boolean(),
  created: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(lastSecond)),
  api_version: Text,
  application: Text,
  description: Text,
  metadata: v.nullish(v.record(v.string(), v.string())),
});
type Row = v.InferOutput<typeof RowSchema>;

const wanted: Readonly<Record<string, string>> = {
  id: 'is not text',
  object: 'is not webhook_endpoint',
  url: `is not text of at most ${limits.urlCharactersMax} characters`,
  status: 'is neither enabled nor disabled',
  enabled_events: 'is not one or several names of events',
  livemode: 'is neither true nor false',
  created: 'is not a time in seconds since 1970',
  api_version: 'is neither text nor null',
  application: 'is neither text nor null',
  description: 'is neither text nor null',
  metadata: 'is not a map of texts',
};

const redacted = 'REDACTED';

/** A value that would not be shown in a query of a URL is not shown here either. */
const shown = (key: string, value: string): string => {
  const query = `https://metadata.invalid/?${encodeURIComponent(key)}=${encodeURIComponent(value.toWellFormed())}`;
  return redactUrl(query) === query ? value : redacted;
};

const metadataOf = (metadata: Row['metadata']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(metadata ?? {}).map(([key, value]) => [key.toWellFormed(), shown(key.toWellFormed(), value)]),
  );

/** The metadata of a backup that a new webhook can be given: all but what was not kept. */
export const restorableMetadata = (metadata: unknown): [string, string][] =>
  Object.entries(v.is(v.record(v.string(), v.string()), metadata) ? metadata : {}).filter(
    ([, value]) => value !== redacted,
  );

const webhookOf = (row: Row): Webhook => ({
  id: row.id,
  kind: 'endpoint',
  url: row.url,
  name: row.description || null,
  events: row.enabled_events,
  enabled: row.status === 'enabled',
  createdAt: new Date(row.created * 1000).toISOString(),
  updatedAt: null,
  signal: null,
  settings: {
    api_version: row.api_version ?? null,
    application: row.application ?? null,
    metadata: metadataOf(row.metadata),
  },
  secretId: null,
});

const readRow = (row: unknown, at: string, environment: Environment): Webhook | Unlisted => {
  const parsed = v.safeParse(RowSchema, row);
  if (!parsed.success) {
    const name = String(parsed.issues[0].path?.[0]?.key ?? '');
    const why = wanted[name] === undefined ? 'is not an object' : `"${name}" ${wanted[name]}`;
    return notAList('incomplete', 'refused', `has a row ${at} that cannot be read: ${why}`);
  }
  const { id, livemode } = parsed.output;
  const badId = unaddressable(id);
  if (badId !== null) return notAList('error', 'refused', `has a row ${at} that cannot be addressed: "id" ${badId}`);
  if (livemode !== (environment === 'production')) {
    const mode = livemode ? 'live' : 'test';
    return notAList(
      'error',
      'refused',
      `has a row ${at} of ${mode} mode, but environment is ${environment}: correct the key or the environment`,
    );
  }
  return webhookOf(parsed.output);
};

const PageSchema = v.looseObject({
  object: v.optional(v.literal('list')),
  has_more: v.boolean(),
  data: v.array(v.unknown()),
});

/** One page of `GET /v1/webhook_endpoints`; the id of its last row is the cursor. */
export const readPage = (answer: Extract<Answer, { kind: 'answer' }>, environment: Environment): Page | Unlisted => {
  if (answer.status !== 200) return notAList('incomplete', 'retry', `came with HTTP ${answer.status} instead of 200`);
  const parsed = v.safeParse(PageSchema, answer.json);
  if (!parsed.success) return notAList('incomplete', 'retry', 'is not a list with data and has_more');
  const { data, has_more } = parsed.output;
  const webhooks: Webhook[] = [];
  for (const [index, row] of data.entries()) {
    const read = readRow(row, String(index + 1), environment);
    if ('status' in read) return read;
    webhooks.push(read);
  }
  return { status: 'page', webhooks, next: has_more ? (webhooks.at(-1)?.id ?? '') : null };
};
