import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import type { Account } from '../policy/policy.ts';
import type { Backup } from '../webhook.ts';
import { deliveryCandidates, withSignals } from './candidates.ts';
import type { Capabilities, Created, Creation, Listing, Outcome, Provider, ProviderDefinition } from './contract.ts';
import { eventSignal } from './gitlab-events.ts';
import { readHook } from './gitlab-list.ts';
import { gitlabTable } from './gitlab-outcome.ts';
import { type GitlabOptions, gitlabOptions, gitlabPages, gitlabScopes, placeOf } from './gitlab-scopes.ts';
import type { Call, Http } from './http.ts';
import { collect } from './list-rows.ts';
import { unaddressable } from './listing.ts';
import { outcomeOf } from './outcome.ts';
import { readWhole } from './pages.ts';
import { createQuota, quotaOf, withReset } from './quota.ts';
import { createdId, isArchived, type Replied, type Sent } from './replied.ts';

type Credentials = Readonly<Record<string, string>>;

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const publicHost = 'gitlab.com';

const capabilitiesAt = (baseUrl: string): Capabilities => ({
  kinds: ['endpoint'],
  // GitLab switches off by itself after failures; no call for it is documented.
  disable: [],
  signals: true,
  signalMemoryMs: 7 * dayMs,
  editStamp: false,
  ownSecret: true,
  parkedUrls: false,
  selfHosted: new URL(baseUrl).hostname !== publicHost,
  takesSecrets: ['token'],
  lostOnRestore: [
    'id',
    'createdAt',
    'token',
    'description',
    'customHeaders',
    'urlVariables',
    'template',
    'events',
    'off',
  ],
  // Deliveries are queued and not tried again by themselves.
  lateDeliveryMs: 10 * minuteMs,
  // 2,000 calls a minute at gitlab.com, for everything that this user does; a sixth of it.
  allowances: [{ units: 5, perMs: 1000 }],
  experimental: null,
});

const quotaHeaders = { limit: 'ratelimit-limit', remaining: 'ratelimit-remaining', reset: 'ratelimit-reset' } as const;

const refused = (why: string): Outcome => ({ kind: 'refused', why });
const elsewhere: Extract<Outcome, { kind: 'refused' }> = {
  kind: 'refused',
  why: 'this is not the scope of a GitLab account',
};
const archived = refused('it is archived, so GitLab refuses changes: unarchive it first (HTTP 403)');
const noSwitch = refused('GitLab has no call that switches a webhook off or on: it can only be deleted');

/** Why a backup cannot be created from, or null. A URL with variables is none without their values. */
const notWhole = ({ url, urlRedacted, settings }: Backup): Outcome | null => {
  if (url === null || urlRedacted)
    return refused('the backup has no complete URL, for it held a secret that is not kept: give the URL');
  return Array.isArray(settings.urlVariables) && settings.urlVariables.length > 0
    ? refused('its URL has variables whose values GitLab never shows: create it by hand')
    : null;
};

const createBody = ({ url, name, events, settings, secrets }: Creation) => ({
  url,
  ...(name !== null && { name }),
  enable_ssl_verification: settings.verifiesTls !== false,
  ...(secrets?.token && { token: secrets.token }),
  ...(settings.branchFilter && { push_events_branch_filter: settings.branchFilter }),
  ...(settings.branchFilterStrategy && { branch_filter_strategy: settings.branchFilterStrategy }),
  // On unless it is said to be off.
  push_events: false,
  ...Object.fromEntries(events.map((event) => [event, true])),
});

