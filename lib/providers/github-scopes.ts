import * as v from 'valibot';
import type { Json } from '../canonical.ts';
import { say } from '../policy/values.ts';
import type { Listing } from './contract.ts';
import { arrayOf, type Failed, linkStep, readWhole } from './pages.ts';
import { failure, type Get } from './replied.ts';

const ownerPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
const repoPattern = /^(?!\.{1,2}$)[\w.-]{1,100}$/;

const different = (names: string[]): boolean => new Set(names.map((name) => name.toLowerCase())).size === names.length;

const owner = v.pipe(
  v.string(),
  v.regex(ownerPattern, say('not the name of a GitHub user or organisation', 'write owner: NAME')),
);
const repo = v.pipe(
  v.string(),
  v.regex(repoPattern, say('not the name of a repository', 'write the name alone, without its owner')),
);

/** Without `repos` all of the owner's repositories are looked at, as far as the credential sees them. */
export const githubOptions = v.strictObject({
  owner,
  repos: v.optional(
    v.pipe(
      v.array(repo),
      v.nonEmpty(say('no repository', 'name one, or remove repos to take all of the owner')),
      v.check(different, say('a repository is there twice', 'remove one; GitHub does not tell upper from lower case')),
    ),
  ),
  orgHooks: v.optional(v.boolean(), false),
}) as unknown as v.GenericSchema<unknown, Record<string, Json>>;

export type GithubOptions = { owner: string; repos?: readonly string[]; orgHooks?: boolean };

/** Where a scope's webhooks are, and what is asked for its state; null where it is none of this owner's. */
export type Place = { hooks: string; repository: string | null };

/** GitHub's names do not tell upper from lower case: scopes are in lower case, so that one repository has one name. */
export const repoScope = (ownerName: string, name: string): string => `${ownerName}/${name}`.toLowerCase();
export const orgScope = (ownerName: string): string => `orgs:${ownerName}`.toLowerCase();

export const placeOf = (scope: string, { owner: ownerName }: GithubOptions): Place | null => {
  if (scope === orgScope(ownerName)) return { hooks: `/orgs/${encodeURIComponent(ownerName)}/hooks`, repository: null };
  const [left = '', name = '', ...rest] = scope.split('/');
  if (rest.length > 0 || left !== ownerName.toLowerCase() || !repoPattern.test(name)) return null;
  const repository = `/repos/${encodeURIComponent(left)}/${encodeURIComponent(name)}`;
  return { hooks: `${repository}/hooks`, repository };
};

const Owner = v.looseObject({ type: v.picklist(['User', 'Organization']) });
const Repository = v.looseObject({
  id: v.pipe(v.number(), v.safeInteger()),
  name: v.pipe(v.string(), v.regex(repoPattern)),
  owner: v.looseObject({ login: v.pipe(v.string(), v.regex(ownerPattern)) }),
});
const Installed = v.looseObject({
  total_count: v.pipe(v.number(), v.safeInteger()),
  repositories: v.array(v.unknown()),
});

const perPage = 100;

const broken = (why: string): Failed => ({ status: 'incomplete', outcome: { kind: 'retry', why } });

/** The repositories that an installation may see. */
const installed = { path: '/installation/repositories', query: `per_page=${perPage}` };
/** For a user `/users/…/repos` would leave out the private ones. */
const lists = {
  User: (_name: string) => ({
    path: '/user/repos',
    query: `affiliation=owner,collaborator&sort=full_name&per_page=${perPage}`,
  }),
  Organization: (name: string) => ({
    path: `/orgs/${encodeURIComponent(name)}/repos`,
    query: `type=all&sort=full_name&per_page=${perPage}`,
  }),
} as const;

type Found = { path: string; query: string };

const listOf = async (baseUrl: string, name: string, isApp: boolean, get: Get): Promise<Found | Failed> => {
  if (isApp) return installed;
  const { answer, outcome } = await get(`${baseUrl}/users/${encodeURIComponent(name)}`);
  if (answer.kind !== 'answer' || outcome.kind !== 'done') return { status: 'error', outcome: failure(outcome) };
  const parsed = v.safeParse(Owner, answer.json);
  return parsed.success
    ? lists[parsed.output.type](name)
    : broken('GitHub does not say whether the owner is a user or an organisation');
};

const repositoryScopes = (rows: readonly unknown[], name: string): readonly string[] | null => {
  const scopes = new Set<string>();
  const ids = new Set<number>();
  for (const row of rows) {
    const parsed = v.safeParse(Repository, row);
    if (!parsed.success || ids.has(parsed.output.id)) return null;
    ids.add(parsed.output.id);
    const { login } = parsed.output.owner;
    if (login.toLowerCase() === name.toLowerCase()) scopes.add(repoScope(login, parsed.output.name));
  }
  return [...scopes].sort();
};

type Scopes = { status: 'complete'; scopes: readonly string[] } | Exclude<Listing, { status: 'complete' }>;

/** Every repository of the owner, archived ones and forks too, whose webhooks may or may not be readable. */
const discover = async (baseUrl: string, options: GithubOptions, isApp: boolean, get: Get): Promise<Scopes> => {
  const found = await listOf(baseUrl, options.owner, isApp, get);
  if ('status' in found) return found;
  const rows = await readWhole({
    about: 'the list of repositories',
    first: `${baseUrl}${found.path}?${found.query}`,
    perPage,
    get,
    rowsOf: (json) => {
      if (!isApp) return arrayOf(json);
      const parsed = v.safeParse(Installed, json);
      return parsed.success ? parsed.output.repositories : null;
    },
    next: linkStep,
    totalOf: ({ json }) => {
      const parsed = v.safeParse(Installed, json);
      return parsed.success ? parsed.output.total_count : null;
    },
  });
  if (rows.status !== 'complete') return rows;
  const scopes = repositoryScopes(rows.rows, options.owner);
  if (scopes === null) return broken('the list of repositories has a row that cannot be read, or one twice');
  if (scopes.length === 0) {
    const why = `no repository of ${options.owner} is visible to this credential: check owner, or name repos`;
    return { status: 'error', outcome: { kind: 'refused', why } };
  }
  return { status: 'complete', scopes };
};

/** The scopes of an account: `owner/repo` each, and `orgs:owner` where it is asked for. */
export const githubScopes = async (
  baseUrl: string,
  options: GithubOptions,
  isApp: boolean,
  get: Get,
): Promise<Scopes> => {
  const { owner: name, repos, orgHooks = false } = options;
  const found: Scopes = repos
    ? { status: 'complete', scopes: repos.map((repository) => repoScope(name, repository)) }
    : await discover(baseUrl, options, isApp, get);
  if (found.status !== 'complete' || !orgHooks) return found;
  return { status: 'complete', scopes: [...found.scopes, orgScope(name)] };
};
