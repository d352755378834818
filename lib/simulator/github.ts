import { iso } from '../clock.ts';
import { githubAppCredentials, isAppToken } from './github-app.ts';
import {
  checkout,
  type GithubHook,
  githubPopulation,
  organisation,
  owner,
  repositoriesOf,
} from './github-population.ts';
import { deliveryRow, githubProblem, githubQuirks, hookRow, originOf, repositoryRow } from './github-shape.ts';
import { pageOf } from './paging.ts';
import { hex } from './random.ts';
import type { Reply, Request, Setup, Simulation } from './simulation.ts';

const hourMs = 3_600_000;
const perEventMax = 20;
const firstScope = `${owner}/${checkout}`;
const scopeOf = ({ scope = firstScope }: GithubHook): string => scope;

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const eventsOf = (value: unknown): readonly string[] | null =>
  Array.isArray(value) && value.length > 0 && value.every((event) => typeof event === 'string') ? value : null;

type Handler = (request: Request, on: ReadonlySet<string>, parts: readonly string[]) => Reply;
type Route = readonly [method: string, path: RegExp, handler: Handler];

export const simulateGithub = (setup: Setup): Simulation => {
  const { random, now } = setup;
  const credentials = { token: `ghp_${hex(random, 36)}` };
  const state = new Map<string, GithubHook>(githubPopulation(setup).map((hook) => [hook.id, hook]));
  const installed = new Map<string, number>();
  let reads = 0;
  let nextId = 410_000_101 + setup.webhooks;
  const newId = () => String(nextId++);

  const refuse = (status: number, errors?: readonly unknown[]): Reply => ({
    status,
    json: { ...githubProblem(status), ...(errors && { errors }) },
  });
  const repositories = () => repositoriesOf(state.values());

  const paged = (all: readonly unknown[], request: Request, on: ReadonlySet<string>, path = request.path) => {
    const { rows, link } = pageOf(all, request, on, `${originOf(request)}${path}`, 30, reads++);
    const headers: Record<string, string> = link === null ? {} : { link };
    return { rows, headers };
  };

  /** `owner/repo`, or `orgs:owner`, of a path; null where there is none. */
  const placeOf = (path: string): string | null => {
    const [, first = '', second = '', third = ''] = path.split('/');
    if (first === 'orgs') return second.toLowerCase() === owner ? organisation : null;
    const found = repositories().find(({ id, name }) =>
      first === 'repositories' ? String(id) === second : second.toLowerCase() === owner && name === third.toLowerCase(),
    );
    return found ? `${owner}/${found.name}` : null;
  };

  /** null for the organisation. */
  const repositoryIdOf = (place: string): number | null =>
    repositories().find(({ name }) => place === `${owner}/${name}`)?.id ?? null;

  const hooksUrl = (request: Request, place: string): string =>
    `${originOf(request)}${place === organisation ? `/orgs/${owner}` : `/repos/${place}`}/hooks`;

  const isArchived = (place: string): boolean =>
    repositories().some(({ name, archived }) => archived && place === `${owner}/${name}`);

  const user: Handler = (_request, _on, [login = '']) =>
    login.toLowerCase() === owner
      ? { status: 200, json: { login: owner, id: 9001, type: 'Organization' } }
      : refuse(404);

  const repositoryList: Handler = (request) => {
    const { rows, headers } = paged(repositories().map(repositoryRow), request, new Set());
    return { status: 200, headers, json: rows };
  };

  const installation: Handler = (request) => {
    const all = repositories().map(repositoryRow);
    const { rows, headers } = paged(all, request, new Set());
    return { status: 200, headers, json: { total_count: all.length, repositories: rows } };
  };

  const repository: Handler = ({ path }) => {
    const place = placeOf(path);
    const found = repositories().find(({ name }) => place === `${owner}/${name}`);
    return found ? { status: 200, json: repositoryRow(found) } : refuse(404);
  };

  const list: Handler = (request, on) => {
    const place = placeOf(request.path);
    if (place === null) return refuse(404);
    const repositoryId = repositoryIdOf(place);
    // As the real API does: the links name the repository by its number.
    const path = repositoryId === null ? request.path : `/repositories/${repositoryId}/hooks`;
    const base = hooksUrl(request, place);
    const all = [...state.values()].filter((hook) => scopeOf(hook) === place).map((hook) => hookRow(hook, base, on));
    const { rows, headers } = paged(all, request, on, path);
    return { status: 200, headers, json: rows };
  };

  const create: Handler = (request, on) => {
    const place = placeOf(request.path);
    if (place === null) return refuse(404);
    if (isArchived(place)) return refuse(403);
    const { config, events: wanted = ['push'], active = true } = fieldsOf(request.body);
    const { url, content_type: contentType = 'form', insecure_ssl: insecure = '0', secret } = fieldsOf(config);
    const events = eventsOf(wanted);
    if (typeof url !== 'string' || !URL.canParse(url) || events === null) return refuse(422);
    const others = [...state.values()].filter((hook) => scopeOf(hook) === place);
    const shared = others.some((hook) => hook.url === url && hook.events.some((event) => events.includes(event)));
    const full = events.some((event) => others.filter((hook) => hook.events.includes(event)).length >= perEventMax);
    if (shared || full) return refuse(422, [{ resource: 'Hook', code: 'custom' }]);
    const at = iso(now());
    const hook: GithubHook = {
      id: newId(),
      url,
      events,
      enabled: active === true,
      createdAt: at,
      updatedAt: at,
      scope: place,
      contentType: contentType === 'json' ? 'json' : 'form',
      insecureSsl: String(insecure) === '1' ? '1' : '0',
      signed: typeof secret === 'string' && secret !== '',
      deliveries: [],
    };
    state.set(hook.id, hook);
    return { status: 201, json: hookRow(hook, hooksUrl(request, place), on) };
  };

  /** The webhook that a path names, where it stands in the place that the path names. */
  const hookAt = (path: string, id: string): GithubHook | null => {
    const hook = state.get(id);
    return hook !== undefined && scopeOf(hook) === placeOf(path) ? hook : null;
  };

  const show: Handler = (request, on, [id = '']) => {
    const hook = hookAt(request.path, id);
    return hook ? { status: 200, json: hookRow(hook, hooksUrl(request, scopeOf(hook)), on) } : refuse(404);
  };

  const update: Handler = (request, on, [id = '']) => {
    const hook = hookAt(request.path, id);
    if (hook === null) return refuse(404);
    if (isArchived(scopeOf(hook))) return refuse(403);
    const { active = hook.enabled, events = hook.events, config } = fieldsOf(request.body);
    if (typeof active !== 'boolean' || eventsOf(events) === null) return refuse(422);
    // A config replaces the whole one: without a secret there is none any more.
    const { url = hook.url, secret } = fieldsOf(config);
    const signed = config === undefined ? hook.signed : typeof secret === 'string';
    const changed = {
      ...hook,
      enabled: active,
      events: eventsOf(events) ?? hook.events,
      url: String(url),
      signed: signed === true,
    };
    if (!on.has('ignore-disable')) state.set(id, { ...changed, updatedAt: iso(now()) });
    return { status: 200, json: hookRow(changed, hooksUrl(request, scopeOf(hook)), on) };
  };

  const remove: Handler = ({ path }, on, [id = '']) => {
    const hook = hookAt(path, id);
    if (hook === null) return refuse(404);
    if (isArchived(scopeOf(hook))) return refuse(403);
    if (!on.has('ignore-delete')) state.delete(id);
    return { status: 204 };
  };

  const deliveries: Handler = (request, on, [id = '']) => {
    const hook = hookAt(request.path, id);
    if (hook === null || on.has('no-deliveries')) return refuse(404);
    const wanted = request.query.get('status');
    const rows = (hook.deliveries ?? [])
      .map((_delivery, index) => deliveryRow(hook, index, repositoryIdOf(scopeOf(hook))))
      .filter(({ status_code: code }) => wanted === null || (wanted === 'success') === (code === 200));
    return { status: 200, json: rows.slice(0, Number(request.query.get('per_page') ?? 30)) };
  };

  const issue: Handler = (_request, _on, [id]) => {
    if (id !== githubAppCredentials().installationId) return refuse(404);
    const token = `ghs_${hex(random, 36)}`;
    installed.set(token, now() + hourMs);
    return {
      status: 201,
      json: { token, expires_at: iso(now() + hourMs), permissions: { repository_hooks: 'write' } },
    };
  };

  const hooks = '/(?:repos/[^/]+/[^/]+|repositories/[^/]+|orgs/[^/]+)/hooks';
  const routes: readonly Route[] = [
    ['GET', /^\/users\/([^/]+)$/, user],
    ['GET', /^\/(?:orgs\/[^/]+|user)\/repos$/, repositoryList],
    ['GET', /^\/installation\/repositories$/, installation],
    ['GET', /^\/repos\/[^/]+\/[^/]+$/, repository],
    ['GET', new RegExp(`^${hooks}$`), list],
    ['POST', new RegExp(`^${hooks}$`), create],
    ['GET', new RegExp(`^${hooks}/([^/]+)$`), show],
    ['PATCH', new RegExp(`^${hooks}/([^/]+)$`), update],
    ['DELETE', new RegExp(`^${hooks}/([^/]+)$`), remove],
    ['GET', new RegExp(`^${hooks}/([^/]+)/deliveries$`), deliveries],
  ];
  const issuing = /^\/app\/installations\/([^/]+)\/access_tokens$/;

  const allowed = (token: string, on: ReadonlySet<string>): boolean => {
    if (on.has('token-revoked')) installed.clear();
    return token === credentials.token || (installed.get(token) ?? 0) > now();
  };

  const answer = (request: Request, on: ReadonlySet<string>): Reply => {
    const token = /^(?:bearer|token) (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const asApp = request.method === 'POST' ? issuing.exec(request.path) : null;
    if (asApp) return isAppToken(token, now()) ? issue(request, on, asApp.slice(1)) : refuse(401);
    if (!allowed(token, on)) return refuse(401);
    for (const [method, path, handler] of routes) {
      const match = method === request.method ? path.exec(request.path) : null;
      if (match) return handler(request, on, match.slice(1));
    }
    return refuse(404);
  };

  const handle = (request: Request, on: ReadonlySet<string>): Reply => {
    const reply = answer(request, on);
    const known = {
      'x-github-request-id': `${hex(random, 4)}:${hex(random, 6)}`.toUpperCase(),
      'x-ratelimit-remaining': '4999',
    };
    return { ...reply, headers: { ...known, ...reply.headers } };
  };

  return {
    credentials,
    options: { owner, orgHooks: true },
    state,
    newId,
    quirks: githubQuirks,
    problem: githubProblem,
    handle,
  };
};
