import type { Json } from '../canonical.ts';
import { iso } from '../clock.ts';
import { hex } from './random.ts';
import type { Reply, Request, Setup, Simulation } from './simulation.ts';
import { stripeQuirks } from './stripe-faults.ts';
import { type StripeWebhook, stripePopulation } from './stripe-population.ts';

const type = 'invalid_request_error';

const problems: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  400: { type, code: 'parameter_invalid', message: 'Invalid request' },
  401: { type, message: 'Invalid API Key provided' },
  403: { type, message: 'Invalid: the provided key does not have the required permissions' },
  404: { type, code: 'resource_missing', message: 'No such webhook endpoint' },
  429: { type, code: 'rate_limit', message: 'Too many requests' },
  500: { type: 'api_error', message: 'Invalid state' },
};

type Handler = (request: Request, on: ReadonlySet<string>) => Reply;

const shown = (webhook: StripeWebhook): { [key: string]: Json } => ({
  id: webhook.id,
  object: 'webhook_endpoint',
  api_version: webhook.apiVersion ?? null,
  application: webhook.application ?? null,
  created: Math.floor(Date.parse(webhook.createdAt) / 1000),
  description: webhook.description ?? null,
  enabled_events: webhook.events,
  livemode: webhook.livemode ?? false,
  metadata: webhook.metadata ?? {},
  status: webhook.enabled ? 'enabled' : 'disabled',
  url: webhook.url,
});

/** `a[0]=x&a[1]=y` and `a[k]=v` by name. */
const nested = (form: URLSearchParams, name: string): [string, string][] =>
  [...form].flatMap(([key, value]) => {
    const member = new RegExp(`^${name}\\[([^\\]]*)\\]$`).exec(key);
    return member ? [[member[1] ?? '', value] as [string, string]] : [];
  });

const formOf = ({ body }: Request) => new URLSearchParams(typeof body === 'string' ? body : '');

