import { canonical } from '../canonical.ts';
import type { Path, PolicyDocument } from './document.ts';
import { problemAt } from './explain.ts';
import type { Account, Policy } from './policy.ts';
import type { Problem } from './problem.ts';
import type { Definitions } from './schema.ts';
import { type Shared, sharedPopulations } from './shared-population.ts';
import { quote, suggestion } from './wording.ts';

type Fields = Readonly<Record<string, unknown>>;

const mapOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** What no schema sees, but holds for a file that has other faults as well: names used twice, names that stand for nothing. */
export const crossCheckNames = (document: PolicyDocument, definitions: Definitions): Problem[] => {
  const accounts = listOf(mapOf(document.value).accounts).map(mapOf);
  const names = accounts.map(({ name }) => (typeof name === 'string' ? name : null));
  const known = { account: names.filter((name) => name !== null), provider: Object.keys(definitions) };
  const top = protectNames(document, mapOf(document.value).protect, ['protect'], known);
  const own = accounts.flatMap(({ name, provider, protect }, index) => {
    const here = { account: [name], provider: [provider] };
    return protectNames(document, protect, ['accounts', index, 'protect'], here);
  });
  return [...twice(document, names), ...top, ...own];
};

const twice = (document: PolicyDocument, names: readonly (string | null)[]): Problem[] =>
  names.flatMap((name, index) => {
    const first = names.indexOf(name);
    if (name === null || first === index) return [];
    const line = document.spot(['accounts', first, 'name'], 'value').line;
    const path: Path = ['accounts', index, 'name'];
    const here = document.spot(path, 'value').line;
    return [
      problemAt(document, path, `account ${quote(name)} is there twice, on lines ${line} and ${here}`, 'rename one'),
    ];
  });

/** An entry that names what is not there would protect nothing, and nobody would notice. */
const protectNames = (
  document: PolicyDocument,
  protect: unknown,
  path: Path,
  known: Readonly<Record<'account' | 'provider', readonly unknown[]>>,
): Problem[] =>
  listOf(protect).flatMap((entry, index) =>
    (['account', 'provider'] as const).flatMap((key) => {
      const value = mapOf(entry)[key];
      if (typeof value !== 'string' || known[key].includes(value)) return [];
      const allowed = known[key].filter((name) => typeof name === 'string');
      const message = `no ${key} ${quote(value)} here, so this protects nothing`;
      return [problemAt(document, [...path, index, key], message, suggestion(value, allowed))];
    }),
  );

/** What can be said only once everything inherited is merged in. */
export const crossCheckAccounts = (document: PolicyDocument, { accounts }: Policy): Problem[] => [
  ...sharedPopulations(accounts).map((shared) => sharedProblem(document, accounts, shared)),
  ...accounts.flatMap((account, index) => contradictions(document, account, ['accounts', index])),
];

const sharedProblem = (
  document: PolicyDocument,
  accounts: readonly Account[],
  { first, second, place }: Shared,
): Problem => {
  const lines = [first, second].map((at) => document.spot(['accounts', at], 'value').line).join(' and ');
  const both = `accounts ${accounts[first]?.name} and ${accounts[second]?.name} (lines ${lines})`;
  const path: Path = ['accounts', second];
  if (place === '' || canonical(accounts[first]?.options) === canonical(accounts[second]?.options))
    return problemAt(
      document,
      path,
      `${both} are one: same provider, base URL${place === '' ? ' and credentials' : ', credentials and options'}`,
      'remove one, or give each its own credentials',
    );
  return problemAt(
    document,
    path,
    `${both} both look at ${quote(place)}: same provider, base URL and credentials, and what lies in two accounts is judged twice`,
    'name each place in one account only',
  );
};

const contradictions = (document: PolicyDocument, account: Account, path: Path): Problem[] => {
  const problems: Problem[] = [];
  const { retry, rules } = account;
  if (retry.baseMs > retry.capMs) {
    const message = `retry.base (${retry.baseMs} ms) is longer than retry.cap (${retry.capMs} ms)`;
    problems.push(
      problemAt(
        document,
        [...path, 'retry', 'base'],
        message,
        'raise cap or lower base, here or where it is inherited from',
      ),
    );
  }
  if (rules['retired-host']?.hosts.length === 0) {
    const hint = 'list them, e.g. retired-host: { hosts: [old.example.com] }';
    problems.push(
      problemAt(document, [...path, 'rules', 'retired-host'], 'the rule names no host, so it finds nothing', hint),
    );
  }
  return problems;
};
