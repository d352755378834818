import type { Account } from './policy.ts';

type Options = Account['options'];

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry))) : [];

/** Options that choose what of a provider is looked at. A place that ends in a slash stands for all below it. */
const chosenBy: Readonly<Record<string, (options: Options) => readonly string[]>> = {
  owner: ({ owner, repos, orgHooks }) => [
    ...(repos === undefined ? [`${owner}/`] : texts(repos).map((repo) => `${owner}/${repo}`)),
    ...(orgHooks === true ? [`orgs:${owner}`] : []),
  ],
  projects: ({ projects }) => texts(projects),
  groups: ({ groups, groupHooks }) =>
    texts(groups).flatMap((group) => [`${group}/`, ...(groupHooks === true ? [`groups:${group}`] : [])]),
  chainIds: ({ chainIds }) => texts(chainIds),
  sourceAccounts: ({ sourceAccounts }) =>
    Array.isArray(sourceAccounts) ? sourceAccounts.map(({ branch, number }) => `${branch}:${number}`) : [],
};

const everything = '';

/** GitHub and GitLab do not tell upper from lower case, and the others have digits. */
const placesOf = ({ options }: Account): ReadonlySet<string> => {
  const chosen = Object.keys(chosenBy).flatMap((name) =>
    options[name] === undefined ? [] : (chosenBy[name]?.(options) ?? []),
  );
  return new Set(chosen.length === 0 ? [everything] : chosen.map((place) => place.toLowerCase()));
};

/** The place itself, and each place that stands for all below it. */
const around = (place: string): readonly string[] => [
  place,
  everything,
  ...[...place.matchAll(/\//g)].map(({ index }) => place.slice(0, index + 1)),
];

const within = (inner: ReadonlySet<string>, outer: ReadonlySet<string>): string | undefined =>
  [...inner].find((place) => around(place).some((one) => outer.has(one)));

const sameAccess = (a: Account, b: Account): boolean => {
  const shared = Object.keys(a.credentials).filter((key) => key in b.credentials);
  return (
    a.provider === b.provider &&
    a.baseUrl === b.baseUrl &&
    shared.length > 0 &&
    shared.every((key) => a.credentials[key] === b.credentials[key])
  );
};

/** Two accounts by their index, and a place that both look at; an empty text stands for all that the credential sees. */
export type Shared = { first: number; second: number; place: string };

/**
 * Accounts that would judge one scope twice, each with the first one before it, as far as the file alone can tell. Numbers
 * of GitLab projects and groups are not known by their paths here.
 */
export const sharedPopulations = (accounts: readonly Account[]): readonly Shared[] => {
  const places = accounts.map(placesOf);
  return accounts.flatMap((account, second) => {
    for (const [first, other] of accounts.slice(0, second).entries()) {
      if (!sameAccess(account, other)) continue;
      const [here, there] = [places[second] ?? new Set<string>(), places[first] ?? new Set<string>()];
      const place = within(here, there) ?? within(there, here);
      if (place !== undefined) return [{ first, second, place }];
    }
    return [];
  });
};
