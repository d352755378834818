import { createHmac } from 'node:crypto';
import { iso } from '../clock.ts';
import { hex } from './random.ts';
import { type SimpayRow, simpayPopulation } from './simpay-population.ts';
import type { Fault, Reply, Request, Setup, Simulation } from './simulation.ts';

const source = { branch: '0001', number: '1234567' } as const;
const sourceScope = `${source.branch}:${source.number}`;
const tokenPath = '/v2/finance/auth-token/';
const tokenLivesMs = 60 * 60_000;
const pageSize = 10;

/** The messages of 400 and 404 as documented; the others are not published. */
const messages: Readonly<Record<number, string>> = {
  400: 'Invalid request',
  401: 'Given token not valid for any token type',
  403: 'You do not have permission to perform this action.',
  404: 'Webhook not found',
  429: 'Request was throttled.',
  500: 'Internal server error',
};

const quirks: Readonly<Record<string, Fault>> = {
  'truncated-list': { about: 'half of the list, and a count that fits it', calls: 'GET' },
  'empty-list': { about: 'an empty list', calls: 'GET' },
  'ignore-delete': { about: 'a delete is answered and not made', calls: 'DELETE' },
  'shape-array': { about: 'the list is a plain array', calls: 'GET' },
  'shape-webhooks': { about: 'the list is { webhooks: […] }', calls: 'GET' },
  'list-elsewhere': { about: 'the list is at /v3/accounts/webhooks alone', calls: 'GET' },
  'hide-secrets': { about: 'the list does not have tokens and keys', calls: 'GET' },
  'count-wrong': { about: 'a count of one more than there are', calls: 'GET' },
  'next-elsewhere': { about: 'the next page is at another host', calls: 'GET' },
  'next-loop': { about: 'each page names itself as the next', calls: 'GET' },
  'shifting-list': { about: 'after each page the oldest webhook is deleted', calls: 'GET' },
  'ignore-filter': { about: 'the list has the webhooks of all source accounts', calls: 'GET' },
  'expired-token': { about: '401, and every token that was issued is void' },
  'token-access': { about: 'the token is called access', calls: 'POST' },
  'no-token': { about: 'the answer to the token request has no token', calls: 'POST' },
  'company-not-found': { about: '400 "Company not found"' },
  'account-closed': { about: '400 "Account is closed"', calls: 'DELETE' },
  'no-policy': { about: '404 although the webhook is there', calls: 'DELETE' },
  'error-field': { about: 'errors are under "error" in place of "message"' },
};

const sourceOf = (get: (name: string) => unknown): string =>
  `${get('source_account_branch_identifier')}:${get('source_account_number')}`;

const fieldsOf = ({ body }: Request): Record<string, unknown> =>
  typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};

