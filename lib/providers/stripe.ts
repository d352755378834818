import * as v from 'valibot';
import { canonical, sha256 } from '../canonical.ts';
import type { Account, Environment } from '../policy/policy.ts';
import type { Backup, WebhookRef } from '../webhook.ts';
import type { Capabilities, Created, Outcome, Provider, ProviderDefinition } from './contract.ts';
import { listPages, withoutPage } from './cursor-pages.ts';
import type { Answer, Call, Http } from './http.ts';
import { unaddressable } from './listing.ts';
import { outcomeOf, unlisted } from './outcome.ts';
import { readPage, restorableMetadata } from './stripe-list.ts';
import { table, withCode } from './stripe-outcome.ts';

type Credentials = Readonly<Record<string, string>>;
type Form = NonNullable<Call['form']>;

const dayMs = 86_400_000;
/** Fixed, so that an upgrade of the account's default version changes no field under us. */
const apiVersion = '2024-06-20';
const pageSize = 100;

const capabilities: Capabilities = {
  kinds: ['endpoint'],
  disable: ['endpoint'],
  signals: false,
  // There is no time of the last change at all.
  editStamp: false,
  ownSecret: true,
  parkedUrls: false,
  selfHosted: false,
  lostOnRestore: ['id', 'secret'],
  issuesSecret: ['endpoint'],
  // https://docs.stripe.com/webhooks, "Verify webhook signatures": the dashboard reveals it.
  revealsSecret: true,
  // Live-mode deliveries are tried again for up to three days.
  lateDeliveryMs: 3 * dayMs,
  // 25 a second in a sandbox and for one endpoint of the API.
  allowances: [{ units: 25, perMs: 1000, lists: true }],
  oneScope: true,
  experimental: null,
};

/** `Done` is only believed where the answer speaks of this webhook and says what was asked for. */
const confirmed = (outcome: Outcome, answer: Answer, schema: v.GenericSchema): Outcome =>
  outcome.kind !== 'done' || (answer.kind === 'answer' && v.is(schema, answer.json))
    ? outcome
    : { kind: 'unknown', why: 'the answer says neither that it was done nor that it was not' };

const Made = v.looseObject({ id: v.string(), secret: v.optional(v.string()) });

const createForm = ({ url, name, events, settings }: Backup): Form => ({
  url: url ?? '',
  ...Object.fromEntries(events.map((event, index) => [`enabled_events[${index}]`, event])),
  ...(name === null ? {} : { description: name }),
  ...(typeof settings.api_version === 'string' ? { api_version: settings.api_version } : {}),
  ...Object.fromEntries(restorableMetadata(settings.metadata).map(([key, value]) => [`metadata[${key}]`, value])),
});

const uncreatable = ({ url, urlRedacted, settings }: Backup): string | null => {
  if (url === null || urlRedacted)
    return 'the backup has no complete URL, for it held a secret that is not kept: give the URL';
  return settings.application == null
    ? null
    : 'it belonged to a Connect application, which cannot be named when one is created: create it in the dashboard';
};

