import * as v from 'valibot';
import { iso, type Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import type { Signal, Webhook } from '../webhook.ts';
import type { Read } from './list-rows.ts';
import { isoTime, unaddressable } from './listing.ts';

const Time = v.pipe(v.string(), v.transform(isoTime), v.string());
/** `*` is documented, and stands for all. */
const Events = v.pipe(
  v.array(v.pipe(v.string(), v.regex(/^(\*|[\w.-]{1,64})$/))),
  v.transform((events) => [...new Set(events)].sort()),
);
const Flag = v.pipe(v.union([v.string(), v.number()]), v.transform(String), v.picklist(['0', '1']));

// `secret` is looked at for being there, and goes no further.
const Config = v.looseObject({
  url: v.pipe(v.string(), v.maxLength(limits.urlCharactersMax)),
  content_type: v.nullish(v.pipe(v.string(), v.regex(/^[\w-]{1,32}$/)), 'form'),
  insecure_ssl: v.nullish(Flag, '0'),
  secret: v.nullish(v.string(), ''),
});

const LastResponse = v.looseObject({
  code: v.nullish(v.pipe(v.number(), v.safeInteger())),
  status: v.nullish(v.string()),
});

const Hook = v.looseObject({
  // A larger integer is already rounded: it would address another webhook.
  id: v.union([v.string(), v.pipe(v.number(), v.safeInteger(), v.transform(String))]),
  active: v.boolean(),
  events: Events,
  config: Config,
  created_at: v.nullish(Time),
  updated_at: v.nullish(Time),
  last_response: v.nullish(LastResponse),
});

const wanted: Readonly<Record<string, string>> = {
  id: 'is not text or a whole number that can be read exactly',
  active: 'is neither true nor false',
  events: 'is not a list of names of events',
  config: `has no URL of at most ${limits.urlCharactersMax} characters, or settings that are not known`,
  created_at: 'is not an ISO 8601 time with its zone',
  updated_at: 'is not an ISO 8601 time with its zone',
  last_response: 'is not what the documents say',
};

/**
 * A last response has a code but no time. A success counts as of now, which errs towards keeping the webhook; a failure
 * has no times until its deliveries are read. null where nothing was delivered within GitHub's memory, and for webhooks
 * of organisations, which have no last response.
 */
const signalOf = (last: v.InferOutput<typeof LastResponse> | null | undefined, now: Ms): Signal | null => {
  if (last == null || (last.code == null && (last.status ?? 'unused') === 'unused')) return null;
  const well = last.code != null && last.code >= 200 && last.code <= 299;
  const at = well ? iso(now) : null;
  return { lastSuccess: at, lastAttempt: at, failing: !well };
};

/**
 * A repository's mail notifications are a hook too, named `email` and without a URL: they deliver no webhook and cover
 * nothing. https://docs.github.com/en/repositories, "About email notifications for pushes to your repository"
 */
const MailHook = v.looseObject({
  name: v.literal('email'),
  config: v.looseObject({ address: v.string(), url: v.exactOptional(v.never()) }),
});

/** One row of a list of webhooks, of a repository or an organisation. */
export const readHook = (row: unknown, now: Ms): Read => {
  if (v.is(MailHook, row)) return { kind: 'passed' };
  const parsed = v.safeParse(Hook, row);
  if (!parsed.success) {
    const name = String(parsed.issues[0].path?.[0]?.key ?? '');
    const why = wanted[name] === undefined ? 'is not an object' : `"${name}" ${wanted[name]}`;
    return { kind: 'problem', status: 'incomplete', why };
  }
  const { id, active, events, config, created_at: created, updated_at: updated, last_response: last } = parsed.output;
  const badId = unaddressable(id);
  if (badId !== null)
    return { kind: 'problem', status: 'error', why: `"id" ${badId}, so it cannot be addressed safely` };
  const webhook: Webhook = {
    id,
    kind: 'endpoint',
    url: config.url,
    // GitHub calls every one of them "web".
    name: null,
    events,
    enabled: active,
    createdAt: created ?? null,
    updatedAt: updated ?? null,
    signal: signalOf(last, now),
    settings: {
      contentType: config.content_type,
      verifiesTls: config.insecure_ssl === '0',
      signed: config.secret !== '',
    },
    secretId: null,
  };
  return { kind: 'webhook', webhook };
};
