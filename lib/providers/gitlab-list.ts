import * as v from 'valibot';
import { sha256 } from '../canonical.ts';
import { limits } from '../limits.ts';
import type { Webhook } from '../webhook.ts';
import type { Read } from './list-rows.ts';
import { isoTime, unaddressable } from './listing.ts';

const Time = v.pipe(v.string(), v.transform(isoTime), v.string());
const Text = v.nullish(v.pipe(v.string(), v.maxLength(65_536)), '');
/** Names alone: values are masked by newer versions, and would go no further in any case. */
const Keys = v.nullish(
  v.pipe(
    v.array(v.looseObject({ key: v.pipe(v.string(), v.maxLength(256)) })),
    v.transform((all) => all.map(({ key }) => key).sort()),
  ),
  [],
);

const Hook = v.looseObject({
  // A larger integer is already rounded: it would address another webhook.
  id: v.union([v.string(), v.pipe(v.number(), v.safeInteger(), v.transform(String))]),
  url: v.pipe(v.string(), v.maxLength(limits.urlCharactersMax)),
  name: v.nullish(v.pipe(v.string(), v.maxLength(1024))),
  created_at: v.nullish(Time),
  enable_ssl_verification: v.nullish(v.boolean(), true),
  // Versions before 15 have none: nothing switches itself off there.
  alert_status: v.nullish(v.picklist(['executable', 'temporarily_disabled', 'disabled']), 'executable'),
  disabled_until: v.nullish(Time),
  push_events_branch_filter: Text,
  branch_filter_strategy: v.nullish(v.pipe(v.string(), v.regex(/^[\w-]{0,64}$/)), ''),
  custom_webhook_template: Text,
  custom_headers: Keys,
  url_variables: Keys,
});

const wanted: Readonly<Record<string, string>> = {
  id: 'is not text or a whole number that can be read exactly',
  url: `is not text of at most ${limits.urlCharactersMax} characters`,
  name: 'is not text',
  created_at: 'is not an ISO 8601 time with its zone',
  enable_ssl_verification: 'is neither true nor false',
  alert_status: 'is none of executable, temporarily_disabled and disabled',
  disabled_until: 'is not an ISO 8601 time with its zone',
  push_events_branch_filter: 'is not text',
  branch_filter_strategy: 'is not a name',
  custom_webhook_template: 'is not text',
  custom_headers: 'is not a list of keys',
  url_variables: 'is not a list of keys',
};

const eventKey = /^[a-z][a-z_]{0,60}_events$/;

/** Which of the switches are on; null where there is none at all, or one that is no switch. */
const eventsOf = (row: object): readonly string[] | null => {
  const switches = Object.entries(row).filter(([key]) => eventKey.test(key));
  if (switches.length === 0 || switches.some(([, on]) => typeof on !== 'boolean' && on !== null)) return null;
  return switches.flatMap(([key, on]) => (on === true ? [key] : [])).sort();
};

const incomplete = (why: string): Read => ({ kind: 'problem', status: 'incomplete', why });

/** A template may hold a secret in clear: that two are the same is all that is kept of it. */
const templateMark = (template: string): string | null => (template === '' ? null : sha256(template).slice(0, 16));

/** One row of a list of webhooks, of a project or a group. */
export const readHook = (row: unknown): Read => {
  const parsed = v.safeParse(Hook, row);
  if (!parsed.success) {
    const name = String(parsed.issues[0].path?.[0]?.key ?? '');
    return incomplete(wanted[name] === undefined ? 'is not an object' : `"${name}" ${wanted[name]}`);
  }
  const hook = parsed.output;
  const badId = unaddressable(hook.id);
  if (badId !== null)
    return { kind: 'problem', status: 'error', why: `"id" ${badId}, so it cannot be addressed safely` };
  const events = eventsOf(hook);
  if (events === null) return incomplete('has no "…_events", or one that is neither true nor false');
  // The time of the next try, which the next success clears: it stands after its hour has come, too.
  const failing = hook.alert_status !== 'executable' || hook.disabled_until != null;
  const webhook: Webhook = {
    id: hook.id,
    kind: 'endpoint',
    url: hook.url,
    name: hook.name || null,
    events,
    // One that pauses after failures goes on by itself; "disabled" stays off until somebody sees to it.
    enabled: hook.alert_status !== 'disabled',
    createdAt: hook.created_at ?? null,
    updatedAt: null,
    signal: failing ? { lastSuccess: null, lastAttempt: null, failing } : null,
    settings: {
      verifiesTls: hook.enable_ssl_verification,
      branchFilter: hook.push_events_branch_filter,
      branchFilterStrategy: hook.branch_filter_strategy,
      customHeaders: hook.custom_headers,
      urlVariables: hook.url_variables,
      template: templateMark(hook.custom_webhook_template),
    },
    secretId: null,
  };
  return { kind: 'webhook', webhook };
};
