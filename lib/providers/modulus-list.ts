import * as v from 'valibot';
import { canonical } from '../canonical.ts';
import { limits } from '../limits.ts';
import type { Webhook } from '../webhook.ts';
import type { Listing } from './contract.ts';
import type { Answer } from './http.ts';
import { isoTime, pagingHint, unaddressable } from './listing.ts';

const Url = v.pipe(v.string(), v.maxLength(limits.urlCharactersMax));
// No wildcard is documented: a `*` read as one would cover everything.
const Action = v.pipe(v.string(), v.regex(/^[\w.:-]{1,64}$/));
const Actions = v.pipe(
  v.union([
    v.array(Action),
    v.pipe(
      Action,
      v.transform((action) => [action]),
    ),
  ]),
  v.minLength(1),
  v.transform((actions) => [...new Set(actions)].sort()),
);
const Status = v.pipe(v.string(), v.toUpperCase(), v.picklist(['ENABLED', 'DISABLED']));
const Time = v.pipe(v.string(), v.transform(isoTime), v.string());

// The list and the create page of the documentation name the same three things differently.
const RowSchema = v.looseObject({
  // A larger integer is already rounded: it would address another webhook.
  id: v.union([v.string(), v.pipe(v.number(), v.safeInteger(), v.transform(String))]),
  webhookUrl: v.nullish(Url),
  callbackUrl: v.nullish(Url),
  actions: v.nullish(Actions),
  webhookAction: v.nullish(Actions),
  status: v.nullish(Status),
  webhookStatus: v.nullish(Status),
  createdAt: v.nullish(Time),
  updatedAt: v.nullish(Time),
});

const wanted: Readonly<Record<string, string>> = {
  id: 'is not text or a whole number that can be read exactly',
  webhookUrl: `is not text of at most ${limits.urlCharactersMax} characters`,
  callbackUrl: `is not text of at most ${limits.urlCharactersMax} characters`,
  actions: 'is not one or several names of actions',
  webhookAction: 'is not one or several names of actions',
  status: 'is neither ENABLED nor DISABLED',
  webhookStatus: 'is neither ENABLED nor DISABLED',
  createdAt: 'is not an ISO 8601 time with its zone',
  updatedAt: 'is not an ISO 8601 time with its zone',
};

const twins = [
  ['webhookUrl', 'callbackUrl'],
  ['actions', 'webhookAction'],
  ['status', 'webhookStatus'],
] as const;

type Read = { kind: 'webhook'; webhook: Webhook } | { kind: 'problem'; status: 'incomplete' | 'error'; why: string };

const incomplete = (why: string): Read => ({ kind: 'problem', status: 'incomplete', why });

const readRow = (row: unknown): Read => {
  const parsed = v.safeParse(RowSchema, row);
  if (!parsed.success) {
    const name = String(parsed.issues[0].path?.[0]?.key ?? '');
    return incomplete(wanted[name] === undefined ? 'is not an object' : `"${name}" ${wanted[name]}`);
  }
  const { id, createdAt, updatedAt, ...rest } = parsed.output;
  const badId = unaddressable(id);
  if (badId !== null)
    return { kind: 'problem', status: 'error', why: `"id" ${badId}, so it cannot be addressed safely` };
  for (const [a, b] of twins) {
    if (rest[a] == null && rest[b] == null) return incomplete(`"${a}" is missing`);
    if (rest[a] != null && rest[b] != null && canonical(rest[a]) !== canonical(rest[b])) {
      return incomplete(`"${a}" and "${b}" contradict each other`);
    }
  }
  const webhook: Webhook = {
    id,
    kind: 'endpoint',
    url: rest.webhookUrl ?? rest.callbackUrl ?? null,
    name: null,
    events: rest.actions ?? rest.webhookAction ?? [],
    enabled: (rest.status ?? rest.webhookStatus) === 'ENABLED',
    createdAt: createdAt ?? null,
    updatedAt: updatedAt ?? null,
    signal: null,
    settings: {},
    secretId: null,
  };
  return { kind: 'webhook', webhook };
};

const failed = (status: 'incomplete' | 'error', kind: 'retry' | 'refused', why: string): Listing => ({
  status,
  outcome: { kind, why: `the list of webhooks ${why}` },
});

const rowsOf = (json: unknown): readonly unknown[] | null => {
  if (Array.isArray(json)) return json;
  if (typeof json !== 'object' || json === null || !Object.hasOwn(json, 'webhooks')) return null;
  const { webhooks, error } = json as { webhooks: unknown; error?: unknown };
  return Array.isArray(webhooks) && error == null ? webhooks : null;
};

/** Whole or nothing: one row that cannot be read, or one hint of more rows, and nothing is proved. */
export const readList = (answer: Extract<Answer, { kind: 'answer' }>): Listing => {
  if (answer.status !== 200) return failed('incomplete', 'retry', `came with HTTP ${answer.status} instead of 200`);
  if (answer.json === undefined) return failed('incomplete', 'retry', 'came with an empty body');
  const rows = rowsOf(answer.json);
  if (rows === null) return failed('incomplete', 'retry', 'is neither an array nor { webhooks: array }');
  const hint = pagingHint(answer.json, answer.headers, rows.length);
  if (hint !== null) return failed('incomplete', 'refused', `may have more pages, and none are documented: ${hint}`);

  const webhooks = new Map<string, Webhook>();
  for (const [index, row] of rows.entries()) {
    const read = readRow(row);
    if (read.kind === 'problem')
      return failed(read.status, 'refused', `has a row ${index + 1} that cannot be read: ${read.why}`);
    if (webhooks.has(read.webhook.id)) return failed('incomplete', 'refused', `has one id twice, in row ${index + 1}`);
    webhooks.set(read.webhook.id, read.webhook);
  }
  return { status: 'complete', webhooks: [...webhooks.values()] };
};
