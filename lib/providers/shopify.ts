import * as v from 'valibot';
import type { Json } from '../canonical.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Account } from '../policy/policy.ts';
import type { Backup } from '../webhook.ts';
import type { Capabilities, Outcome, Provider, ProviderDefinition } from './contract.ts';
import { listPages, withoutPage } from './cursor-pages.ts';
import type { Answer, Http } from './http.ts';
import { outcomeOf, unlisted } from './outcome.ts';
import { createQuota } from './quota.ts';
import { listQuery, pageSize, readPage, unusableId } from './shopify-list.ts';
import { payloadOf, quotaOfBucket, table, withCode } from './shopify-outcome.ts';
import { fixedToken, grantedTokens, type Tokens } from './shopify-token.ts';

type Credentials = Readonly<Record<string, string>>;
type Variables = Readonly<Record<string, Json>>;
type Operation = { root: string; query: string; mutating: boolean };

const hourMs = 3_600_000;

const capabilities: Capabilities = {
  kinds: ['endpoint'],
  disable: [],
  signals: false,
  // Whether `updatedAt` moves on anything but edits is not documented.
  editStamp: false,
  // The client secret of the app signs for all.
  ownSecret: false,
  parkedUrls: false,
  selfHosted: false,
  lostOnRestore: ['id', 'createdAt', 'name'],
  // Eight attempts within four hours.
  lateDeliveryMs: 4 * hourMs,
  // A mutation costs ten points, and a shop gets 50 a second back on the smallest plan.
  allowances: [{ units: 50, perMs: 1000, cost: 10 }],
  oneScope: true,
  experimental: null,
};

// Fields of userErrors without their text: that there are any is all that counts.
const listing: Operation = { root: 'webhookSubscriptions', query: listQuery, mutating: false };
const deletion: Operation = {
  root: 'webhookSubscriptionDelete',
  query: `mutation HooksweepDelete($id: ID!) {
  webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field } }
}`,
  mutating: true,
};
const creation: Operation = {
  root: 'webhookSubscriptionCreate',
  query: `mutation HooksweepCreate($topic: WebhookSubscriptionTopic!, $webhookSubscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) {
    webhookSubscription { id } userErrors { field }
  }
}`,
  mutating: true,
};

const noSwitch: Outcome = { kind: 'refused', why: 'this provider can delete webhooks, but not switch them off and on' };

const unconfirmed: Outcome = { kind: 'unknown', why: 'the answer says neither that it was done nor that it was not' };

const Made = v.looseObject({ webhookSubscription: v.looseObject({ id: v.string() }) });

/** What a backup holds of a subscription, for the input of a new one; null where it is not whole. */
const inputOf = ({ url, urlRedacted, settings }: Backup): Variables | null => {
  const uri = url === null ? settings.uri : url;
  if (typeof uri !== 'string' || urlRedacted) return null;
  const { format = null, filter = null, includeFields = [], metafieldNamespaces = [], metafields = [] } = settings;
  const given = Object.entries({ format, filter, includeFields, metafieldNamespaces, metafields });
  const set = given.filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0));
  return { uri, ...Object.fromEntries(set) };
};

const tokensFor = (account: Account, credentials: Credentials, http: Http): Tokens => {
  const { accessToken, clientId = '', clientSecret = '' } = credentials;
  if (accessToken) return fixedToken(accessToken);
  const secrets = Object.values(credentials);
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  const url = `${account.baseUrl}/admin/oauth/access_token`;
  return grantedTokens(
    () => http.call({ method: 'POST', url, headers: {}, form, account: account.name, secrets }),
    secrets,
  );
};

