import type { Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import type { ScopeStatus } from '../plan/item.ts';
import type { Reading } from '../plan/plan.ts';
import type { Account } from '../policy/policy.ts';
import type { Capabilities, Listing, Provider } from '../providers/contract.ts';
import type { Opened } from '../providers/open.ts';
import { spentUntil } from '../providers/quota.ts';
import { keyOf } from '../webhook.ts';
import type { Ports } from './ports.ts';
import { sideBySide } from './side-by-side.ts';

/** One account as it was read: what came whole, and what did not with the reason. */
export type AccountReading = {
  account: Account;
  capabilities: Capabilities | null;
  scopes: readonly ScopeStatus[];
  readings: readonly Reading[];
  /** Scopes were not asked for: time or calls ran out. What there is of the account would be another part each time. */
  leftOut: boolean;
};

type Failed = Exclude<Listing, { status: 'complete' }>;

const outOfTime: Failed = {
  status: 'incomplete',
  outcome: { kind: 'retry', why: 'ran out of time before it was listed' },
};

const codeOf = (failed: Failed): string => {
  const { status, outcome } = failed;
  if (failed === outOfTime) return 'time';
  if (outcome.kind === 'retry' && outcome.pause) return outcome.pause === 'credential' ? 'credential' : 'throttled';
  return status === 'incomplete' ? 'incomplete' : 'unreadable';
};

const hints: Readonly<Record<string, string>> = {
  credential: 'check that the credential works, is of this environment, and may list webhooks',
  throttled: 'wait for the time that the provider named, then scan again',
  incomplete:
    'scan again; if it stays, compare with what the provider shows, and nothing of this scope is touched until then',
  time: 'the next scan begins with what was listed longest ago; if it stays, spread the scopes over several accounts',
  unreadable: 'check baseUrl and the provider, then scan again',
};

const scopeError = (scope: string, failed: Failed): ScopeStatus => {
  const code = codeOf(failed);
  const { status, outcome } = failed;
  return { scope, status, webhooks: 0, error: { code, message: outcome.why, hint: hints[code] ?? 'scan again' } };
};

const failedWhole = (account: Account, error: ScopeStatus['error']): AccountReading => ({
  account,
  capabilities: null,
  scopes: [{ scope: account.name, status: 'error', webhooks: 0, ...(error && { error }) }],
  readings: [],
  leftOut: false,
});

/** How an account is read. */
export type Course = {
  /** Is told the outcome of a refused list, to pause an account on it. */
  onFailure(outcome: Failed['outcome']): Promise<void>;
  /** The scopes in the order in which they are listed. */
  order(scopes: readonly string[]): Promise<readonly string[]>;
  /** When it must have ended; no list begins shortly before. */
  deadline: Ms;
};
const atLeisure: Course = {
  onFailure: async () => {},
  order: async (scopes) => scopes,
  deadline: Number.POSITIVE_INFINITY,
};

/** What stands for a list that is not asked for, because the provider says that hardly a call is left. */
const spentQuota = (provider: Provider, now: Ms): Failed | null => {
  const spent = spentUntil(provider.quota?.(), now);
  if (!spent) return null;
  const { until, why } = spent;
  return { status: 'error', outcome: { kind: 'retry', pause: 'throttle', afterMs: until - now, why } };
};

/** An account whose calls are paused by a throttle: its lists share the limit, and none is asked for. */
export const throttledAccount = (account: Account, why: string): AccountReading => ({
  ...failedWhole(account, undefined),
  scopes: [scopeError(account.name, { status: 'error', outcome: { kind: 'retry', pause: 'throttle', why } })],
});

/** Reads an account whole: opens it, finds its scopes, lists each, and none any more that would be refused. Only reads. */
export const readAccount = async (
  ports: Pick<Ports, 'open' | 'signal' | 'clock'>,
  account: Account,
  { onFailure, order, deadline }: Course = atLeisure,
): Promise<AccountReading> => {
  const opened: Opened = await ports.open(account);
  if (opened.status === 'error')
    return failedWhole(account, { code: 'access', message: opened.why, hint: opened.hint });
  const { provider } = opened;
  const found = await provider.scopes(ports.signal);
  if (found.status !== 'complete') {
    await onFailure(found.outcome);
    return { ...failedWhole(account, undefined), scopes: [scopeError(account.name, found)] };
  }
  const scopes: ScopeStatus[] = [];
  const readings: Reading[] = [];
  let closed: Failed | null = null;
  const close = async (failed: Failed): Promise<Failed> => {
    if (closed) return closed;
    if (failed === outOfTime || (failed.outcome.kind === 'retry' && failed.outcome.pause)) closed = failed;
    await onFailure(failed.outcome);
    return failed;
  };
  const isLate = (): boolean => ports.clock.now() > deadline - limits.scanRestMs;
  const ordered = await order(found.scopes);
  const listings = await sideBySide(ordered, limits.scopesAtOnceMax, async (scope) => {
    const before = closed ?? (isLate() ? outOfTime : spentQuota(provider, ports.clock.now()));
    const listing = before ?? (await provider.list(scope, ports.signal));
    const told = listing.status === 'complete' ? listing : await close(listing);
    return [scope, { listing: told, leftOut: before !== null }] as const;
  });
  const spent = spentQuota(provider, ports.clock.now());
  if (spent) await close(spent);
  const read = new Map(listings);
  for (const scope of found.scopes) {
    const { listing } = read.get(scope) ?? { listing: outOfTime };
    if (listing.status !== 'complete') {
      scopes.push(scopeError(scope, listing));
      continue;
    }
    scopes.push({ scope, status: 'complete', webhooks: listing.webhooks.length });
    readings.push({ scope, webhooks: listing.webhooks });
  }
  const leftOut = [...read.values()].some((one) => one.leftOut);
  return { account, capabilities: provider.capabilities, scopes, readings, leftOut };
};

/** Where two accounts see the same webhook: same provider, same base URL, same kind and id. */
const sharedBy = ({ account }: AccountReading): string => `${account.provider}\n${account.baseUrl}`;

/** Ids that more than one account lists, by account name. */
export const foreignIds = (readings: readonly AccountReading[]): ReadonlyMap<string, ReadonlySet<string>> => {
  const result = new Map<string, ReadonlySet<string>>();
  for (const group of Map.groupBy(readings, sharedBy).values()) {
    const seen = new Map<string, number>();
    const ids = group.map(({ readings: scopes }) => new Set(scopes.flatMap(({ webhooks }) => webhooks.map(keyOf))));
    for (const set of ids) for (const id of set) seen.set(id, (seen.get(id) ?? 0) + 1);
    for (const [at, { account }] of group.entries()) {
      const foreign = [...(ids[at] ?? [])].filter((id) => (seen.get(id) ?? 0) > 1);
      result.set(account.name, new Set(foreign));
    }
  }
  return result;
};
