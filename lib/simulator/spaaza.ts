import type { Json } from '../canonical.ts';
import { iso } from '../clock.ts';
import { type Kind, keyOf } from '../webhook.ts';
import { hex } from './random.ts';
import type { Fault, Reply, Request, Setup, Simulation } from './simulation.ts';
import { type SpaazaRow, spaazaPopulation } from './spaaza-population.ts';

const chain = '1743';

/** As documented; codes of the others are not published. */
const codes: Readonly<Record<number, number>> = { 400: 3, 401: 6, 403: 68, 404: 528, 405: 19 };

const quirks: Readonly<Record<string, Fault>> = {
  'truncated-list': { about: 'half of the list, and no hint that it is half', calls: 'GET' },
  'empty-list': { about: 'an empty list', calls: 'GET' },
  'ignore-disable': { about: 'a change of active is answered and not made', calls: 'PUT' },
  'ignore-delete': { about: 'a delete is answered and not made', calls: 'DELETE' },
  'expired-in-200': { about: 'HTTP 200 with result.code 6, and nothing took effect' },
  'error-in-200': { about: 'HTTP 200 with a result.code that is not documented, and nothing took effect' },
  'no-envelope': { about: 'HTTP 200 with an object that has no result, although it took effect' },
  'text-ids': { about: 'ids are text' },
  'list-deleted': { about: 'the lists have what was deleted, with deleted: true', calls: 'GET' },
  'no-signatures': { about: 'the list of signatures is refused', calls: 'GET' },
  'repeat-delete': { about: 'deleting what is deleted answers 200 again', calls: 'DELETE' },
  'not-deleted': { about: 'a delete is made, and answered without deleted: true', calls: 'DELETE' },
};

const fieldsOf = ({ body, query, headers }: Request): Record<string, unknown> => {
  const form = typeof body === 'string' && /urlencoded/.test(headers['content-type'] ?? '') ? body : '';
  const json = typeof body === 'object' && body !== null ? body : {};
  return { ...Object.fromEntries(query), ...Object.fromEntries(new URLSearchParams(form)), ...json };
};

const ok = (resultType: string, results: Record<string, unknown>): Reply => ({
  status: 200,
  json: { result: { code: 1, status: 'ok' }, results: { ...results, result_type: resultType } },
});

type Fields = Record<string, unknown>;
type Handler = (fields: Fields, on: ReadonlySet<string>) => Reply;

