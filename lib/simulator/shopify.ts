import type { Json } from '../canonical.ts';
import { iso } from '../clock.ts';
import { hex } from './random.ts';
import { shopifyQuirks } from './shopify-faults.ts';
import { type ShopifyWebhook, shopifyPopulation, subscriptionId } from './shopify-population.ts';
import type { Reply, Request, Setup, Simulation } from './simulation.ts';

/** An app that gets its token by the client credentials grant; the credentials of the simulator are a fixed token. */
export const simulatedClient = { clientId: 'simulated-client-id', clientSecret: 'shpss_simulated_client_secret' };

const options = { shop: 'kettle-demo.myshopify.com', apiVersion: '2026-10' };
const graphqlPath = `/admin/api/${options.apiVersion}/graphql.json`;
const grantPath = '/admin/oauth/access_token';

const problems: Readonly<Record<number, string>> = {
  401: '[API] Invalid API key or access token (unrecognized login or wrong password)',
  429: 'Exceeded rate limit',
};

type Fields = Readonly<Record<string, unknown>>;
type Resolver = (variables: Fields, on: ReadonlySet<string>) => unknown;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];

const root = (query: string): string | null =>
  /\b(webhookSubscriptionDelete|webhookSubscriptionCreate|webhookSubscriptions)\b/.exec(query)?.[1] ?? null;

const queryOf = ({ body }: Request): string => String(fieldsOf(body).query ?? '');

const shown = (webhook: ShopifyWebhook): { [key: string]: Json } => ({
  id: webhook.id,
  topic: webhook.events[0] ?? '',
  uri: webhook.url,
  createdAt: webhook.createdAt,
  updatedAt: webhook.updatedAt,
  format: webhook.format ?? 'JSON',
  filter: webhook.filter ?? '',
  includeFields: webhook.includeFields ?? [],
  metafieldNamespaces: webhook.metafieldNamespaces ?? [],
  metafields: webhook.metafields ?? [],
  apiVersion: { handle: options.apiVersion },
});

/** As GraphQL does: only what the query asks for. */
const asked = (query: string, row: { [key: string]: Json }): Json =>
  Object.fromEntries(Object.entries(row).filter(([name]) => new RegExp(`\\b${name}\\b`).test(query)));

const faulty = (message: string, field: string): Json => ({
  userErrors: [{ field: ['webhookSubscription', field], message: `Invalid: ${message}` }],
});

