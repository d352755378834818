import * as v from 'valibot';
import type { Json } from '../canonical.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Account } from '../policy/policy.ts';
import type { Backup, WebhookRef } from '../webhook.ts';
import type { Capabilities, Created, Creation, Listing, Outcome, Provider, ProviderDefinition } from './contract.ts';
import type { Answer, Call, Http } from './http.ts';
import { failed, Id } from './list-rows.ts';
import { unaddressable } from './listing.ts';
import { readWebhooks } from './simpay-list.ts';
import { addressesOf, Options, scopeOf } from './simpay-options.ts';
import { judge } from './simpay-outcome.ts';
import { createSession, signatureOf } from './simpay-session.ts';

type Credentials = Readonly<Record<string, string>>;

const hourMs = 3_600_000;

const capabilities: Capabilities = {
  kinds: ['endpoint'],
  disable: [],
  signals: false,
  editStamp: false,
  // Each may have an authorization token and a functions key of its own, and the list need not tell.
  ownSecret: true,
  // The documents advise to point a webhook at a test endpoint instead of deleting it.
  parkedUrls: true,
  selfHosted: false,
  takesSecrets: ['authorization_token', 'x_functions_key'],
  lostOnRestore: ['id', 'createdAt', 'authorization_token', 'x_functions_key'],
  // "Any in-flight notifications may still be delivered", without a time; an hour is longer than queues usually are.
  lateDeliveryMs: hourMs,
  // None is published: a choice of ours.
  allowances: [{ units: 5, perMs: 1000 }],
  experimental: null,
};

const refused = (why: string): Outcome => ({ kind: 'refused', why });

const Made = v.looseObject({ id: v.nullish(Id), webhook_id: v.nullish(Id) });

const createdId = (answer: Answer): { id?: string } => {
  const parsed = v.safeParse(Made, answer.kind === 'answer' ? answer.json : undefined);
  const id = parsed.success ? (parsed.output.id ?? parsed.output.webhook_id ?? '') : '';
  return unaddressable(id) === null ? { id } : {};
};

const cannotCreate = ({ kind, url, urlRedacted, events }: Backup): string | null => {
  if (kind !== 'endpoint') return 'only endpoints are registered by this API';
  if (url === null || urlRedacted)
    return 'the backup has no complete URL, for it held a secret that is not kept: give the URL';
  return events.length === 1 ? null : 'a webhook has exactly one type here';
};

type Rest = { body?: Json; signal?: AbortSignal | undefined };

