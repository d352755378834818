import { iso } from '../clock.ts';
import { modulusPopulation } from './modulus-population.ts';
import { hex } from './random.ts';
import type { Fault, Reply, Request, Setup, SimulatedWebhook, Simulation } from './simulation.ts';

/** Codes of 401 and 404 as documented; the others are not published. */
const problems: Readonly<Record<number, readonly [code: string, error: string]>> = {
  400: ['20000002', 'Invalid request'],
  401: ['20000001', 'Invalid or missing secret key'],
  403: ['10000003', 'Account is disabled'],
  404: ['20000004', 'Webhook not found'],
  409: ['20000005', 'Webhook already exists'],
  429: ['20000006', 'Too many requests'],
  500: ['30000001', 'Unexpected server error'],
};

const quirks: Readonly<Record<string, Fault>> = {
  'truncated-list': { about: 'half of the list, and no hint that it is half', calls: 'GET' },
  'empty-list': { about: 'an empty list', calls: 'GET' },
  'ignore-disable': { about: 'a change of status is answered and not made', calls: 'PUT' },
  'ignore-delete': { about: 'a delete is answered and not made', calls: 'DELETE' },
  'shape-array': { about: 'the list is a plain array', calls: 'GET' },
  'create-names': {
    about: 'the list has the names of the create page: callbackUrl, webhookAction, webhookStatus',
    calls: 'GET',
  },
  'lower-case': { about: 'the list has statuses in lower case', calls: 'GET' },
  'id-uuid': { about: 'ids are UUIDs in place of integers' },
  'create-uuid': { about: 'create answers a UUID that the list does not show', calls: 'POST' },
  'status-field': { about: 'update knows "status" and ignores "webhookStatus"', calls: 'PUT' },
  strict: { about: '400 for a body with a field that update does not know', calls: 'PUT' },
  'array-action': { about: 'create refuses one action as text', calls: 'POST' },
  'delete-message': { about: 'delete answers 200 and a message', calls: 'DELETE' },
};

const uuidPrefix = '00000000-0000-4000-8000-';
const shownId = (id: string, on: ReadonlySet<string>): string | number =>
  on.has('id-uuid') ? `${uuidPrefix}${id.padStart(12, '0')}` : Number(id);
const keptId = (id: string): string => (id.startsWith(uuidPrefix) ? String(Number(id.slice(uuidPrefix.length))) : id);

const status = (webhook: SimulatedWebhook) => (webhook.enabled ? 'ENABLED' : 'DISABLED');

const listed = (webhook: SimulatedWebhook, on: ReadonlySet<string>) => {
  const [url, actions, state] = on.has('create-names')
    ? ['callbackUrl', 'webhookAction', 'webhookStatus']
    : ['webhookUrl', 'actions', 'status'];
  return {
    id: shownId(webhook.id, on),
    [String(url)]: webhook.url,
    [String(actions)]: webhook.events,
    [String(state)]: on.has('lower-case') ? status(webhook).toLowerCase() : status(webhook),
    createdAt: webhook.createdAt,
    updatedAt: webhook.updatedAt,
  };
};

/** As the create and update pages name the fields. */
const changed = (webhook: SimulatedWebhook, id: string | number) => ({
  id: String(id),
  callbackUrl: webhook.url,
  webhookAction: webhook.events.length === 1 ? webhook.events[0] : webhook.events,
  webhookStatus: status(webhook),
});

const fieldsOf = (body: unknown): Record<string, unknown> =>
  typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};

const actionsOf = (value: unknown): string[] | null => {
  const actions = typeof value === 'string' ? [value] : value;
  const good = Array.isArray(actions) && actions.length > 0 && actions.every((action) => typeof action === 'string');
  return good ? actions : null;
};

