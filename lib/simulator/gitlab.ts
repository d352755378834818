import { iso } from '../clock.ts';
import {
  firstScope,
  type GitlabHook,
  gitlabPopulation,
  group,
  groupScope,
  type Project,
  projectsOf,
} from './gitlab-population.ts';
import { eventRow, gitlabProblem, gitlabQuirks, hookRow, projectRow } from './gitlab-shape.ts';
import { pageOf } from './paging.ts';
import { hex } from './random.ts';
import type { Reply, Request, Setup, Simulation } from './simulation.ts';

const hooksMax = { projects: 100, groups: 50 } as const;
const scopeOf = ({ scope = firstScope }: GitlabHook): string => scope;
const groupRow = { id: 91, name: group, full_path: group };

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** Paths of projects are plain ASCII, with the slash encoded. */
const decoded = (text: string): string => text.replace(/%2f/gi, '/');

type Place = { kind: 'projects' | 'groups'; scope: string; project: Project | null };
type On = ReadonlySet<string>;

export const simulateGitlab = (setup: Setup): Simulation => {
  const { random, now } = setup;
  const credentials = { token: `glpat-${hex(random, 20)}` };
  const state = new Map<string, GitlabHook>(gitlabPopulation(setup).map((hook) => [hook.id, hook]));
  let reads = 0;
  let nextId = 5_100_101 + setup.webhooks;
  const newId = () => String(nextId++);

  const refuse = (status: number): Reply => ({ status, json: gitlabProblem(status) });

  const paged = (all: readonly unknown[], request: Request, on: On): Reply => {
    const address = `http://${request.headers.host ?? '127.0.0.1'}${request.path}`;
    const { rows, page, pages, perPage, link } = pageOf(all, request, on, address, 20, reads++);
    const keyset = on.has('link-only') || on.has('foreign-link');
    const next = on.has('repeat-page') ? page : on.has('endless-pages') || page < pages ? page + 1 : '';
    const total = on.has('empty-list') ? 0 : on.has('truncated-list') ? Math.floor(all.length / 2) : all.length;
    const counted = !on.has('no-totals') && !on.has('endless-pages');
    const headers: Record<string, string> = {
      ...(link !== null && { link }),
      ...(!keyset && { 'x-page': String(page), 'x-next-page': String(next), 'x-per-page': String(perPage) }),
      ...(!keyset && counted && { 'x-total': String(total + (on.has('wrong-total') ? 1 : 0)) }),
    };
    return { status: 200, headers, json: rows };
  };

  const placeOf = (kind: string, name: string): Place | null => {
    const wanted = decoded(name).toLowerCase();
    if (kind === 'groups') return [group, '91'].includes(wanted) ? { kind, scope: groupScope, project: null } : null;
    const project = projectsOf(state.values()).find(
      ({ id, path }) => wanted === path.toLowerCase() || wanted === String(id),
    );
    return project ? { kind: 'projects', scope: `projects:${project.path}`, project } : null;
  };
  const hooksOf = ({ scope }: Place) => [...state.values()].filter((hook) => scopeOf(hook) === scope);

  const create = (place: Place, { body }: Request, on: On): Reply => {
    const fields = fieldsOf(body);
    const { url, name, enable_ssl_verification: verifies, push_events_branch_filter: filter } = fields;
    if (typeof url !== 'string' || !URL.canParse(url) || url.includes('{')) return refuse(422);
    if (hooksOf(place).length >= hooksMax[place.kind]) return refuse(422);
    const events = Object.entries({ push_events: true, ...fields }).filter(
      ([key, on]) => key.endsWith('_events') && on === true,
    );
    const at = iso(now());
    const hook: GitlabHook = {
      id: newId(),
      url,
      events: events.map(([key]) => key).sort(),
      enabled: true,
      createdAt: at,
      updatedAt: at,
      scope: place.scope,
      verifiesTls: verifies !== false,
      ...(typeof name === 'string' && { name }),
      ...(typeof filter === 'string' && { branchFilter: filter }),
      deliveries: [],
    };
    state.set(hook.id, hook);
    return { status: 201, json: hookRow(hook, now(), on) };
  };

  const remove = (place: Place, id: string, on: On): Reply => {
    const hook = state.get(id);
    if (hook === undefined || scopeOf(hook) !== place.scope)
      return on.has('idempotent-delete') ? { status: 204 } : refuse(404);
    if (!on.has('ignore-delete')) state.delete(id);
    return on.has('delete-answers-row') ? { status: 200, json: hookRow(hook, now(), on) } : { status: 204 };
  };

  const events = (hook: GitlabHook, { query }: Request, on: On): Reply => {
    if (on.has('no-events')) return refuse(404);
    const wanted = query.get('status');
    const rows = (hook.deliveries ?? [])
      .map((delivery, index) => eventRow(hook, delivery, index, on))
      .filter(({ response_status: status }) => wanted === null || (wanted === 'successful') === status.startsWith('2'));
    return { status: 200, json: rows.slice(0, Number(query.get('per_page') ?? 20)) };
  };

  const ofHook = (place: Place, id: string, sub: string | undefined, request: Request, on: On): Reply => {
    if (request.method === 'DELETE' && sub === undefined)
      return place.project?.archived ? refuse(403) : remove(place, id, on);
    const hook = state.get(id);
    if (hook === undefined || scopeOf(hook) !== place.scope) return refuse(404);
    if (request.method !== 'GET') return refuse(404);
    return sub === undefined ? { status: 200, json: hookRow(hook, now(), on) } : events(hook, request, on);
  };

  const ofPlace = (place: Place, what: string | undefined, request: Request, on: On): Reply => {
    const reads = request.method === 'GET';
    if (what === undefined)
      return reads ? { status: 200, json: place.project ? projectRow(place.project) : groupRow } : refuse(404);
    if (what === 'projects' && place.project === null && reads)
      return paged(projectsOf(state.values()).map(projectRow), request, new Set());
    if (what !== 'hooks') return refuse(404);
    if (reads)
      return paged(
        hooksOf(place).map((hook) => hookRow(hook, now(), on)),
        request,
        on,
      );
    if (request.method !== 'POST') return refuse(404);
    return place.project?.archived ? refuse(403) : create(place, request, on);
  };

  const form = /^\/api\/v4\/(projects|groups)\/([^/]+)(?:\/(hooks|projects)(?:\/([^/]+)(?:\/(events))?)?)?$/;

  const answer = (request: Request, on: On): Reply => {
    const bearer = /^bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if ((request.headers['private-token'] ?? bearer) !== credentials.token) return refuse(401);
    const [, kind = '', name = '', what, id, sub] = form.exec(request.path) ?? [];
    const place = kind === '' ? null : placeOf(kind, name);
    if (place === null) return refuse(404);
    return id === undefined ? ofPlace(place, what, request, on) : ofHook(place, id, sub, request, on);
  };

  const handle = (request: Request, on: On): Reply => {
    const reply = answer(request, on);
    return { ...reply, headers: { 'x-request-id': hex(random, 32), 'ratelimit-remaining': '1999', ...reply.headers } };
  };

  const options = { groups: [group], groupHooks: true };
  return { credentials, options, state, newId, quirks: gitlabQuirks, problem: gitlabProblem, handle };
};
