import * as v from 'valibot';
import { limits } from '../limits.ts';
import { keyOf, type Webhook } from '../webhook.ts';
import type { Listing } from './contract.ts';
import { isoTime, unaddressable } from './listing.ts';

// A larger integer is already rounded: it would address another webhook.
export const Id = v.union([v.string(), v.pipe(v.number(), v.safeInteger(), v.transform(String))]);
export const UrlText = v.pipe(v.string(), v.maxLength(limits.urlCharactersMax));
export const Time = v.pipe(v.string(), v.transform(isoTime), v.string());
// No wildcard is documented: a `*` read as one would cover everything.
export const EventName = v.pipe(v.string(), v.regex(/^[^*\p{C}]{1,128}$/u));

/** What those four are not, in words for people. */
export const wants = {
  id: 'is not text or a whole number that can be read exactly',
  url: `is not text of at most ${limits.urlCharactersMax} characters`,
  time: 'is not an ISO 8601 time with its zone',
  event: 'is not the name of one event',
} as const;

/** One row of a list: a webhook, nothing that counts (it was deleted), or why it cannot be read. */
export type Read =
  | { kind: 'webhook'; webhook: Webhook }
  | { kind: 'passed' }
  | { kind: 'problem'; status: 'incomplete' | 'error'; why: string };

export const unread = (why: string): Extract<Read, { kind: 'problem' }> => ({
  kind: 'problem',
  status: 'incomplete',
  why,
});

/** The row as its schema has it, or the first field at fault. The value is never quoted. */
export const parseRow = <const S extends v.GenericSchema>(
  schema: S,
  row: unknown,
  wanted: Readonly<Record<string, string>>,
): { row: v.InferOutput<S> } | { problem: Read } => {
  const parsed = v.safeParse(schema, row);
  if (parsed.success) return { row: parsed.output };
  const name = String(parsed.issues[0].path?.[0]?.key ?? '');
  const missing = parsed.issues[0].input === undefined;
  if (!Object.hasOwn(wanted, name)) return { problem: unread('is not an object') };
  return { problem: unread(missing ? `"${name}" is missing` : `"${name}" ${wanted[name]}`) };
};

/** Refuses an id that has no safe place in an address. */
export const addressed = (webhook: Webhook): Read => {
  const bad = unaddressable(webhook.id);
  if (bad === null) return { kind: 'webhook', webhook };
  return { kind: 'problem', status: 'error', why: `"id" ${bad}, so it cannot be addressed safely` };
};

/** A listing that proves nothing, in words that begin after "the list of webhooks". */
export const failed = (status: 'incomplete' | 'error', kind: 'retry' | 'refused', why: string): Listing => ({
  status,
  outcome: { kind, why: `the list of webhooks ${why}` },
});

/** Adds the rows to those already found; the listing that says why where one cannot be read or is there twice, else null. */
export const gather = (
  rows: readonly unknown[],
  read: (row: unknown) => Read,
  into: Map<string, Webhook>,
): Listing | null => {
  for (const [index, row] of rows.entries()) {
    const one = read(row);
    if (one.kind === 'passed') continue;
    if (one.kind === 'problem')
      return failed(one.status, 'refused', `has a row ${index + 1} that cannot be read: ${one.why}`);
    if (into.has(keyOf(one.webhook))) return failed('incomplete', 'retry', `has one id twice, in row ${index + 1}`);
    into.set(keyOf(one.webhook), one.webhook);
  }
  return null;
};

/** A whole list out of its rows, or the listing that says why it is none. */
export const collect = (rows: readonly unknown[], read: (row: unknown) => Read): Listing => {
  const webhooks = new Map<string, Webhook>();
  return gather(rows, read, webhooks) ?? { status: 'complete', webhooks: [...webhooks.values()] };
};
