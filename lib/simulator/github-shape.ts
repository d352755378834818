import { type GithubHook, owner, type Repository } from './github-population.ts';
import type { Fault, Request } from './simulation.ts';

const docs = 'https://docs.github.com/rest';

/** As the REST API answers errors: a text, and where it is documented. */
export const githubProblems: Readonly<Record<number, readonly [message: string, path: string]>> = {
  400: ['Problems parsing JSON', ''],
  401: ['Bad credentials', ''],
  403: ['Resource not accessible by personal access token', '/repos/webhooks'],
  404: ['Not Found', '/repos/webhooks'],
  422: ['Validation Failed', '/repos/webhooks'],
  429: ['API rate limit exceeded', '/overview/rate-limits-for-the-rest-api'],
  500: ['Server Error', ''],
};

export const githubProblem = (status: number) => {
  const [message, path] = githubProblems[status] ?? ['Error', ''];
  return { message, documentation_url: `${docs}${path}`, status: String(status) };
};

const secondaryText = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
const secondary = {
  message: secondaryText,
  documentation_url: `${docs}/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits`,
};
const primary = {
  message: 'API rate limit exceeded for user ID 1.',
  documentation_url: `${docs}/overview/rate-limits`,
};

export const githubQuirks: Readonly<Record<string, Fault>> = {
  'truncated-list': { about: 'half of the list, and no hint that it is half', calls: 'GET' },
  'empty-list': { about: 'an empty list', calls: 'GET' },
  'ignore-disable': { about: 'a change of "active" is answered and not made', calls: 'PATCH' },
  'ignore-delete': { about: 'a delete is answered and not made', calls: 'DELETE' },
  'small-pages': { about: 'three rows a page, whatever was asked for', calls: 'GET' },
  'repeat-page': { about: 'each page names itself as the next', calls: 'GET' },
  'endless-pages': { about: 'each page names another one, for ever', calls: 'GET' },
  'foreign-link': { about: 'the next page is at another host', calls: 'GET' },
  'no-link': { about: 'no Link header, as behind some proxies', calls: 'GET' },
  'shifting-list': { about: 'rows move one place between two pages', calls: 'GET' },
  'no-last-response': { about: 'last_response is null everywhere', calls: 'GET' },
  'no-deliveries': { about: 'deliveries are answered with 404', calls: 'GET' },
  moved: {
    about: '301, as for a repository that was renamed',
    instead: () => ({
      status: 301,
      headers: { location: '/repositories/8001/hooks' },
      json: { message: 'Moved Permanently' },
    }),
  },
  'primary-limit': {
    about: '403 with x-ratelimit-remaining 0 and a reset in 90 s',
    instead: (_simulation, now) => ({
      status: 403,
      headers: {
        date: new Date(now).toUTCString(),
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(Math.floor(now / 1000) + 90),
      },
      json: primary,
    }),
  },
  'secondary-limit': {
    about: '403 with Retry-After in seconds',
    instead: () => ({
      status: 403,
      headers: { 'retry-after': '30', 'x-ratelimit-remaining': '4000' },
      json: secondary,
    }),
  },
  'secondary-limit-bare': {
    about: '403 of a secondary limit without Retry-After',
    instead: () => ({ status: 403, headers: { 'x-ratelimit-remaining': '4000' }, json: secondary }),
  },
  'sso-required': {
    about: '403 until the token is authorised for single sign-on',
    instead: (simulation) => ({
      status: 403,
      headers: { 'x-github-sso': 'required; url=https://github.com/orgs/sari-sari-demo/sso?authorization_request=A1' },
      json: simulation.problem(403),
    }),
  },
  'token-revoked': { about: 'installation tokens that were issued before are refused' },
};

export const repositoryRow = ({ id, name, archived }: Repository) => ({
  id,
  name,
  full_name: `${owner}/${name}`,
  private: true,
  owner: { login: owner, id: 9001, type: 'Organization' },
  archived,
  permissions: { admin: true, push: true, pull: true },
});

const lastResponse = ({ deliveries = [] }: GithubHook) => {
  const [newest] = deliveries;
  if (newest === undefined) return { code: null, status: 'unused', message: null };
  return newest.code === 200
    ? { code: 200, status: 'active', message: 'OK' }
    : { code: newest.code, status: 'failed', message: 'failed to connect to host' };
};

const config = ({ url, contentType = 'json', insecureSsl = '0', signed = false }: GithubHook) => ({
  content_type: contentType,
  insecure_ssl: insecureSsl,
  url,
  ...(signed && { secret: '********' }),
});

/** As `GET …/hooks` shows it; those of organisations have no `last_response`. */
export const hookRow = (hook: GithubHook, base: string, on: ReadonlySet<string>) => {
  const ofOrganisation = hook.scope?.startsWith('orgs:') ?? false;
  const url = `${base}/${hook.id}`;
  return {
    type: ofOrganisation ? 'Organization' : 'Repository',
    id: Number(hook.id),
    name: 'web',
    active: hook.enabled,
    events: hook.events,
    config: config(hook),
    updated_at: hook.updatedAt,
    created_at: hook.createdAt,
    url,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    ...(!ofOrganisation && {
      test_url: `${url}/test`,
      last_response: on.has('no-last-response') ? null : lastResponse(hook),
    }),
  };
};

export const deliveryRow = (hook: GithubHook, index: number, repositoryId: number | null) => {
  const { at, code } = hook.deliveries?.[index] ?? { at: hook.createdAt, code: 200 };
  return {
    id: 90_000_000_000 + index,
    guid: `0b989ba4-242f-11e5-81e1-${String(index).padStart(12, '0')}`,
    delivered_at: at,
    redelivery: false,
    duration: 0.27,
    status: code === 200 ? 'OK' : 'failed to connect to host',
    status_code: code,
    event: hook.events[0] ?? 'ping',
    action: null,
    installation_id: null,
    repository_id: repositoryId,
    url: hook.url,
  };
};

/** Where the requester reaches us, as links in answers have it. */
export const originOf = ({ headers }: Request): string => `http://${headers.host ?? '127.0.0.1'}`;
