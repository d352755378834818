import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import type { Account } from '../policy/policy.ts';
import { deliveryCandidates, withSignals } from './candidates.ts';
import type { Capabilities, Created, Creation, Listing, Outcome, Provider, ProviderDefinition } from './contract.ts';
import { createCalls } from './github-calls.ts';
import { deliverySignal } from './github-deliveries.ts';
import { readHook } from './github-list.ts';
import { type GithubOptions, githubOptions, githubScopes, type Place, placeOf } from './github-scopes.ts';
import type { Call, Http } from './http.ts';
import { collect } from './list-rows.ts';
import { unaddressable } from './listing.ts';
import { arrayOf, linkStep, readWhole } from './pages.ts';
import { createdId, isArchived, type Replied, type Sent } from './replied.ts';

type Credentials = Readonly<Record<string, string>>;

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const perPage = 100;
const publicHost = 'api.github.com';

/** GitHub's own machines reach no private network: github.com, and tenants of ghe.com. */
const hostedByGithub = (host: string): boolean => host === publicHost || /^api\.[a-z0-9-]+\.ghe\.com$/.test(host);

const capabilitiesAt = (baseUrl: string): Capabilities => ({
  kinds: ['endpoint'],
  disable: ['endpoint'],
  signals: true,
  // Documents speak of 30 days, others of 3: the shorter one makes for fewer proposals.
  signalMemoryMs: 3 * dayMs,
  // Our own disable moves it too: only a move after that is somebody else's.
  editStamp: true,
  ownSecret: true,
  parkedUrls: false,
  selfHosted: !hostedByGithub(new URL(baseUrl).hostname),
  lostOnRestore: ['id', 'createdAt', 'secret', 'deliveries'],
  takesSecrets: ['secret'],
  // No delivery is tried again by itself; what was queued goes out within minutes.
  lateDeliveryMs: 10 * minuteMs,
  // "At least one second between" changes, and what may make content: 500 an hour.
  allowances: [
    { units: 1, perMs: 1000 },
    { units: 500, perMs: 60 * minuteMs },
  ],
  experimental: null,
});

const elsewhere: Extract<Outcome, { kind: 'refused' }> = {
  kind: 'refused',
  why: 'this scope is not one of the owner that the account names',
};

const archived: Outcome = {
  kind: 'refused',
  why: 'the repository is archived, so GitHub refuses changes: unarchive it first (HTTP 403)',
};

const notWhole: Outcome = {
  kind: 'refused',
  why: 'the backup has no complete URL, for it held a secret that is not kept: give the URL',
};

const createBody = ({ url, events, enabled, settings, secrets }: Creation) => ({
  name: 'web',
  active: enabled,
  events,
  config: {
    url,
    content_type: settings.contentType ?? 'form',
    insecure_ssl: settings.verifiesTls === false ? '1' : '0',
    ...(secrets?.secret && { secret: secrets.secret }),
  },
});

