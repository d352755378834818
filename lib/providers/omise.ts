import * as v from 'valibot';
import type { Json } from '../canonical.ts';
import type { Account } from '../policy/policy.ts';
import { fields, text } from '../policy/values.ts';
import type { WebhookRef } from '../webhook.ts';
import type { Capabilities, Outcome, Provider, ProviderDefinition } from './contract.ts';
import type { Answer, Call, Http } from './http.ts';
import { pageSizeMax, readSecrets, secretId } from './omise-list.ts';
import { type OutcomeTable, outcomeOf } from './outcome.ts';

type Credentials = Readonly<Record<string, string>>;

const capabilities: Capabilities = {
  kinds: ['signing-secret'],
  disable: [],
  signals: false,
  editStamp: false,
  ownSecret: false,
  parkedUrls: false,
  selfHosted: false,
  lostOnRestore: ['id', 'createdAt', 'secret', 'metadata'],
  issuesSecret: ['signing-secret'],
  lateDeliveryMs: 0,
  // None is published: a choice of ours, for lists as well.
  allowances: [{ units: 10, perMs: 1000, lists: true }],
  oneScope: true,
  experimental:
    'the webhook secrets API is described on a documentation test site only: neither docs.omise.co nor an official SDK has it',
};

/** Codes: the page "Delete Webhook Secret". Errors are `{ object: "error", code, message, location }`. */
const table: OutcomeTable = {
  codeField: 'code',
  // There is none.
  referenceField: '',
  rows: [
    { status: 400, code: /^bad_request$/, kind: 'refused', why: 'the provider finds fault with the request or the id' },
    { status: 400, code: /^limit_reached$/, kind: 'refused', why: 'the account has as many secrets as it may have' },
    {
      status: 401,
      kind: 'retry',
      pause: 'credential',
      why: 'the secret key was refused: check it, and that it is no public key',
    },
    {
      status: 404,
      code: /^not_found$/,
      kind: 'gone',
      why: 'no such secret for this key; another account gets the same',
    },
  ],
};

const modes: readonly { key: RegExp; environment: Account['environment']; says: string }[] = [
  { key: /^skey_test_/, environment: 'sandbox', says: 'a test key (skey_test_)' },
  { key: /^skey_live_/, environment: 'production', says: 'a live key (skey_live_)' },
];

/** A plain `skey_` tells no mode: the `livemode` of each answer does. */
const contradiction = (account: Account, { secretKey = '' }: Credentials): string | null => {
  if (secretKey.startsWith('pkey_')) return 'secretKey is a public key (pkey_): give the secret key (skey_)';
  const mode = modes.find(({ key }) => key.test(secretKey));
  if (mode === undefined || mode.environment === account.environment) return null;
  return `secretKey is ${mode.says} but environment is ${account.environment}: correct one of them`;
};

const Options = fields({
  apiVersion: v.exactOptional(v.pipe(text, v.regex(/^\d{4}-\d{2}-\d{2}$/, 'not a version of the API'))),
});

const Made = v.looseObject({ id: v.pipe(v.string(), v.regex(secretId)), secret: v.optional(v.string()) });

const made = (answer: Answer): { id?: string; secret?: string } => {
  const parsed = v.safeParse(Made, answer.kind === 'answer' ? answer.json : undefined);
  if (!parsed.success) return {};
  const { id, secret } = parsed.output;
  return { id, ...(secret !== undefined && { secret }) };
};

/** A success counts only where the answer names this secret, of this mode, and says that it is deleted. */
const confirmed = (id: string, live: boolean, answer: Answer, outcome: Outcome): Outcome => {
  if (outcome.kind !== 'done') return outcome;
  const Deleted = v.looseObject({
    object: v.literal('webhook_secret'),
    id: v.literal(id),
    deleted: v.literal(true),
    livemode: v.literal(live),
  });
  const parsed = v.safeParse(Deleted, answer.kind === 'answer' ? answer.json : undefined);
  if (parsed.success) return outcome;
  const name = String(parsed.issues[0].path?.[0]?.key ?? 'object');
  return { kind: 'unknown', why: `accepted, but "${name}" of the answer does not say that this secret was deleted` };
};

const refused = (why: string): Outcome => ({ kind: 'refused', why });

const notOurs = ({ kind, id }: WebhookRef): string | null => {
  if (kind !== 'signing-secret') return 'only signing secrets are registered by this API';
  return secretId.test(id) ? null : 'the id is not one of a secret: it has to begin with whsec_';
};

const open = (account: Account, credentials: Credentials, http: Http): Provider => {
  const { apiVersion } = v.parse(Options, account.options);
  const wrongKey = contradiction(account, credentials);
  const live = account.environment === 'production';
  const secrets = Object.values(credentials);
  const all = `${account.baseUrl}/webhooks/secrets`;
  const headers = {
    authorization: `Basic ${Buffer.from(`${credentials.secretKey ?? ''}:`).toString('base64')}`,
    ...(apiVersion === undefined ? {} : { 'omise-version': apiVersion }),
  };

  const call = async (method: Call['method'], url: string, rest: { body?: Json; signal?: AbortSignal | undefined }) => {
    rest.signal?.throwIfAborted();
    const answer: Answer =
      wrongKey === null
        ? await http.call({ ...rest, method, url, headers, account: account.name, secrets })
        : { kind: 'unsent', again: false, why: wrongKey };
    return { answer, outcome: outcomeOf(answer, table, { mutating: method !== 'GET', secrets }) };
  };

  const remove = async (webhook: WebhookRef, signal?: AbortSignal): Promise<Outcome> => {
    const why = notOurs(webhook);
    if (why !== null) return refused(why);
    const { answer, outcome } = await call('DELETE', `${all}/${encodeURIComponent(webhook.id)}`, { signal });
    return confirmed(webhook.id, live, answer, outcome);
  };

  const noSwitch = async () => refused('a signing secret cannot be switched off or on here, only deleted');

  return {
    capabilities,
    scopes: async () => ({ status: 'complete', scopes: [account.name] }),
    list: (_scope, signal) =>
      readSecrets(
        (offset) => call('GET', `${all}?limit=${pageSizeMax}&offset=${offset}&order=chronological`, { signal }),
        live,
      ),
    disable: noSwitch,
    enable: noSwitch,
    delete: (_scope, webhook, signal) => remove(webhook, signal),
    create: async (_scope, backup, signal) => {
      if (backup.kind !== 'signing-secret') return refused('only signing secrets are registered by this API');
      const { answer, outcome } = await call('POST', all, { body: {}, signal });
      return outcome.kind === 'done' ? { ...outcome, ...made(answer) } : outcome;
    },
  };
};

/** The page "Delete Webhook Secret" and its neighbours; where they come from stands in docs/providers/omise.md. */
export const omise: ProviderDefinition = {
  id: 'omise',
  title: 'Omise (webhook signing secrets, experimental)',
  credentials: {
    secretKey: {
      required: true,
      about: 'secret key (skey_…), the user name of HTTP Basic authentication; never the public key',
    },
  },
  options: Options as v.GenericSchema<unknown, Record<string, Json>>,
  baseUrl: { sandbox: 'https://api.omise.co', production: 'https://api.omise.co' },
  contradiction,
  open,
};