export const simulateShopify = (setup: Setup): Simulation => {
  const { random, now } = setup;
  const credentials = { accessToken: `shpat_${hex(random, 32)}` };
  const state = new Map(shopifyPopulation(setup).map((webhook) => [webhook.id, webhook]));
  let granted: string | null = null;
  let nextId = 101 + setup.webhooks;
  const newId = () => subscriptionId(nextId++);

  const problem = (status: number): Json => ({ errors: problems[status] ?? 'Invalid request' });
  const refuse = (status: number): Reply => ({ status, json: problem(status) });

  const invented = (): ShopifyWebhook[] =>
    Array.from({ length: 10 }, () => {
      const at = iso(now());
      const id = subscriptionId(Math.floor(random() * 2 ** 48));
      return {
        id,
        url: 'https://a.kettle-demo.shop',
        events: ['CARTS_UPDATE'],
        enabled: true,
        createdAt: at,
        updatedAt: at,
      };
    });

  const page = ({ first, after }: Fields, on: ReadonlySet<string>): { rows: ShopifyWebhook[]; more: boolean } => {
    if (on.has('empty-list')) return { rows: [], more: false };
    if (on.has('endless') || on.has('repeat-cursor')) return { rows: invented(), more: true };
    const all = [...state.values()];
    const size = Number(first ?? 10);
    if (on.has('repeat-page')) return { rows: all.slice(0, size), more: true };
    if (on.has('truncated-list')) return { rows: all.slice(0, Math.floor(all.length / 2)), more: false };
    const found = all.findIndex(({ id }) => id === after);
    const from = found >= 0 && on.has('shifting') ? found : found + 1;
    return { rows: all.slice(from, from + size), more: from + size < all.length };
  };

  const list =
    (query: string): Resolver =>
    (variables, on) => {
      const { rows, more } = page(variables, on);
      const endCursor = on.has('repeat-cursor') ? 'same' : (rows.at(-1)?.id ?? null);
      const pageInfo = on.has('no-page-info') ? {} : { pageInfo: { hasNextPage: more, endCursor } };
      return { nodes: rows.map((row) => asked(query, shown(row))), ...pageInfo };
    };

  const remove: Resolver = (variables, on) => {
    const id = String(variables.id);
    const missing = !state.has(id) || on.has('user-errors');
    if (missing) return { deletedWebhookSubscriptionId: null, ...Object(faulty('does not exist', 'id')) };
    if (!on.has('ignore-delete')) state.delete(id);
    if (on.has('delete-null')) return { deletedWebhookSubscriptionId: null, userErrors: [] };
    const told = on.has('delete-other') ? subscriptionId(1) : id;
    return { deletedWebhookSubscriptionId: told, userErrors: [] };
  };

  const create: Resolver = ({ topic, webhookSubscription }, on) => {
    const { uri, format, filter, includeFields, metafieldNamespaces, metafields } = fieldsOf(webhookSubscription);
    const none = { webhookSubscription: null };
    if (on.has('user-errors')) return { ...none, ...Object(faulty('not now', 'uri')) };
    if (typeof uri !== 'string' || !/^(https:|arn:|pubsub:)/.test(uri))
      return { ...none, ...Object(faulty('uri', 'uri')) };
    const taken = [...state.values()].some(
      (other) => other.url === uri && other.events[0] === topic && (other.filter ?? '') === (filter ?? ''),
    );
    if (taken) return { ...none, ...Object(faulty('taken for this topic', 'uri')) };
    const at = iso(Math.floor(now() / 1000) * 1000);
    const webhook: ShopifyWebhook = {
      ...{
        id: newId(),
        url: uri,
        events: [String(topic)],
        enabled: true,
        createdAt: at,
        updatedAt: at,
      },
      format: typeof format === 'string' ? format : 'JSON',
      filter: typeof filter === 'string' ? filter : null,
      includeFields: textsOf(includeFields),
      metafieldNamespaces: textsOf(metafieldNamespaces),
      metafields: Array.isArray(metafields) ? metafields : [],
    };
    state.set(webhook.id, webhook);
    return { webhookSubscription: shown(webhook), userErrors: [] };
  };

  const grant = ({ body, headers }: Request): Reply => {
    const json = String(headers['content-type']).includes('json');
    const given = json ? fieldsOf(body) : Object.fromEntries(new URLSearchParams(String(body ?? '')));
    const good =
      given.grant_type === 'client_credentials' &&
      given.client_id === simulatedClient.clientId &&
      given.client_secret === simulatedClient.clientSecret;
    if (!good) return { status: 400, json: { error: 'invalid_client', error_description: 'Invalid client' } };
    granted = `shpat_${hex(random, 32)}`;
    return { status: 200, json: { access_token: granted, scope: 'read_orders', expires_in: 86_399 } };
  };

  const resolve = (request: Request, on: ReadonlySet<string>): Reply => {
    const query = queryOf(request);
    const name = root(query) ?? '';
    const variables = fieldsOf(fieldsOf(request.body).variables);
    const resolvers: Readonly<Record<string, Resolver>> = {
      webhookSubscriptions: list(query),
      webhookSubscriptionDelete: remove,
      webhookSubscriptionCreate: create,
    };
    const value = resolvers[name]?.(variables, on);
    const cost = { requestedQueryCost: 202, actualQueryCost: 12 };
    return value === undefined
      ? { status: 200, json: { errors: [{ message: 'Invalid query', extensions: { code: 'undefinedField' } }] } }
      : { status: 200, json: { data: { [name]: value }, extensions: { cost } } };
  };

  const handle = (request: Request, on: ReadonlySet<string>): Reply => {
    if (request.method !== 'POST') return { status: 405 };
    if (request.path === grantPath) return grant(request);
    if (request.path !== graphqlPath) return { status: 404, json: { errors: 'Not Found' } };
    const token = request.headers['x-shopify-access-token'];
    if (on.has('token-expired') && token === granted) granted = null;
    return token === credentials.accessToken || (token !== undefined && token === granted)
      ? resolve(request, on)
      : refuse(401);
  };

  const mutates = (request: Request): boolean =>
    request.path === graphqlPath && /^\s*mutation\b/.test(queryOf(request));

  return { credentials, options, state, newId, quirks: shopifyQuirks, mutates, problem, handle };
};