const open = (account: Account, credentials: Credentials, http: Http, clock: Clock): Provider => {
  const { note, quota } = createQuota();
  const tokens = tokensFor(account, credentials, http);
  const url = `${account.baseUrl}/admin/api/${account.options.apiVersion}/graphql.json`;

  const send = (token: string, { query }: Operation, variables: Variables, signal?: AbortSignal): Promise<Answer> =>
    http.call({
      method: 'POST',
      url,
      headers: { 'x-shopify-access-token': token },
      body: { query, variables },
      account: account.name,
      secrets: [...Object.values(credentials), token],
      signal,
    });

  const call = async (
    operation: Operation,
    variables: Variables,
    signal?: AbortSignal,
  ): Promise<{ outcome: Outcome; payload?: unknown }> => {
    let access = await tokens.get(signal);
    if (access.status === 'none') return { outcome: access.outcome };
    let answer = await send(access.token, operation, variables, signal);
    // A token that has expired: nothing happened, so the request may be sent once more with a new one.
    if ('status' in answer && answer.status === 401 && tokens.drop(access.token)) {
      access = await tokens.get(signal);
      if (access.status === 'none') return { outcome: access.outcome };
      answer = await send(access.token, operation, variables, signal);
    }
    note(quotaOfBucket(answer, clock.now()));
    const secrets = [...Object.values(credentials), access.token];
    const outcome = outcomeOf(withCode(answer, operation.root), table, { mutating: operation.mutating, secrets });
    return { outcome, payload: answer.kind === 'answer' ? payloadOf(answer.json, operation.root) : undefined };
  };

  const list = (signal?: AbortSignal) =>
    listPages(async (after) => {
      const { outcome, payload } = await call(listing, { first: pageSize, after }, signal);
      return outcome.kind === 'done' ? readPage(payload) : withoutPage(after, unlisted(outcome));
    });

  const remove = async (id: string, signal?: AbortSignal): Promise<Outcome> => {
    const why = unusableId(id);
    if (why !== null) return { kind: 'refused', why: `the id of the webhook ${why}` };
    const { outcome, payload } = await call(deletion, { id }, signal);
    const deleted = v.is(v.looseObject({ deletedWebhookSubscriptionId: v.literal(id) }), payload);
    return outcome.kind === 'done' && !deleted ? unconfirmed : outcome;
  };

  const create = async (backup: Backup, signal?: AbortSignal): Promise<Outcome & { id?: string }> => {
    const webhookSubscription = inputOf(backup);
    const [topic] = backup.events;
    if (webhookSubscription === null || topic === undefined)
      return {
        kind: 'refused',
        why: 'the backup has no complete URL, for it held a secret that is not kept: give the URL',
      };
    const { outcome, payload } = await call(creation, { topic, webhookSubscription }, signal);
    if (outcome.kind !== 'done') return outcome;
    if (!v.is(Made, payload)) return unconfirmed;
    const { id } = payload.webhookSubscription;
    return unusableId(id) === null ? { ...outcome, id } : outcome;
  };

  return {
    capabilities,
    quota,
    scopes: async () => ({ status: 'complete', scopes: [account.name] }),
    list: (_scope, signal) => list(signal),
    disable: async () => noSwitch,
    enable: async () => noSwitch,
    delete: (_scope, { id }, signal) => remove(id, signal),
    create: (_scope, backup, signal) => create(backup, signal),
  };
};

const contradiction = (account: Account, { accessToken = '', clientSecret = '' }: Credentials): string | null => {
  const { hostname } = new URL(account.baseUrl);
  if (hostname.endsWith('.myshopify.com') && hostname !== account.options.shop)
    return `baseUrl is another shop (${hostname}) than options.shop: remove baseUrl, or correct one of them`;
  if (accessToken.startsWith('shpss_')) return 'accessToken is a client secret: give it as clientSecret, with clientId';
  return /^shp(at|ca|ua)_/.test(clientSecret) ? 'clientSecret is an access token: give it as accessToken' : null;
};

const options = v.strictObject({
  shop: v.pipe(
    v.string('shop is not text\nwrite shop: your-shop.myshopify.com'),
    v.regex(
      /^[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com$/,
      'not the address of a shop\nwrite shop: your-shop.myshopify.com',
    ),
  ),
  // 2026-01 is the oldest that surely has every field that is asked for.
  apiVersion: v.pipe(
    v.string('apiVersion is not text\nwrite apiVersion: "2026-10"'),
    v.regex(/^(202[6-9]|20[3-9]\d)-(01|04|07|10)$/, 'not an API version from 2026-01 on\nwrite apiVersion: "2026-10"'),
  ),
});

/** https://shopify.dev/docs/api/admin-graphql/latest/objects/WebhookSubscription; decisions in docs/providers/shopify.md. */
export const shopify: ProviderDefinition = {
  id: 'shopify',
  title: 'Shopify (webhook subscriptions of one app in one shop)',
  credentials: {
    accessToken: { required: false, about: 'Admin API access token of the app (shpat_…)' },
    clientId: {
      required: false,
      secret: false,
      about: 'client id of an app of your own organisation, in place of accessToken',
    },
    clientSecret: { required: false, about: 'client secret of that app' },
  },
  oneOf: [['accessToken'], ['clientId', 'clientSecret']],
  options,
  exampleOptions: { shop: 'your-shop.myshopify.com', apiVersion: '2026-10' },
  baseUrl: { sandbox: null, production: null },
  baseUrlFrom: ({ shop }) => `https://${shop}`,
  contradiction,
  open: (account, credentials, http) => open(account, credentials, http, systemClock),
};
