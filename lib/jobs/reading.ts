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
};

type Failed = Exclude<Listing, { status: 'complete' }>;

const outOfTime: Failed = {
  status: 'incomplete',
  outcome: { kind: 'retry', why: 'ran out of time before it was listed' },
};
/** It had all the time that there is: another try would end in the same way. */
const tooSlow: Failed = {
  status: 'incomplete',
  outcome: { kind: 'retry', why: 'its list takes longer than a scan here may last' },
};

const codeOf = (failed: Failed): string => {
  const { status, outcome } = failed;
  if (failed === outOfTime) return 'time';
  if (failed === tooSlow) return 'slow';
  if (outcome.kind === 'retry' && outcome.pause) return outcome.pause === 'credential' ? 'credential' : 'throttled';
  return status === 'incomplete' ? 'incomplete' : 'unreadable';
};

const hints: Readonly<Record<string, string>> = {
  credential: 'check that the credential works, is of this environment, and may list webhooks',
  throttled: 'wait for the time that the provider named, then scan again',
  incomplete:
    'scan again; if it stays, compare with what the provider shows, and nothing of this scope is touched until then',
  time: 'the next scan goes on with it; if it stays, spread the scopes over several accounts',
  slow: 'nothing of it is touched; hooksweep run on a machine of your own has no such limit',
  unreadable: 'check baseUrl and the provider, then scan again',
};

/** What is said of a scope without a list. */
export const failedScope = (
  scope: string,
  status: Failed['status'],
  code: string,
  message: string,
): ScopeStatus & { status: Failed['status'] } => ({
  scope,
  status,
  webhooks: 0,
  error: { code, message, hint: hints[code] ?? 'scan again' },
});

const scopeError = (scope: string, failed: Failed): ScopeStatus =>
  failedScope(scope, failed.status, codeOf(failed), failed.outcome.why);

const leftCodes: ReadonlySet<string | undefined> = new Set(['time', 'throttled', 'credential']);

/** What ends with this code was not come to: time, calls or the credential ran out. */
export const isLeftCode = (code: string | undefined): boolean => leftCodes.has(code);
export const isLeftOut = ({ error }: ScopeStatus): boolean => isLeftCode(error?.code);

const failedWhole = (account: Account, error: ScopeStatus['error']): AccountReading => ({
  account,
  capabilities: null,
  scopes: [{ scope: account.name, status: 'error', webhooks: 0, ...(error && { error }) }],
  readings: [],
});

/** How an account is read. */
export type Course = {
  /** Is told the outcome of a refused list, to pause an account on it. */
  onFailure(outcome: Failed['outcome']): Promise<void>;
  /** The scopes of the account where they are known; else it is asked. */
  scopes?: readonly string[];
  /** Those of the scopes that are listed, in this order. */
  order(scopes: readonly string[]): Promise<readonly string[]>;
  /** When it must have ended. No list begins shortly before, or goes on into the time for what comes after it. */
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

/**
 * Calls with a signal that aborts when the time for lists is over; what was cut off then is `late`. Without a deadline it
 * never is.
 */
const untilLate = async <T>(
  { clock, signal }: Pick<Ports, 'clock' | 'signal'>,
  deadline: Ms,
  use: (inTime: <A>(call: (signal: AbortSignal | undefined) => Promise<A>, late: A) => Promise<A>) => Promise<T>,
): Promise<T> => {
  if (deadline === Number.POSITIVE_INFINITY) return use((call) => call(signal));
  const over = new AbortController();
  const late = new AbortController();
  // The sleep rejects only because it is over.
  clock.sleep(Math.max(0, deadline - limits.scanRestMs - clock.now()), over.signal).then(
    () => late.abort(),
    () => undefined,
  );
  const either = AbortSignal.any([late.signal, ...(signal ? [signal] : [])]);
  try {
    return await use(async (call, cutOff) => {
      try {
        return await call(either);
      } catch (error) {
        if (!late.signal.aborted || signal?.aborted) throw error;
        return cutOff;
      }
    });
  } finally {
    over.abort();
  }
};

type ReadPorts = Pick<Ports, 'open' | 'signal' | 'clock'>;
type InTime = Parameters<Parameters<typeof untilLate>[2]>[0];

/** Lists these scopes, a few side by side, and none any more that would be refused. */
const listAll = async (
  ports: ReadPorts,
  provider: Provider,
  scopes: readonly string[],
  { onFailure, deadline }: Course,
  inTime: InTime,
): Promise<ReadonlyMap<string, Listing>> => {
  let closed: Failed | null = null;
  const close = async (failed: Failed): Promise<Failed> => {
    if (closed) return closed;
    if (failed === outOfTime || (failed.outcome.kind === 'retry' && failed.outcome.pause)) closed = failed;
    await onFailure(failed.outcome);
    return failed;
  };
  const isLate = (): boolean => ports.clock.now() > deadline - limits.scanRestMs - limits.listSpanMs;
  const hadAllTime = new Set(scopes.slice(0, limits.scopesAtOnceMax));
  const listings = await sideBySide(scopes, limits.scopesAtOnceMax, async (scope) => {
    const before = closed ?? (isLate() ? outOfTime : spentQuota(provider, ports.clock.now()));
    const cutOff: Listing = hadAllTime.has(scope) ? tooSlow : outOfTime;
    const listing = before ?? (await inTime((signal) => provider.list(scope, signal), cutOff));
    return [scope, listing.status === 'complete' ? listing : await close(listing)] as const;
  });
  const spent = spentQuota(provider, ports.clock.now());
  if (spent) await close(spent);
  return new Map(listings);
};

/** Reads an account: opens it, finds its scopes, lists those that are wanted. Only reads. */
export const readAccount = async (
  ports: ReadPorts,
  account: Account,
  course: Course = atLeisure,
): Promise<AccountReading> => {
  const opened: Opened = await ports.open(account);
  if (opened.status === 'error')
    return failedWhole(account, { code: 'access', message: opened.why, hint: opened.hint });
  const { provider } = opened;
  return untilLate(ports, course.deadline, async (inTime) => {
    const found = course.scopes
      ? ({ status: 'complete', scopes: course.scopes } as const)
      : await inTime((signal) => provider.scopes(signal), outOfTime);
    if (found.status !== 'complete') {
      await course.onFailure(found.outcome);
      return { ...failedWhole(account, undefined), scopes: [scopeError(account.name, found)] };
    }
    const wanted = await course.order(found.scopes);
    const read = await listAll(ports, provider, wanted, course, inTime);
    const listed = found.scopes.flatMap((scope) => {
      const listing = read.get(scope);
      return listing ? [{ scope, listing }] : [];
    });
    return {
      account,
      capabilities: provider.capabilities,
      scopes: listed.map(({ scope, listing }) =>
        listing.status === 'complete'
          ? { scope, status: 'complete' as const, webhooks: listing.webhooks.length }
          : scopeError(scope, listing),
      ),
      readings: listed.flatMap(({ scope, listing }) =>
        listing.status === 'complete' ? [{ scope, webhooks: listing.webhooks }] : [],
      ),
    };
  });
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
