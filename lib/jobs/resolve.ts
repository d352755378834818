import { sha256 } from '../canonical.ts';
import { iso, type Ms } from '../clock.ts';
import type { Sighting } from '../detect/finding.ts';
import { nameToAsk, type Resolution } from '../detect/unresolvable.ts';
import { limits } from '../limits.ts';
import type { Account } from '../policy/policy.ts';
import { parseUrl } from '../url.ts';
import { keyOf, type Webhook } from '../webhook.ts';
import type { Ports } from './ports.ts';

/** Asks DNS whether a name exists; connects to no receiver, and never rejects. */
export type Resolve = (host: string) => Promise<Resolution>;

/** Resolutions by `keyOf`; absent where nothing was asked. */
export type Names = ReadonlyMap<string, Resolution>;

/** c-ares: NXDOMAIN is ENOTFOUND; ENODATA is a name without a record of this type. */
const meaning: Readonly<Record<string, Resolution>> = { ENOTFOUND: 'absent', ENODATA: 'exists' };

/**
 * A name of which one query finds anything exists, so an alias to a name that is gone exists too: its owner may point it
 * elsewhere. It is absent only where every query says so.
 */
export const combined = (answers: readonly Resolution[]): Resolution => {
  if (answers.includes('exists')) return 'exists';
  return answers.length > 0 && answers.every((answer) => answer === 'absent') ? 'absent' : 'unknown';
};

/**
 * The DNS of this machine. The name is asked for as it stands: no search domains, no hosts file.
 *
 * @param servers instead of those of the machine, as `node:dns` takes them
 */
export const systemResolve =
  (servers?: readonly string[], timeoutMs: Ms = limits.lookupTimeoutMs): Resolve =>
  async (host) => {
    const { Resolver } = await import('node:dns/promises');
    const resolver = new Resolver({ timeout: Math.ceil(timeoutMs / 3), tries: 2 });
    if (servers) resolver.setServers(servers);
    const timer = setTimeout(() => resolver.cancel(), timeoutMs);
    const ask = async (query: Promise<readonly unknown[]>): Promise<Resolution> =>
      query.then(
        () => 'exists',
        (error: unknown) => meaning[(error as NodeJS.ErrnoException).code ?? ''] ?? 'unknown',
      );
    try {
      const queries = [resolver.resolve4(host), resolver.resolve6(host), resolver.resolveCname(host)];
      return combined(await Promise.all(queries.map(ask)));
    } finally {
      clearTimeout(timer);
    }
  };

/** Asks for each name, few at a time. A resolver that knows nothing of a whole batch is not asked on. */
const askAll = async (resolve: Resolve, names: readonly string[], known: Map<string, Resolution>): Promise<void> => {
  for (let at = 0; at < names.length; at += limits.lookupsAtOnceMax) {
    const batch = names.slice(at, at + limits.lookupsAtOnceMax);
    const answers = await Promise.all(batch.map(resolve));
    for (const [index, name] of batch.entries()) known.set(name, answers[index] ?? 'unknown');
    if (answers.every((answer) => answer === 'unknown')) return;
  }
};

/** More than half of what was answered is absent: that is a fault of the resolver sooner than of so many receivers. */
const isBroken = (answers: readonly Resolution[]): boolean => {
  const count = (wanted: Resolution) => answers.filter((answer) => answer === wanted).length;
  return count('absent') * 2 > count('absent') + count('exists');
};

/** The host of a webhook that DNS may be asked for, or null. */
export const nameOf = ({ rules }: Pick<Account, 'rules'>, { kind, url }: Webhook): string | null =>
  kind !== 'endpoint' || url === null ? null : nameToAsk(parseUrl(url), rules.test?.hosts);

type Sightings = ReadonlyMap<string, Pick<Sighting, 'absent'>>;

/** Names that were absent come first; the others change places from day to day, so that each has its turn. */
const inTurn = (names: ReadonlyMap<string, boolean>, now: Ms): string[] => {
  const rank = ([name, watched]: [string, boolean]) => `${watched ? 0 : 1}${sha256(iso(now).slice(0, 10) + name)}`;
  return [...names].toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1)).map(([name]) => name);
};

/**
 * Looks up the hosts of one account for one scan: each once, `lookupsPerScanMax` at most, and none where the rule is off.
 * Answers one scope at a time. The provider's own host is asked for as well: we have just called it, so it must exist. Where
 * more than half of both is absent, every answer of the scope is `unknown`.
 */
export const scanNames = (ports: Pick<Ports, 'resolve' | 'log'>, account: Account) => {
  const { resolve } = ports;
  const known = new Map<string, Resolution>();
  const control = nameToAsk(parseUrl(account.baseUrl), account.rules.test?.hosts);
  return async (scope: string, webhooks: readonly Webhook[], seen: Sightings, now: Ms): Promise<Names> => {
    if (!account.rules.unresolvable || !resolve) return new Map();
    const names = new Map<string, boolean>();
    const hosts = new Map<string, string>();
    for (const webhook of webhooks) {
      const name = nameOf(account, webhook);
      if (name === null) continue;
      hosts.set(keyOf(webhook), name);
      names.set(name, names.get(name) || seen.get(keyOf(webhook))?.absent?.host === name);
    }
    if (hosts.size === 0) return new Map();
    const fresh = inTurn(names, now).filter((name) => !known.has(name));
    const allowed = fresh.slice(0, Math.max(0, limits.lookupsPerScanMax - known.size));
    if (allowed.length < fresh.length)
      ports.log({
        level: 'warn',
        message: `not all hosts are looked up: one scan asks for ${limits.lookupsPerScanMax}; the others have their turn`,
        account: account.name,
        scope,
        detail: `${fresh.length - allowed.length} of ${names.size} hosts left out`,
      });
    const first = control === null || known.has(control) || names.has(control) ? [] : [control];
    await askAll(resolve, [...first, ...allowed], known);
    const sample = new Set([...names.keys(), ...(control === null ? [] : [control])]);
    const broken = isBroken([...sample].map((name) => known.get(name) ?? 'unknown'));
    if (broken)
      ports.log({
        level: 'warn',
        message: 'more than half of its hosts are absent from DNS at once, so none of it is believed',
        account: account.name,
        scope,
        detail: 'check the DNS of this machine',
      });
    return new Map(
      [...hosts].map(([key, name]) => [key, broken ? 'unknown' : (known.get(name) ?? 'unknown')] as const),
    );
  };
};

/** Looks up the hosts of these webhooks once more, right before a step. */
export const freshNames = async (
  { resolve }: Pick<Ports, 'resolve'>,
  account: Account,
  webhooks: readonly Webhook[],
): Promise<Names> => {
  const hosts = new Map(webhooks.map((webhook) => [keyOf(webhook), nameOf(account, webhook)] as const));
  const known = new Map<string, Resolution>();
  if (resolve) await askAll(resolve, [...new Set([...hosts.values()].filter((name) => name !== null))], known);
  return new Map([...hosts].map(([key, name]) => [key, known.get(name ?? '') ?? 'unknown'] as const));
};