/** Calls with a token, which is fetched again once where it is refused. */
const createCaller = (
  account: Account,
  credentials: Credentials,
  http: Http,
  tokenUrl: string,
  clock: Pick<Clock, 'now'>,
) => {
  const { clientId = '', clientSecret = '', hmacKey } = credentials;
  const secrets = Object.values(credentials);

  const fetchToken = (signal?: AbortSignal) =>
    http.call({
      method: 'POST',
      url: tokenUrl,
      headers: {},
      body: { client_id: clientId, client_secret: clientSecret },
      account: account.name,
      secrets,
      signal,
    });
  const session = createSession(fetchToken, clock, secrets);

  const send = (method: Call['method'], url: string, token: string, { body, signal }: Rest): Promise<Answer> => {
    // Signed is what http.call sends: the JSON text of the same value.
    const signed = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${token}`,
      ...(hmacKey === undefined ? {} : { hmac: signatureOf(hmacKey, signed) }),
    };
    const sent = body === undefined ? {} : { body };
    return http.call({ ...sent, signal, method, url, headers, account: account.name, secrets: [...secrets, token] });
  };

  return async (method: Call['method'], url: string, rest: Rest): Promise<{ answer: Answer; outcome: Outcome }> => {
    const mutating = method !== 'GET';
    const without = (outcome: Outcome) => ({
      answer: { kind: 'unsent', again: true, why: outcome.why } satisfies Answer,
      outcome,
    });
    let grant = await session.token(rest.signal);
    if ('outcome' in grant) return without(grant.outcome);
    let answer = await send(method, url, grant.token, rest);
    if ('status' in answer && answer.status === 401) {
      session.drop(grant.token);
      grant = await session.token(rest.signal);
      if ('outcome' in grant) return without(grant.outcome);
      answer = await send(method, url, grant.token, rest);
    }
    return { answer, outcome: judge(answer, { mutating, secrets: [...secrets, grant.token] }) };
  };
};

const open = (account: Account, credentials: Credentials, http: Http, clock: Pick<Clock, 'now'>): Provider => {
  const { sourceAccounts, paths } = v.parse(Options, account.options);
  const addresses = addressesOf(account.baseUrl, paths);
  const call = createCaller(account, credentials, http, addresses.token, clock);
  const sources = new Map(sourceAccounts.map((source) => [scopeOf(source), source]));
  const unknown = 'options.sourceAccounts does not have this source account';

  const list = async (scope: string, signal?: AbortSignal): Promise<Listing> => {
    const source = sources.get(scope);
    if (source === undefined) return failed('error', 'refused', `is of another account: ${unknown}`);
    const query = new URLSearchParams({
      source_account_branch_identifier: source.branch,
      source_account_number: source.number,
    });
    const reader = { source, markKey: credentials.clientSecret ?? '' };
    const tried: Listing[] = [];
    for (const url of addresses.lists) {
      const read = await readWebhooks(`${url}?${query}`, (at) => call('GET', at, { signal }), reader);
      if (!read.missing) return read.listing;
      tried.push(read.listing);
    }
    return tried[0] ?? failed('error', 'refused', 'has no address');
  };

  const remove = async (scope: string, { kind, id }: WebhookRef, signal?: AbortSignal): Promise<Outcome> => {
    if (!sources.has(scope)) return refused(unknown);
    if (kind !== 'endpoint') return refused('only endpoints are registered by this API');
    const why = unaddressable(id);
    if (why !== null) return refused(`the id of the webhook ${why}`);
    return (await call('DELETE', addresses.one(id), { signal })).outcome;
  };

  const create = async (scope: string, backup: Creation, signal?: AbortSignal): Promise<Created> => {
    const source = sources.get(scope);
    if (source === undefined) return refused(unknown);
    const why = cannotCreate(backup);
    if (why !== null) return refused(why);
    const body = {
      url: backup.url,
      type_webhook: backup.events[0] ?? '',
      source_account_branch_identifier: source.branch,
      source_account_number: source.number,
      ...backup.secrets,
    };
    const { answer, outcome } = await call('POST', addresses.all, { body, signal });
    return outcome.kind === 'done' ? { ...outcome, ...createdId(answer) } : outcome;
  };

  const noSwitch = async () => refused('a webhook cannot be switched off or on here, only deleted');

  return {
    capabilities,
    scopes: async () => ({ status: 'complete', scopes: [...sources.keys()] }),
    list,
    disable: noSwitch,
    enable: noSwitch,
    delete: remove,
    create,
  };
};

const published = 'https://api.somossimpay.com.br';

const contradiction = (account: Account): string | null => {
  const { origin, hostname } = new URL(account.baseUrl);
  if (origin !== published || account.environment === 'production') return null;
  return `baseUrl is the production host (${hostname}) but environment is ${account.environment}: correct one of them`;
};

/**
 * https://simpay-prod.readme.io/reference/delete-webhook and its neighbours; decisions in docs/providers/simpay.md.
 *
 * @param clock tells when a token has to be renewed
 */
export const simpayWith = (clock: Pick<Clock, 'now'>): ProviderDefinition => ({
  id: 'simpay',
  title: 'SimPay (Pix notifications)',
  credentials: {
    clientId: { required: true, secret: false, about: 'client id, which SimPay hands out' },
    clientSecret: { required: true, about: 'client secret, which SimPay hands out' },
    hmacKey: { required: false, about: 'key of the hmac header, where SimPay asks for that header' },
  },
  options: Options as v.GenericSchema<unknown, Record<string, Json>>,
  exampleOptions: { sourceAccounts: [{ branch: '0001', number: '1234567' }] },
  baseUrl: { sandbox: null, production: published },
  contradiction,
  open: (account, credentials, http) => open(account, credentials, http, clock),
});

export const simpay: ProviderDefinition = simpayWith(systemClock);