const open = (account: Account, credentials: Credentials, http: Http, clock: Clock): Provider => {
  const { baseUrl, rules } = account;
  const options = account.options as unknown as GithubOptions;
  const { request, quota } = createCalls(account, credentials, http, clock);
  const getter = (signal?: AbortSignal) => (url: string) => request('GET', url, { signal });

  const list = async (scope: string, signal?: AbortSignal): Promise<Listing> => {
    const place = placeOf(scope, options);
    if (place === null) return { status: 'error', outcome: elsewhere };
    const rows = await readWhole({
      about: 'the list of webhooks',
      first: `${baseUrl}${place.hooks}?per_page=${perPage}`,
      perPage,
      get: getter(signal),
      rowsOf: arrayOf,
      next: linkStep,
      totalOf: () => null,
    });
    if (rows.status !== 'complete') return rows;
    const now = clock.now();
    const listing = collect(rows.rows, (row) => readHook(row, now));
    const ofOrganisation = place.repository === null;
    return withSignals(listing, {
      candidates: (webhooks) =>
        deliveryCandidates(webhooks, rules, now, (webhook) => webhook.signal?.failing ?? ofOrganisation),
      signalOf: (webhook) =>
        deliverySignal(webhook, `${baseUrl}${place.hooks}/${encodeURIComponent(webhook.id)}`, getter(signal)),
    });
  };

  const meaning = async (replied: Replied, { repository }: Place, signal?: AbortSignal): Promise<Outcome> =>
    repository !== null && (await isArchived(replied, `${baseUrl}${repository}`, getter(signal)))
      ? archived
      : replied.outcome;

  const change = async (method: Call['method'], scope: string, id: string, sent: Sent): Promise<Outcome> => {
    const place = placeOf(scope, options);
    const why = unaddressable(id);
    if (place === null) return elsewhere;
    if (why !== null) return { kind: 'refused', why: `the id of the webhook ${why}` };
    const replied = await request(method, `${baseUrl}${place.hooks}/${encodeURIComponent(id)}`, sent);
    return meaning(replied, place, sent.signal);
  };

  const create = async (scope: string, backup: Creation, signal?: AbortSignal): Promise<Created> => {
    const place = placeOf(scope, options);
    if (place === null) return elsewhere;
    if (backup.url === null || backup.urlRedacted) return notWhole;
    const replied = await request('POST', `${baseUrl}${place.hooks}`, { body: createBody(backup), signal });
    const outcome = await meaning(replied, place, signal);
    return outcome.kind === 'done' ? { ...outcome, ...createdId(replied.answer) } : outcome;
  };

  return {
    capabilities: capabilitiesAt(baseUrl),
    quota,
    scopes: (signal) => githubScopes(baseUrl, options, credentials.token === undefined, getter(signal)),
    list,
    // `active` alone: a `config` without its secret would wipe the secret.
    disable: (scope, { id }, signal) => change('PATCH', scope, id, { body: { active: false }, signal }),
    enable: (scope, { id }, signal) => change('PATCH', scope, id, { body: { active: true }, signal }),
    delete: (scope, { id }, signal) => change('DELETE', scope, id, { signal }),
    create,
  };
};

const alternatives = [['token'], ['appId', 'installationId', 'privateKey']] as const;

const contradiction = ({ baseUrl }: Account, credentials: Credentials): string | null => {
  const given = alternatives.filter((fields) => fields.some((field) => credentials[field] !== undefined));
  const whole = given[0]?.every((field) => credentials[field] !== undefined) ?? false;
  if (given.length !== 1 || !whole) return 'credentials must be token, or appId, installationId and privateKey, whole';
  if (/^(www\.)?github\.com$/.test(new URL(baseUrl).hostname))
    return `baseUrl is the web site, not the API: https://${publicHost}`;
  if (credentials.token?.startsWith('ghr_')) return 'token is a refresh token, which calls no API';
  return null;
};

/** As `github`, with a clock of one's own: it dates the tokens of a GitHub App and ages webhooks. */
export const githubWith = (clock: Clock): ProviderDefinition => ({
  id: 'github',
  title: 'GitHub (webhooks of repositories and organisations)',
  credentials: {
    token: {
      required: false,
      about: 'fine-grained token with "Webhooks: read and write", or classic with admin:repo_hook',
    },
    appId: { required: false, about: 'id of a GitHub App, in place of token' },
    installationId: { required: false, about: 'id of its installation at the owner' },
    privateKey: { required: false, about: 'private key of the GitHub App, PEM' },
  },
  oneOf: alternatives,
  exampleOptions: { owner: 'my-organisation' },
  options: githubOptions,
  baseUrl: { sandbox: `https://${publicHost}`, production: `https://${publicHost}` },
  contradiction,
  open: (account, credentials, http) => open(account, credentials, http, clock),
});

/** https://docs.github.com/rest/repos/webhooks and /rest/orgs/webhooks; decisions in docs/providers/github.md. */
export const github: ProviderDefinition = githubWith(systemClock);