export const simulateStripe = (setup: Setup): Simulation => {
  const { random, now } = setup;
  const credentials = { apiKey: `rk_test_${hex(random, 24)}` };
  const state = new Map(stripePopulation(setup).map((webhook) => [webhook.id, webhook]));
  const answered = new Map<string, { form: string; reply: Reply }>();
  let nextId = 101 + setup.webhooks;
  const newId = () => `we_1Sim${nextId++}`;

  const problem = (status: number): Json => ({ error: problems[status] ?? { type: 'api_error', message: 'Error' } });
  const refuse = (status: number): Reply => ({
    status,
    headers: { 'request-id': `req_${hex(random, 12)}` },
    json: problem(status),
  });

  const invented = (after: string): StripeWebhook[] =>
    Array.from({ length: 10 }, (_, index) => {
      const url = 'https://api.ledgerly-demo.io/endless';
      const at = iso(now());
      return { id: `${after}x${index}`.slice(-40), url, events: ['*'], enabled: true, createdAt: at, updatedAt: at };
    });

  /** Newest first, as the provider does. */
  const page = (request: Request, on: ReadonlySet<string>): { rows: StripeWebhook[]; more: boolean } | null => {
    const limit = Number(request.query.get('limit') ?? '10');
    const after = request.query.get('starting_after');
    if (!Number.isInteger(limit) || limit < 1 || limit > 100) return null;
    if (on.has('empty-list')) return { rows: [], more: false };
    if (on.has('endless')) return { rows: invented(hex(random, 20)), more: true };
    const all = [...state.values()].sort((a, b) =>
      a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0,
    );
    if (on.has('repeat-page')) return { rows: all.slice(0, limit), more: true };
    if (on.has('truncated-list')) return { rows: all.slice(0, Math.floor(all.length / 2)), more: false };
    const found = all.findIndex(({ id }) => id === after);
    if (after !== null && found < 0) return null;
    const from = after !== null && on.has('shifting') ? found : found + 1;
    return { rows: all.slice(from, from + limit), more: from + limit < all.length };
  };

  const list: Handler = (request, on) => {
    const read = page(request, on);
    if (read === null)
      return { status: 400, json: { error: { type, code: 'resource_missing', param: 'starting_after' } } };
    const data = read.rows.map((webhook, index) => ({
      ...shown(webhook),
      ...(on.has('other-mode') && index === 0 ? { livemode: true } : {}),
      ...(on.has('secret-shown') ? { secret: `whsec_${webhook.id}` } : {}),
    }));
    const more = on.has('no-has-more') ? {} : { has_more: read.more };
    return { status: 200, json: { object: 'list', url: '/v1/webhook_endpoints', ...more, data } };
  };

  const make = (form: URLSearchParams): Reply => {
    const url = form.get('url') ?? '';
    const events = nested(form, 'enabled_events').map(([, event]) => event);
    if (!/^https?:\/\//.test(url) || events.length === 0 || form.has('disabled')) return refuse(400);
    const at = iso(Math.floor(now() / 1000) * 1000);
    const webhook: StripeWebhook = {
      ...{ id: newId(), url, events, enabled: true, createdAt: at, updatedAt: at },
      description: form.get('description'),
      apiVersion: form.get('api_version'),
      metadata: Object.fromEntries(nested(form, 'metadata')),
    };
    state.set(webhook.id, webhook);
    return { status: 200, json: { ...shown(webhook), secret: `whsec_${hex(random, 32)}` } };
  };

  /** The first answer to an idempotency key is the answer to all that repeat it. */
  const create: Handler = (request) => {
    const key = String(request.headers['idempotency-key'] ?? '');
    const form = formOf(request);
    const before = answered.get(key);
    if (before?.form === String(form)) return { ...before.reply, headers: { 'idempotent-replayed': 'true' } };
    if (before)
      return { status: 400, json: { error: { type: 'idempotency_error', message: 'Invalid reuse of a key' } } };
    const reply = make(form);
    if (key !== '' && reply.status === 200) answered.set(key, { form: String(form), reply });
    return reply;
  };

  const update =
    (webhook: StripeWebhook): Handler =>
    (request, on) => {
      const form = formOf(request);
      const disabled = form.get('disabled') ?? String(!webhook.enabled);
      if (disabled !== 'true' && disabled !== 'false') return refuse(400);
      const events = nested(form, 'enabled_events').map(([, event]) => event);
      const after = {
        ...webhook,
        url: form.get('url') ?? webhook.url,
        events: events.length > 0 ? events : webhook.events,
        enabled: disabled === 'false',
        updatedAt: iso(now()),
      };
      if (!on.has('ignore-disable')) state.set(webhook.id, after);
      return { status: 200, json: shown(on.has('disable-unchanged') ? webhook : after) };
    };

  const remove =
    (webhook: StripeWebhook): Handler =>
    (_request, on) => {
      if (!on.has('ignore-delete')) state.delete(webhook.id);
      const id = on.has('delete-other') ? 'we_1Other' : webhook.id;
      return { status: 200, json: { id, object: 'webhook_endpoint', deleted: !on.has('delete-denied') } };
    };

  const retrieve =
    (webhook: StripeWebhook): Handler =>
    () => ({ status: 200, json: shown(webhook) });

  const handle: Handler = (request, on) => {
    if (request.headers.authorization !== `Bearer ${credentials.apiKey}`) return refuse(401);
    const [known, id] = /^\/v1\/webhook_endpoints(?:\/([^/]+))?$/.exec(request.path) ?? [];
    if (known === undefined) return { status: 404, json: { error: { type, message: 'Unrecognized request URL' } } };
    if (id === undefined) {
      const act = ({ GET: list, POST: create } as Record<string, Handler>)[request.method];
      return act?.(request, on) ?? { status: 405 };
    }
    const webhook = state.get(id);
    if (webhook === undefined) return refuse(404);
    const act = ({ GET: retrieve, POST: update, DELETE: remove } as Record<string, typeof update>)[request.method];
    return act?.(webhook)(request, on) ?? { status: 405 };
  };

  return { credentials, options: {}, state, newId, quirks: stripeQuirks, problem, handle };
};