const open = (account: Account, { token = '' }: Credentials, http: Http, clock: Clock): Provider => {
  const options = account.options as unknown as GitlabOptions;
  const api = `${account.baseUrl.replace(/\/api\/v4$/, '')}/api/v4`;
  const secrets = [token];
  const { note, quota } = createQuota();

  const request = async (method: Call['method'], url: string, sent: Sent = {}): Promise<Replied> => {
    const headers = { authorization: `Bearer ${token}` };
    const raw = await http.call({ ...sent, method, url, headers, account: account.name, secrets });
    note(quotaOf(raw, quotaHeaders, clock.now()));
    const answer = withReset(raw, quotaHeaders, clock.now());
    return { answer, outcome: outcomeOf(answer, gitlabTable, { mutating: method !== 'GET', secrets }) };
  };
  const getter = (signal?: AbortSignal) => (url: string) => request('GET', url, { signal });

  const list = async (scope: string, signal?: AbortSignal): Promise<Listing> => {
    const place = placeOf(scope);
    if (place === null) return { status: 'error', outcome: elsewhere };
    const hooks = `${api}${place}/hooks`;
    const first = `${hooks}?per_page=${gitlabPages.perPage}`;
    const rows = await readWhole({ ...gitlabPages, about: 'the list of webhooks', first, get: getter(signal) });
    if (rows.status !== 'complete') return rows;
    const now = clock.now();
    return withSignals(collect(rows.rows, readHook), {
      candidates: (webhooks) => deliveryCandidates(webhooks, account.rules, now, () => true),
      signalOf: (webhook) => eventSignal(webhook, `${hooks}/${encodeURIComponent(webhook.id)}`, now, getter(signal)),
    });
  };

  const meaning = async (replied: Replied, place: string, signal?: AbortSignal): Promise<Outcome> =>
    (await isArchived(replied, `${api}${place}`, getter(signal))) ? archived : replied.outcome;

  const remove = async (scope: string, id: string, signal?: AbortSignal): Promise<Outcome> => {
    const place = placeOf(scope);
    const why = unaddressable(id);
    if (place === null) return elsewhere;
    if (why !== null) return refused(`the id of the webhook ${why}`);
    const replied = await request('DELETE', `${api}${place}/hooks/${encodeURIComponent(id)}`, { signal });
    return meaning(replied, place, signal);
  };

  const create = async (scope: string, backup: Creation, signal?: AbortSignal): Promise<Created> => {
    const place = placeOf(scope);
    if (place === null) return elsewhere;
    const problem = notWhole(backup);
    if (problem !== null) return problem;
    const replied = await request('POST', `${api}${place}/hooks`, { body: createBody(backup), signal });
    const outcome = await meaning(replied, place, signal);
    return outcome.kind === 'done' ? { ...outcome, ...createdId(replied.answer) } : outcome;
  };

  return {
    quota,
    capabilities: capabilitiesAt(account.baseUrl),
    scopes: (signal) => gitlabScopes(api, options, getter(signal)),
    list,
    disable: async () => noSwitch,
    enable: async () => noSwitch,
    delete: (scope, { id }, signal) => remove(scope, id, signal),
    create,
  };
};

/** Prefixes of tokens that belong to machinery and never call this API; administrators may rename that of people's. */
const wrongTokens: Readonly<Record<string, string>> = {
  'gldt-': 'a deploy token',
  'glrt-': 'a runner token',
  'glcbt-': 'a CI job token',
  'glptt-': 'a trigger token',
  'glft-': 'a feed token',
  'glimt-': 'an incoming mail token',
  'glagent-': 'an agent token',
};

const contradiction = (_account: Account, { token = '' }: Credentials): string | null => {
  const found = Object.entries(wrongTokens).find(([prefix]) => token.startsWith(prefix));
  return found ? `token is ${found[1]}, which may not manage webhooks: use an access token with the scope api` : null;
};

/** As `gitlab`, with a clock of one's own: it ages webhooks and dates their events. */
export const gitlabWith = (clock: Clock): ProviderDefinition => ({
  id: 'gitlab',
  title: 'GitLab (webhooks of projects and groups)',
  credentials: {
    token: {
      required: true,
      about: 'project, group or personal access token with the scope api, of a maintainer (group: owner)',
    },
  },
  exampleOptions: { groups: ['my-group'] },
  options: gitlabOptions,
  baseUrl: { sandbox: `https://${publicHost}`, production: `https://${publicHost}` },
  contradiction,
  open: (account, credentials, http) => open(account, credentials, http, clock),
});

/** https://docs.gitlab.com/api/project_webhooks/ and /api/group_webhooks/; decisions in docs/providers/gitlab.md. */
export const gitlab: ProviderDefinition = gitlabWith(systemClock);
