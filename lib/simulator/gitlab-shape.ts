import { iso, type Ms } from '../clock.ts';
import type { GitlabHook, HookEvent, Project } from './gitlab-population.ts';
import type { Fault } from './simulation.ts';

const messages: Readonly<Record<number, string>> = {
  400: '400 Bad request',
  401: '401 Unauthorized',
  403: '403 Forbidden',
  404: '404 Not found',
  422: 'Invalid url given',
  429: '429 Too Many Requests',
  500: '500 Internal Server Error',
};

export const gitlabProblem = (status: number) => ({ message: messages[status] ?? String(status) });

export const gitlabQuirks: Readonly<Record<string, Fault>> = {
  'truncated-list': { about: 'half of the list, with totals of that half', calls: 'GET' },
  'empty-list': { about: 'an empty list', calls: 'GET' },
  'ignore-delete': { about: 'a delete is answered and not made', calls: 'DELETE' },
  'small-pages': { about: 'three rows a page, whatever was asked for', calls: 'GET' },
  'repeat-page': { about: 'each page names itself as the next', calls: 'GET' },
  'endless-pages': { about: 'each page names another one, for ever', calls: 'GET' },
  'shifting-list': { about: 'rows move one place between two pages', calls: 'GET' },
  'foreign-link': { about: 'keyset paging, with the next page at another host', calls: 'GET' },
  'no-totals': { about: 'no X-Total, as with over 10,000 rows', calls: 'GET' },
  'wrong-total': { about: 'X-Total is one too many', calls: 'GET' },
  'link-only': { about: 'keyset paging: a Link header and no other', calls: 'GET' },
  'no-events': { about: 'events are answered with 404, as before GitLab 17.3', calls: 'GET' },
  'undated-events': { about: 'events without a time of their own, as before created_at', calls: 'GET' },
  'old-version': { about: 'webhooks without name, alert_status and headers, as before GitLab 15', calls: 'GET' },
  'idempotent-delete': {
    about: 'a delete of what is not there is answered with 204, as the documents have it',
    calls: 'DELETE',
  },
  'delete-answers-row': { about: 'a delete is answered with 200 and the webhook', calls: 'DELETE' },
  moved: {
    about: '301, as for a project that was moved',
    instead: () => ({ status: 301, headers: { location: '/api/v4/projects/81/hooks' }, json: { message: 'moved' } }),
  },
  'plain-throttle': {
    about: '429 as plain text, with RateLimit-Reset in 40 s',
    instead: (_simulation, now) => ({
      status: 429,
      headers: {
        date: new Date(now).toUTCString(),
        'ratelimit-remaining': '0',
        'ratelimit-reset': String(Math.floor(now / 1000) + 40),
      },
      text: 'Retry later\n',
    }),
  },
  'insufficient-scope': {
    about: '403 for a token without the scope api',
    instead: () => ({
      status: 403,
      json: { error: 'insufficient_scope', error_description: 'more privileges are needed', scope: 'api' },
    }),
  },
};

const switches = [
  'confidential_issues_events',
  'confidential_note_events',
  'deployment_events',
  'feature_flag_events',
  'issues_events',
  'job_events',
  'merge_requests_events',
  'note_events',
  'pipeline_events',
  'push_events',
  'releases_events',
  'repository_update_events',
  'tag_push_events',
  'wiki_page_events',
] as const;

const alertStatus = ({ enabled, waitsUntil }: GitlabHook, now: Ms): string =>
  enabled
    ? waitsUntil !== undefined && Date.parse(waitsUntil) > now
      ? 'temporarily_disabled'
      : 'executable'
    : 'disabled';

const masked = (keys: readonly string[] = []) => keys.map((key) => ({ key }));

/** As `GET …/hooks` shows it; the token is in no answer. */
export const hookRow = (hook: GitlabHook, now: Ms, on: ReadonlySet<string>) => {
  const own = Object.fromEntries(hook.events.map((event) => [event, true]));
  const old = {
    id: Number(hook.id),
    url: hook.url,
    created_at: hook.createdAt,
    ...Object.fromEntries(switches.map((event) => [event, false])),
    ...own,
    enable_ssl_verification: hook.verifiesTls ?? true,
  };
  if (on.has('old-version')) return old;
  return {
    ...old,
    name: hook.name ?? '',
    description: '',
    project_id: 301,
    alert_status: alertStatus(hook, now),
    disabled_until: hook.waitsUntil ?? null,
    url_variables: masked(hook.urlVariables),
    push_events_branch_filter: hook.branchFilter ?? '',
    branch_filter_strategy: 'wildcard',
    custom_webhook_template: hook.template ?? '',
    custom_headers: masked(hook.customHeaders),
  };
};

export const eventRow = (hook: GitlabHook, { at, status }: HookEvent, index: number, on: ReadonlySet<string>) => ({
  id: 70_001 + index,
  url: hook.url,
  trigger: 'push_hooks',
  request_headers: { 'X-Gitlab-Event': 'Push Hook', 'X-Gitlab-Token': '[REDACTED]' },
  request_data: { object_kind: 'push' },
  response_headers: /^\d/.test(status) ? { Date: new Date(at).toUTCString(), 'Content-Type': 'text/plain' } : {},
  response_body: '',
  execution_duration: 0.2,
  response_status: status,
  ...(on.has('undated-events') ? {} : { created_at: iso(Date.parse(at)) }),
});

export const projectRow = ({ id, path, archived }: Project) => ({
  id,
  name: path.split('/').at(-1),
  path_with_namespace: path,
  archived,
});