const reachable = (url: unknown): url is string => {
  if (typeof url !== 'string' || !URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1'].includes(hostname));
};

type Handler = (request: Request, on: ReadonlySet<string>) => Reply;

export const simulateModulus = (setup: Setup): Simulation => {
  const { random, now } = setup;
  const credentials = { secretKey: `sk_sandbox_${hex(random, 24)}` };
  const authorization = `Basic ${Buffer.from(`${credentials.secretKey}:`).toString('base64')}`;
  const state = new Map(modulusPopulation(setup).map((webhook) => [webhook.id, webhook]));
  let nextId = 101 + setup.webhooks;
  const newId = () => String(nextId++);

  const problem = (code: number) => {
    const [known, error] = problems[code] ?? ['30000000', 'Error'];
    const referenceNumber = [6, 6, 6].map((length) => hex(random, length)).join('-');
    return { code: known, error, referenceNumber };
  };
  const refuse = (code: number): Reply => ({ status: code, json: problem(code) });

  const list: Handler = (_request, on) => {
    const all = on.has('empty-list') ? [] : [...state.values()];
    const shown = on.has('truncated-list') ? all.slice(0, Math.floor(all.length / 2)) : all;
    const webhooks = shown.map((webhook) => listed(webhook, on));
    return { status: 200, json: on.has('shape-array') ? webhooks : { webhooks } };
  };

  const create: Handler = ({ body }, on) => {
    const { callbackUrl, webhookAction, webhookStatus = 'ENABLED' } = fieldsOf(body);
    const events = actionsOf(webhookAction);
    const actionRefused = on.has('array-action') && typeof webhookAction === 'string';
    if (!reachable(callbackUrl) || events === null || actionRefused) return refuse(400);
    if (webhookStatus !== 'ENABLED' && webhookStatus !== 'DISABLED') return refuse(400);
    if ([...state.values()].some(({ url }) => url === callbackUrl)) return refuse(409);
    const at = iso(now());
    const enabled = webhookStatus === 'ENABLED';
    const webhook = { id: newId(), url: callbackUrl, events, enabled, createdAt: at, updatedAt: at };
    state.set(webhook.id, webhook);
    const id = on.has('create-uuid') ? `${uuidPrefix}${hex(random, 12)}` : shownId(webhook.id, on);
    return { status: 201, json: changed(webhook, id) };
  };

  const update =
    (webhook: SimulatedWebhook): Handler =>
    ({ body }, on) => {
      const statusField = on.has('status-field') ? 'status' : 'webhookStatus';
      const fields = fieldsOf(body);
      const known = ['callbackUrl', 'webhookAction', statusField];
      if (on.has('strict') && Object.keys(fields).some((name) => !known.includes(name))) return refuse(400);
      const {
        callbackUrl = webhook.url,
        webhookAction = webhook.events,
        [statusField]: wanted = status(webhook),
      } = fields;
      const events = actionsOf(webhookAction);
      if (!(reachable(callbackUrl) || callbackUrl === webhook.url) || events === null) return refuse(400);
      if (wanted !== 'ENABLED' && wanted !== 'DISABLED') return refuse(400);
      const after = { ...webhook, url: callbackUrl, events, enabled: wanted === 'ENABLED', updatedAt: iso(now()) };
      if (!on.has('ignore-disable')) state.set(webhook.id, after);
      return { status: 200, json: changed(after, shownId(after.id, on)) };
    };

  const remove =
    (webhook: SimulatedWebhook): Handler =>
    (_request, on) => {
      if (!on.has('ignore-delete')) state.delete(webhook.id);
      return on.has('delete-message')
        ? { status: 200, json: { message: 'Webhook deleted successfully' } }
        : { status: 204 };
    };

  const handle: Handler = (request, on) => {
    if (request.headers.authorization !== authorization) return refuse(401);
    const [, id] = /^\/v1\/webhooks(?:\/([^/]+))?$/.exec(request.path) ?? [];
    if (!request.path.startsWith('/v1/webhooks')) return { status: 404, json: { error: 'Not Found' } };
    if (id === undefined) {
      const act = ({ GET: list, POST: create } as Record<string, Handler>)[request.method];
      return act?.(request, on) ?? { status: 405 };
    }
    const webhook = state.get(keptId(id));
    if (webhook === undefined) return refuse(404);
    const act = ({ PUT: update, DELETE: remove } as Record<string, typeof update>)[request.method];
    return act?.(webhook)(request, on) ?? { status: 405 };
  };

  return { credentials, options: {}, state, newId, quirks, problem, handle };
};