/** By id. */
export const simulateSimpay = (setup: Setup): Simulation => {
  const { random, now } = setup;
  const credentials = { clientId: hex(random, 26), clientSecret: hex(random, 40), hmacKey: hex(random, 32) };
  const state = simpayPopulation(setup);
  const tokens = new Map<string, number>();
  let nextId = 701 + setup.webhooks;
  const newId = () => String(nextId++);

  const problem = (status: number) => ({ message: messages[status] ?? 'Error' });
  const refuse = (status: number, on: ReadonlySet<string>, message = problem(status).message): Reply => ({
    status,
    json: { [on.has('error-field') ? 'error' : 'message']: message },
  });

  const issue = (request: Request, on: ReadonlySet<string>): Reply => {
    const { client_id, client_secret } = fieldsOf(request);
    if (client_id !== credentials.clientId || client_secret !== credentials.clientSecret)
      return refuse(401, on, 'Invalid credentials');
    const token = `${hex(random, 36)}.${hex(random, 96)}.${hex(random, 43)}`;
    tokens.set(token, now() + tokenLivesMs);
    if (on.has('no-token')) return { status: 200, json: { expires_in: 3600 } };
    return { status: 200, json: { [on.has('token-access') ? 'access' : 'access_token']: token } };
  };

  /** Whoever signs has to sign right; who does not sign is let in. */
  const letIn = ({ headers, body }: Request): boolean => {
    const token = String(headers.authorization ?? '').replace(/^Bearer /, '');
    if (!((tokens.get(token) ?? 0) > now())) return false;
    const signed = createHmac('sha512', credentials.hmacKey).update(body === undefined ? '' : JSON.stringify(body));
    return headers.hmac === undefined || headers.hmac === signed.digest('hex');
  };

  const shown = (row: SimpayRow, on: ReadonlySet<string>) => {
    const [branch, number] = (row.source ?? sourceScope).split(':');
    const secrets = { authorization_token: row.authorizationToken ?? null, x_functions_key: row.xFunctionsKey ?? null };
    return {
      id: Number(row.id),
      url: row.url,
      type_webhook: row.events[0],
      source_account_branch_identifier: branch,
      source_account_number: number,
      ...(on.has('hide-secrets') ? {} : secrets),
    };
  };

  const listed = (scope: string, on: ReadonlySet<string>): readonly SimpayRow[] => {
    if (on.has('empty-list')) return [];
    const mine = [...state.values()].filter((row) => on.has('ignore-filter') || (row.source ?? sourceScope) === scope);
    return on.has('truncated-list') ? mine.slice(0, Math.floor(mine.length / 2)) : mine;
  };

  const paged = (rows: readonly SimpayRow[], { path, query, headers }: Request, on: ReadonlySet<string>) => {
    const page = Number(query.get('page') ?? 1);
    const more = rows.length > page * pageSize;
    const next = new URL(path, on.has('next-elsewhere') ? 'https://elsewhere.example' : `http://${headers.host}`);
    next.search = new URLSearchParams([
      ...[...query].filter(([name]) => name !== 'page'),
      ['page', String(on.has('next-loop') ? page : page + 1)],
    ]).toString();
    return {
      count: rows.length + (on.has('count-wrong') ? 1 : 0),
      next: more || on.has('next-loop') ? next.href : null,
      previous: null,
      results: rows.slice((page - 1) * pageSize, page * pageSize).map((row) => shown(row, on)),
    };
  };

  const list = (request: Request, on: ReadonlySet<string>): Reply => {
    const { query } = request;
    const parts = ['source_account_branch_identifier', 'source_account_number'];
    if (parts.some((name) => !query.get(name))) return refuse(400, on);
    const rows = listed(
      sourceOf((name) => query.get(name)),
      on,
    );
    const all = rows.map((row) => shown(row, on));
    const json = on.has('shape-array') ? all : on.has('shape-webhooks') ? { webhooks: all } : paged(rows, request, on);
    if (on.has('shifting-list')) state.delete(rows[0]?.id ?? '');
    return { status: 200, json };
  };

  const create = (request: Request, on: ReadonlySet<string>): Reply => {
    const { url, type_webhook, authorization_token = null, x_functions_key = null, ...rest } = fieldsOf(request);
    if (typeof url !== 'string' || !/^https?:/.test(url) || typeof type_webhook !== 'string') return refuse(400, on);
    const at = iso(now());
    const row: SimpayRow = {
      id: newId(),
      url,
      events: [type_webhook],
      enabled: true,
      createdAt: at,
      updatedAt: at,
      source: sourceOf((name) => rest[name]),
      authorizationToken: authorization_token === null ? null : String(authorization_token),
      xFunctionsKey: x_functions_key === null ? null : String(x_functions_key),
    };
    state.set(row.id, row);
    return { status: 201, json: shown(row, on) };
  };

  const remove = (id: string, on: ReadonlySet<string>): Reply => {
    if (on.has('account-closed')) return refuse(400, on, 'Account is closed');
    if (on.has('no-policy') || !state.has(id)) return refuse(404, on);
    if (!on.has('ignore-delete')) state.delete(id);
    return { status: 200, json: { message: 'Webhook deleted successfully' } };
  };

  const handle = (request: Request, on: ReadonlySet<string>): Reply => {
    const { method, path } = request;
    if (path === tokenPath) return method === 'POST' ? issue(request, on) : { status: 405 };
    if (on.has('expired-token')) tokens.clear();
    if (!letIn(request)) return refuse(401, on);
    if (on.has('company-not-found')) return refuse(400, on, 'Company not found');
    if (on.has('list-elsewhere') && method === 'GET')
      return path === '/v3/accounts/webhooks' ? list(request, on) : { status: 404, text: '' };
    const [known, id] = /^\/v3\/accounts\/api\/webhooks(?:\/([^/]+))?$/.exec(path) ?? [];
    if (known === undefined) return { status: 404, text: '' };
    if (id !== undefined) return method === 'DELETE' ? remove(id, on) : { status: 405 };
    if (method === 'POST') return create(request, on);
    return method === 'GET' ? list(request, on) : { status: 405 };
  };

  return {
    credentials,
    options: { sourceAccounts: [{ ...source }] },
    state,
    newId,
    quirks,
    mutates: ({ path, method }) => path !== tokenPath && method !== 'GET',
    problem,
    handle,
  };
};
