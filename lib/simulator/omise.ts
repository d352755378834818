import { iso } from '../clock.ts';
import { hex } from './random.ts';
import type { Fault, Reply, Request, Setup, SimulatedWebhook, Simulation } from './simulation.ts';

const dayMs = 86_400_000;

/** Codes of 400, 401 and 404 as documented; the others are not published. */
const problems: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ['bad_request', 'Invalid webhook secret ID format'],
  401: ['authentication_failure', 'authentication failed'],
  403: ['not_authorized', 'the key has no right to this'],
  404: ['not_found', 'webhook secret was not found'],
  429: ['too_many_requests', 'too many requests'],
  500: ['internal_error', 'an internal error occurred'],
};

const quirks: Readonly<Record<string, Fault>> = {
  'truncated-list': { about: 'half of the list, and a total that fits it', calls: 'GET' },
  'empty-list': { about: 'an empty list', calls: 'GET' },
  'ignore-delete': { about: 'a delete is answered and not made', calls: 'DELETE' },
  'small-pages': { about: 'at most 3 secrets a page, whatever the limit', calls: 'GET' },
  'total-wrong': { about: 'a total of one more than there are', calls: 'GET' },
  'repeat-page': { about: 'the offset is ignored', calls: 'GET' },
  'shifting-list': { about: 'after each page the oldest secret is deleted and a new one created', calls: 'GET' },
  'live-mode': { about: 'every answer says livemode: true' },
  'not-deleted': { about: 'a delete is made, and answered without deleted: true', calls: 'DELETE' },
  'other-id': { about: 'a delete is made, and answered with the id of another secret', calls: 'DELETE' },
};

/** Ages in days: rotated each half year, once twice in a day, and once never cleaned up. */
const ages: readonly number[] = [720, 540, 365, 364.9, 190, 180, 95, 40, 12, 5, 1, 0.1];

const basic = (key: string): string => `Basic ${Buffer.from(`${key}:`).toString('base64')}`;

/** A signing secret has neither URL nor events. */
const secret = (id: string, at: string): SimulatedWebhook => ({
  id,
  url: '',
  events: [],
  enabled: true,
  createdAt: at,
  updatedAt: at,
});

const population = ({ random, now, webhooks }: Setup): Map<string, SimulatedWebhook> => {
  const start = now();
  const made = Array.from({ length: webhooks }, (_, index) => {
    const days = webhooks <= ages.length ? (ages[index] ?? 0) : webhooks - index;
    return secret(`whsec_test_${hex(random, 19)}`, iso(start - days * dayMs));
  });
  return new Map(made.map((one) => [one.id, one]));
};

const whole = (text: string | null, usual: number): number => (text === null ? usual : Number(text));

/** By id. */
export const simulateOmise = (setup: Setup): Simulation => {
  const { random, now } = setup;
  const credentials = { secretKey: `skey_test_${hex(random, 19)}` };
  const state = population(setup);
  const problem = (code: number) => {
    const [known, message] = problems[code] ?? ['error', 'error'];
    return { object: 'error', location: 'https://www.omise.co/api-errors', code: known, message };
  };
  const refuse = (code: number): Reply => ({ status: code, json: problem(code) });

  const newId = () => `whsec_test_${hex(random, 19)}`;

  const create = (): SimulatedWebhook => {
    const one = secret(newId(), iso(now()));
    state.set(one.id, one);
    return one;
  };

  const shown = (one: SimulatedWebhook, on: ReadonlySet<string>) => ({
    object: 'webhook_secret',
    id: one.id,
    livemode: on.has('live-mode'),
    created_at: one.createdAt,
    metadata: {},
  });

  const list = ({ query }: Request, on: ReadonlySet<string>): Reply => {
    const limit = whole(query.get('limit'), 20);
    const offset = whole(query.get('offset'), 0);
    if (!(limit >= 1 && limit <= 100 && offset >= 0)) return refuse(400);
    const all = on.has('empty-list') ? [] : [...state.values()];
    const rows = on.has('truncated-list') ? all.slice(0, Math.floor(all.length / 2)) : all;
    const from = on.has('repeat-page') ? 0 : offset;
    const data = rows.slice(from, from + (on.has('small-pages') ? Math.min(limit, 3) : limit));
    const total = rows.length + (on.has('total-wrong') ? 1 : 0);
    const json = {
      object: 'list',
      data: data.map((one) => shown(one, on)),
      limit,
      offset,
      total,
      order: 'chronological',
    };
    if (on.has('shifting-list')) {
      state.delete(all[0]?.id ?? '');
      create();
    }
    return { status: 200, json };
  };

  const remove = (id: string, on: ReadonlySet<string>): Reply => {
    if (!id.startsWith('whsec_')) return refuse(400);
    if (!state.has(id)) return refuse(404);
    if (!on.has('ignore-delete')) state.delete(id);
    const answered = on.has('other-id') ? `whsec_test_${hex(random, 19)}` : id;
    const deleted = on.has('not-deleted') ? {} : { deleted: true };
    return { status: 200, json: { object: 'webhook_secret', id: answered, ...deleted, livemode: on.has('live-mode') } };
  };

  return {
    credentials,
    options: {},
    state,
    newId,
    quirks,
    problem,
    handle(request, on) {
      if (request.headers.authorization !== basic(credentials.secretKey)) return refuse(401);
      const [path, id] = /^\/webhooks\/secrets(?:\/([^/]+))?$/.exec(request.path) ?? [];
      if (path === undefined) return refuse(404);
      if (id !== undefined) return request.method === 'DELETE' ? remove(id, on) : { status: 405 };
      if (request.method === 'GET') return list(request, on);
      if (request.method !== 'POST') return { status: 405 };
      return { status: 200, json: { ...shown(create(), on), secret: hex(random, 64) } };
    },
  };
};
