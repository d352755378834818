import * as v from 'valibot';
import type { Json } from '../canonical.ts';
import { limits } from '../limits.ts';
import type { Webhook } from '../webhook.ts';
import { notAList, type Page, type Unlisted } from './cursor-pages.ts';
import { isoTime, unaddressable } from './listing.ts';

export const pageSize = 100;

/** All fields that are ever read: a secret is not among them. */
export const listQuery = `query HooksweepList($first: Int!, $after: String) {
  webhookSubscriptions(first: $first, after: $after) {
    nodes {
      id topic uri createdAt updatedAt format filter includeFields metafieldNamespaces
      apiVersion { handle }
      metafields { namespace key }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

const prefix = 'gid://shopify/WebhookSubscription/';

/** Ids go by GraphQL variable, so their slashes do no harm; the part that names the webhook must still be plain. */
export const unusableId = (id: string): string | null =>
  unaddressable(id.startsWith(prefix) ? id.slice(prefix.length) : id) ??
  (id.length > limits.idCharactersMax ? 'is too long' : null);

const Time = v.pipe(v.string(), v.transform(isoTime), v.string());
const Names = v.nullish(
  v.pipe(
    v.array(v.string()),
    v.transform((names) => [...new Set(names)].sort()),
  ),
);

const RowSchema = v.looseObject({
  id: v.string(),
  // No wildcard is documented: a `*` read as one would cover everything.
  topic: v.pipe(v.string(), v.regex(/^\w{1,128}$/)),
  uri: v.pipe(v.string(), v.minLength(1), v.maxLength(limits.urlCharactersMax)),
  createdAt: v.nullish(Time),
  updatedAt: v.nullish(Time),
  format: v.nullish(v.string()),
  filter: v.nullish(v.string()),
  includeFields: Names,
  metafieldNamespaces: Names,
  apiVersion: v.nullish(v.looseObject({ handle: v.string() })),
  metafields: v.nullish(v.array(v.looseObject({ namespace: v.string(), key: v.string() }))),
});
type Row = v.InferOutput<typeof RowSchema>;

const wanted: Readonly<Record<string, string>> = {
  id: 'is not text',
  topic: 'is not the name of a topic',
  uri: `is not text of at most ${limits.urlCharactersMax} characters`,
  createdAt: 'is not an ISO 8601 time with its zone',
  updatedAt: 'is not an ISO 8601 time with its zone',
  format: 'is neither text nor null',
  filter: 'is neither text nor null',
  includeFields: 'is not a list of texts',
  metafieldNamespaces: 'is not a list of texts',
  apiVersion: 'has no handle',
  metafields: 'is not a list of namespaces and keys',
};

/** The first that fits. What is none of these is left alone as well. */
const destinations: readonly (readonly [RegExp, string])[] = [
  [/^https?:/i, 'http'],
  [/^arn:/i, 'eventbridge'],
  [/^pubsub:/i, 'pubsub'],
  [/^/, 'other'],
];

const settingsOf = (row: Row, destination: string): Record<string, Json> => ({
  destination,
  ...(destination === 'http' ? {} : { uri: row.uri }),
  format: row.format ?? null,
  filter: row.filter || null,
  includeFields: row.includeFields ?? [],
  metafieldNamespaces: row.metafieldNamespaces ?? [],
  metafields: (row.metafields ?? []).map(({ namespace, key }) => ({ namespace, key })),
  apiVersion: row.apiVersion?.handle ?? null,
});

const webhookOf = (row: Row): Webhook => {
  const destination = destinations.find(([form]) => form.test(row.uri))?.[1] ?? 'other';
  return {
    id: row.id,
    kind: 'endpoint',
    url: destination === 'http' ? row.uri : null,
    name: null,
    events: [row.topic],
    enabled: true,
    createdAt: row.createdAt ?? null,
    updatedAt: row.updatedAt ?? null,
    signal: null,
    settings: settingsOf(row, destination),
    secretId: null,
  };
};

const readRow = (row: unknown, at: number): Webhook | Unlisted => {
  const parsed = v.safeParse(RowSchema, row);
  if (!parsed.success) {
    const name = String(parsed.issues[0].path?.[0]?.key ?? '');
    const why = wanted[name] === undefined ? 'is not an object' : `"${name}" ${wanted[name]}`;
    return notAList('incomplete', 'refused', `has a row ${at} that cannot be read: ${why}`);
  }
  const badId = unusableId(parsed.output.id);
  return badId === null
    ? webhookOf(parsed.output)
    : notAList('error', 'refused', `has a row ${at} that cannot be addressed: "id" ${badId}`);
};

const PageSchema = v.looseObject({
  nodes: v.array(v.unknown()),
  pageInfo: v.looseObject({ hasNextPage: v.boolean(), endCursor: v.nullish(v.string()) }),
});

/** One page of `webhookSubscriptions`, as the answer has it under that name. */
export const readPage = (payload: unknown): Page | Unlisted => {
  const parsed = v.safeParse(PageSchema, payload);
  if (!parsed.success) return notAList('incomplete', 'retry', 'has no nodes and pageInfo');
  const { nodes, pageInfo } = parsed.output;
  if (pageInfo.hasNextPage && !pageInfo.endCursor)
    return notAList('incomplete', 'retry', 'says that there is more, and not behind which cursor');
  const webhooks: Webhook[] = [];
  for (const [index, row] of nodes.entries()) {
    const read = readRow(row, index + 1);
    if ('status' in read) return read;
    webhooks.push(read);
  }
  return { status: 'page', webhooks, next: pageInfo.hasNextPage ? (pageInfo.endCursor ?? '') : null };
};