const open = (account: Account, credentials: Credentials, http: Http): Provider => {
  const { apiKey = '' } = credentials;
  const secrets = Object.values(credentials);
  const all = `${account.baseUrl}/v1/webhook_endpoints`;

  const call = async (
    method: Call['method'],
    url: string,
    rest: { form?: Form; headers?: Call['headers']; signal?: AbortSignal | undefined },
  ) => {
    const headers = { authorization: `Bearer ${apiKey}`, 'stripe-version': apiVersion, ...rest.headers };
    const answer = await http.call({ ...rest, method, url, headers, account: account.name, secrets });
    return { answer, outcome: outcomeOf(withCode(answer), table, { mutating: method !== 'GET', secrets }) };
  };

  const list = (signal?: AbortSignal) =>
    listPages(async (cursor) => {
      const after = cursor === null ? '' : `&starting_after=${encodeURIComponent(cursor)}`;
      const { answer, outcome } = await call('GET', `${all}?limit=${pageSize}${after}`, { signal });
      return answer.kind === 'answer' && outcome.kind === 'done'
        ? readPage(answer, account.environment)
        : withoutPage(cursor, unlisted(outcome));
    });

  /** `act` on the address of one webhook, or refused where the id cannot be one. */
  const at = async ({ id }: WebhookRef, act: (url: string) => Promise<Outcome>): Promise<Outcome> => {
    const why = unaddressable(id);
    if (why !== null) return { kind: 'refused', why: `the id of the webhook ${why}` };
    return act(`${all}/${encodeURIComponent(id)}`);
  };

  const setDisabled = (webhook: WebhookRef, disabled: boolean, signal?: AbortSignal) =>
    at(webhook, async (url) => {
      const { answer, outcome } = await call('POST', url, { form: { disabled: String(disabled) }, signal });
      const status = disabled ? 'disabled' : 'enabled';
      return confirmed(outcome, answer, v.looseObject({ id: v.literal(webhook.id), status: v.literal(status) }));
    });

  const remove = (webhook: WebhookRef, signal?: AbortSignal) =>
    at(webhook, async (url) => {
      const { answer, outcome } = await call('DELETE', url, { signal });
      return confirmed(outcome, answer, v.looseObject({ id: v.literal(webhook.id), deleted: v.literal(true) }));
    });

  /** A new webhook is always on, so one that was off is switched off in a second call. */
  const asItWas = async (created: Created, backup: Backup, signal?: AbortSignal): Promise<Created> => {
    if (backup.enabled || created.kind !== 'done') return created;
    const { id } = created;
    if (id === undefined)
      return { kind: 'unknown', why: 'created, but the answer has no id by which to switch it off' };
    const off = await setDisabled({ kind: 'endpoint', id }, true, signal);
    return off.kind === 'done' ? created : { kind: 'unknown', why: `created, but not switched off: ${off.why}`, id };
  };

  const create = async (backup: Backup, signal?: AbortSignal): Promise<Created> => {
    const why = uncreatable(backup);
    if (why !== null) return { kind: 'refused', why };
    const form = createForm(backup);
    // The same for every attempt to bring this one back: whoever repeats it gets the first answer, not a second webhook.
    const key = `hooksweep-${sha256(canonical([backup.id, backup.fingerprint, form]))}`;
    const { answer, outcome } = await call('POST', all, { form, headers: { 'idempotency-key': key }, signal });
    if (outcome.kind !== 'done') return outcome;
    const made = v.safeParse(Made, answer.kind === 'answer' ? answer.json : undefined);
    if (!made.success || unaddressable(made.output.id) !== null) return asItWas(outcome, backup, signal);
    const { id, secret } = made.output;
    return asItWas({ ...outcome, id, ...(secret !== undefined && { secret }) }, backup, signal);
  };

  return {
    capabilities,
    scopes: async () => ({ status: 'complete', scopes: [account.name] }),
    list: (_scope, signal) => list(signal),
    disable: (_scope, webhook, signal) => setDisabled(webhook, true, signal),
    enable: (_scope, webhook, signal) => setDisabled(webhook, false, signal),
    delete: (_scope, webhook, signal) => remove(webhook, signal),
    create: (_scope, backup, signal) => create(backup, signal),
  };
};

/** Keys whose kind can be told by how they begin, and why they will not do. */
const unusable: readonly (readonly [RegExp, string])[] = [
  [/^pk_/, 'apiKey is a publishable key, which can read no webhooks: give a restricted or a secret key'],
  [/^whsec_/, 'apiKey is the signing secret of a webhook: give a restricted or a secret key'],
  [/^sk_org_/, 'apiKey is the key of an organisation, which names no account: give a key of the account'],
];

const modes: readonly (readonly [RegExp, Environment, string])[] = [
  [/^(sk|rk)_test_/, 'sandbox', 'test'],
  [/^(sk|rk)_live_/, 'production', 'live'],
];

const contradiction = (account: Account, { apiKey = '' }: Credentials): string | null => {
  const wrongKind = unusable.find(([form]) => form.test(apiKey));
  if (wrongKind) return wrongKind[1];
  const mode = modes.find(([form]) => form.test(apiKey));
  return mode === undefined || mode[1] === account.environment
    ? null
    : `apiKey is a ${mode[2]}-mode key but environment is ${account.environment}: correct one of them`;
};

/** https://docs.stripe.com/api/webhook_endpoints; decisions in docs/providers/stripe.md. */
export const stripe: ProviderDefinition = {
  id: 'stripe',
  title: 'Stripe (webhook endpoints, API v1)',
  credentials: {
    apiKey: { required: true, about: 'restricted key (rk_…) with "Webhook Endpoints: Write", or a secret key (sk_…)' },
  },
  options: v.strictObject({}),
  baseUrl: { sandbox: 'https://api.stripe.com', production: 'https://api.stripe.com' },
  contradiction,
  open,
};