/** By `keyOf`: ids are unique within their kind only. What is deleted leaves `state`. */
export const simulateSpaaza = (setup: Setup): Simulation => {
  const { random, now } = setup;
  const credentials = { sessionUserId: '213112', sessionKey: hex(random, 40) };
  const state: Map<string, SpaazaRow> = spaazaPopulation(setup);
  const deleted = new Map<string, SpaazaRow>();
  let nextId = 1001 + setup.webhooks;
  const newId = () => String(nextId++);

  const problem = (status: number): Json => ({ result: { code: codes[status] ?? 0, status: 'error' } });
  const refuse = (status: number): Reply => ({ status, json: problem(status) });

  const shownId = (id: string, on: ReadonlySet<string>) => (on.has('text-ids') ? id : Number(id));
  const chainOf = ({ chain: own = chain }: SpaazaRow) => ({ id: Number(own), name: 'Winkel Demo' });
  const dates = ({ createdAt, updatedAt }: SpaazaRow) => ({
    created_date: createdAt.replace(/\.\d+Z$/, '+00:00'),
    last_modified_date: updatedAt.replace(/\.\d+Z$/, '+00:00'),
  });
  const find = (kind: Kind, id: unknown) => state.get(keyOf({ kind, id: String(id) }));

  const signature = (row: SpaazaRow, on: ReadonlySet<string>): Fields => ({
    active: row.enabled,
    chain: chainOf(row),
    deleted: row.deleted ?? false,
    id: shownId(row.id, on),
    value: row.value ?? 'a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6',
    ...dates(row),
  });

  const webhook = (row: SpaazaRow, on: ReadonlySet<string>): Fields => {
    const signs = find('signing-secret', row.signature ?? '');
    return {
      active: row.enabled,
      applies_legacy_hmac: false,
      campaign_id: null,
      ...(row.deleted ? { deleted: true, deleted_by: { name: 'Admin User', user_id: 213112 } } : {}),
      event_name: row.events[0] ?? null,
      event_trigger: null,
      filter: row.filter ?? null,
      id: shownId(row.id, on),
      identifier_key: row.identifier?.[0] ?? null,
      identifier_secret: row.identifier?.[1] ?? null,
      is_default: false,
      payload_spaaza_api_version: '1.4.8',
      send_from: null,
      task_id: null,
      type: 'https',
      url: row.url,
      webhook_signature: signs ? signature(signs, on) : null,
      ...dates(row),
    };
  };

  const kindOf = (row: SpaazaRow): Kind => row.kind ?? 'endpoint';
  const shown = (row: SpaazaRow, on: ReadonlySet<string>) =>
    kindOf(row) === 'endpoint' ? { webhook: webhook(row, on) } : { webhook_signature: signature(row, on) };

  const list =
    (kind: Kind, name: string): Handler =>
    ({ chain_id }, on) => {
      if (chain_id === undefined) return refuse(400);
      if (String(chain_id) !== chain && ![...state.values()].some((row) => row.chain === String(chain_id)))
        return refuse(403);
      if (on.has('no-signatures') && kind === 'signing-secret') return refuse(403);
      const rows = [...state.values(), ...(on.has('list-deleted') ? deleted.values() : [])];
      const mine = rows.filter((row) => kindOf(row) === kind && (row.chain ?? chain) === String(chain_id));
      const all = on.has('empty-list') ? [] : mine;
      const part = on.has('truncated-list') ? all.slice(0, Math.floor(all.length / 2)) : all;
      return ok(`get-${name}s`, { [`${name}s`]: part.map((row) => Object.values(shown(row, on))[0]) });
    };

  const add =
    (kind: Kind): Handler =>
    ({ chain_id, event_name, url, type, filter, webhook_signature_id }, on) => {
      if (chain_id === undefined) return refuse(400);
      if (kind === 'endpoint' && (!event_name || !url || type !== 'https')) return refuse(400);
      if (webhook_signature_id !== undefined && !find('signing-secret', webhook_signature_id)) return refuse(404);
      const at = iso(now());
      const row: SpaazaRow = {
        id: newId(),
        kind,
        url: String(url ?? ''),
        events: kind === 'endpoint' ? [String(event_name)] : [],
        enabled: true,
        createdAt: at,
        updatedAt: at,
        ...(String(chain_id) === chain ? {} : { chain: String(chain_id) }),
        filter: filter === undefined ? null : String(filter),
        signature: webhook_signature_id === undefined ? null : String(webhook_signature_id),
        value: hex(random, 32),
      };
      state.set(keyOf({ kind, id: row.id }), row);
      return ok(`add-${kind === 'endpoint' ? 'webhook' : 'webhook-signature'}`, shown(row, on));
    };

  const alter: Handler = ({ id, chain_id, active }, on) => {
    if (id === undefined || chain_id === undefined) return refuse(400);
    const row = find('endpoint', id);
    if (row === undefined || (row.chain ?? chain) !== String(chain_id)) return refuse(403);
    const after = {
      ...row,
      enabled: active === undefined ? row.enabled : String(active) === 'true',
      updatedAt: iso(now()),
    };
    if (!on.has('ignore-disable')) state.set(row.id, after);
    return ok('alter-webhook', shown(after, on));
  };

  const remove =
    (kind: Kind): Handler =>
    ({ id, chain_id }, on) => {
      if (id === undefined || (kind === 'endpoint' && chain_id === undefined)) return refuse(400);
      const key = keyOf({ kind, id: String(id) });
      const row = state.get(key) ?? (on.has('repeat-delete') ? deleted.get(key) : undefined);
      // The code for a webhook that is not there is not published: its own HTTP status stands for it here.
      if (row === undefined)
        return kind === 'endpoint' ? { status: 404, json: { result: { code: 404, status: 'error' } } } : refuse(404);
      if (kind === 'endpoint' && (row.chain ?? chain) !== String(chain_id)) return refuse(403);
      const after = { ...row, enabled: false, deleted: true, updatedAt: iso(now()) };
      if (!on.has('ignore-delete')) {
        state.delete(key);
        deleted.set(key, after);
      }
      return ok(`delete-${kind}`, shown(on.has('not-deleted') ? row : after, on));
    };

  const routes: Readonly<Record<string, readonly [method: string, handler: Handler]>> = {
    'get-webhooks': ['GET', list('endpoint', 'webhook')],
    'get-webhook-signatures': ['GET', list('signing-secret', 'webhook_signature')],
    'add-webhook': ['POST', add('endpoint')],
    'add-webhook-signature': ['POST', add('signing-secret')],
    'alter-webhook': ['PUT', alter],
    'delete-webhook': ['DELETE', remove('endpoint')],
    'delete-webhook-signature': ['DELETE', remove('signing-secret')],
  };

  const inSession = ({ headers }: Request): boolean =>
    headers['x-spaaza-session-user-id'] === credentials.sessionUserId &&
    headers['x-spaaza-session-key'] === credentials.sessionKey;

  return {
    credentials,
    options: { chainIds: [chain] },
    state,
    newId,
    quirks,
    problem,
    handle(request, on) {
      const name = request.path.replace(/^\/internal\//, '');
      const [method, act] = (Object.hasOwn(routes, name) ? routes[name] : undefined) ?? [];
      if (method === undefined || act === undefined) return { status: 404, text: 'Not Found' };
      if (!inSession(request)) return refuse(401);
      if (request.method !== method) return refuse(405);
      if (on.has('expired-in-200')) return { ...refuse(401), status: 200 };
      if (on.has('error-in-200')) return { status: 200, json: { result: { code: 999, status: 'error' } } };
      const reply = act(fieldsOf(request), on);
      return on.has('no-envelope') && reply.status === 200 ? { status: 200, json: {} } : reply;
    },
  };
};
