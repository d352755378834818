import type { CleanupRecord } from '../audit/record.ts';
import type { Step } from '../audit/states.ts';
import { readable } from '../audit/stored.ts';
import { type Change, change, type Draft, type Item, type Key, read, type WritePorts } from '../audit/table.ts';
import type { Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import type { Webhook } from '../webhook.ts';
import { asFreed, calledBefore, freed } from './freed.ts';
import type { Gate } from './gate.ts';
import { withGone } from './gone.ts';

/** An id that some worker may be changing right now, or may still be: it counts as switched off. */
export type Busy = {
  token: string;
  at: Ms;
  step: Step;
  /** The call came back with an answer, and none before it is still out: a list that shows its effect is the end of it. */
  answered?: boolean;
};

/**
 * The item of one scope: the lock under which its webhooks are changed, and what is known of its population as a whole.
 *
 * Who holds the lock is `lock.owner`. An id leaves `busy` only by the present owner's write, after a list that shows the
 * effect, or one so late that no effect can come any more.
 */
export type ScopeItem = Item & {
  account: string;
  scope: string;
  lock?: { owner: string; until: Ms };
  busy: Readonly<Record<string, Busy>>;
  /** The account's gate, where the account is its one scope. */
  gate?: Gate;
  lastGood?: { at: Ms; webhooks: number; pages: number };
  lastScan?: {
    at: Ms;
    status: 'complete' | 'incomplete' | 'error';
    code?: string;
    message?: string;
    /** What a scan in several parts proposes here, kept for its last part. */
    found?: { pages: number; hash: string };
  };
  /** Hash of a set of missing ids that was seen once, and whether a second list or a person confirmed it. */
  missing?: { hash: string; confirmed: boolean };
  /** Those that went by our deletes since `lastGood`, as `markOf` marks them; not all of them. */
  gone?: string;
};

export const scopeKey = (account: string, scope: string): Key => ({
  pk: `scope#${account}#${encodeURIComponent(scope)}`,
  sk: 'scope',
});

const emptyScope = (account: string, scope: string): Draft<ScopeItem> => ({
  ...scopeKey(account, scope),
  account,
  scope,
  busy: {},
});

export const readScope = (ports: WritePorts, account: string, scope: string) =>
  read<ScopeItem>(ports.table, scopeKey(account, scope));

type ScopeNames = Item & { scopes: readonly string[] };
const namesKey = (account: string): Key => ({ pk: `account#${account}`, sk: 'scopes' });

/** The scopes that the last scan found at an account; empty before the first. */
export const readScopeNames = async (ports: Pick<WritePorts, 'table'>, account: string): Promise<readonly string[]> =>
  (await read<ScopeNames>(ports.table, namesKey(account)))?.scopes ?? [];

/** The items of all scopes that the last scans of these accounts found. */
export const readScopesOf = async ({ table }: Pick<WritePorts, 'table'>, accounts: readonly string[]) => {
  const names = readable<ScopeNames>(await table.get(accounts.map(namesKey)));
  const keys = names.flatMap(({ pk, scopes }) => scopes.map((scope) => scopeKey(pk.slice('account#'.length), scope)));
  return readable<ScopeItem>(await table.get(keys));
};

export const noteScopeNames = async (ports: WritePorts, account: string, scopes: readonly string[]): Promise<void> => {
  await change<ScopeNames>(ports, namesKey(account), (current) =>
    current && current.scopes.join('\n') === scopes.join('\n') ? null : { next: { ...namesKey(account), scopes } },
  );
};

/** Changes what is known of a scope; lock and `busy` stay as they are. */
export const noteScope = async (
  ports: WritePorts,
  account: string,
  scope: string,
  patch: (current: Draft<ScopeItem>) => Partial<Pick<ScopeItem, 'lastGood' | 'lastScan' | 'missing' | 'gate'>>,
): Promise<void> => {
  await change<ScopeItem>(ports, scopeKey(account, scope), (current) => {
    const base = current ?? emptyScope(account, scope);
    const patched = patch(base);
    return { next: { ...base, ...patched, gone: patched.lastGood ? undefined : base.gone } };
  });
};

/** What is known of a scope, for reading only; ids in `busy` are those that somebody may be changing now. */
export const readScopeNow = async (
  ports: WritePorts,
  account: string,
  scope: string,
): Promise<ScopeItem | undefined> => {
  const item = await readScope(ports, account, scope);
  return item && asFreed(item, await freed(ports, item));
};

/**
 * What becomes of the gate in the write that takes the lock, or until when it is closed; then nothing is taken. `calledAt`:
 * when who held the lock before called last, where his records say so.
 */
export type TakeAlong = (gate: Gate | undefined, calledAt?: Ms) => { gate: Gate | undefined } | { until: Ms };

/**
 * Takes the lock and marks the ids as busy, in one write. `found` is what was busy before. Otherwise: until when somebody else
 * may hold it.
 *
 * @param records of these ids, as they were read
 * @param pass the gate in the same write
 */
export const takeScope = async (
  ports: WritePorts,
  account: string,
  scope: string,
  steps: ReadonlyMap<string, Step>,
  owner: string,
  now: Ms,
  records: readonly CleanupRecord[] = [],
  pass: TakeAlong = (gate) => ({ gate }),
): Promise<{ held: ScopeItem; found: ScopeItem['busy'] } | { until: Ms }> => {
  let found: ScopeItem['busy'] = {};
  let closedUntil: Ms | null = null;
  const known = await readScope(ports, account, scope);
  const told = await freed(ports, known, records);
  const written = await change<ScopeItem>(
    ports,
    scopeKey(account, scope),
    (current) => {
      const base = asFreed(current ?? emptyScope(account, scope), told);
      if (base.lock && base.lock.until > now && base.lock.owner !== owner) return null;
      const through = pass(base.gate, base.lock ? undefined : calledBefore(current?.lock, told));
      closedUntil = 'until' in through ? through.until : null;
      if ('until' in through) return null;
      found = base.busy;
      const ours = [...steps].map(([id, step]) => [id, { token: owner, at: now, step }] as const);
      const busy = { ...base.busy, ...Object.fromEntries(ours) };
      const { gate } = through;
      return { next: { ...base, busy, lock: { owner, until: now + limits.scopeLeaseMs }, ...(gate && { gate }) } };
    },
    known,
  );
  return written.won ? { held: written.item, found } : { until: closedUntil ?? written.item?.lock?.until ?? now };
};

const asOwner =
  (owner: string, next: (current: ScopeItem) => Draft<ScopeItem>) =>
  (current: ScopeItem | undefined): Change<ScopeItem> | null =>
    current?.lock?.owner === owner ? { next: next(current) } : null;

/** Makes the lock outlast one more call, whose end counts from now. Null where it was lost: nothing may be called any more. */
export const renewScope = async (ports: WritePorts, held: ScopeItem, now: Ms): Promise<ScopeItem | null> => {
  const owner = held.lock?.owner ?? '';
  const lock = { owner, until: now + limits.scopeLeaseMs };
  const written = await change<ScopeItem>(
    ports,
    held,
    asOwner(owner, (current) => {
      const ours = Object.entries(current.busy).map(
        ([id, one]) => [id, one.token === owner ? { ...one, at: now } : one] as const,
      );
      return { ...current, lock, busy: Object.fromEntries(ours) };
    }),
    held,
  );
  return written.won ? written.item : null;
};

/**
 * What a list proves of a busy id: the effect is there, or can no longer come. A call that nobody answered for may still
 * come after a list shows its effect, and undo what was done since.
 */
const isSettled = (busy: Busy, webhook: Webhook | undefined, listedAt: Ms): boolean => {
  const shows = { disable: !webhook?.enabled, delete: !webhook, restore: webhook?.enabled === true }[busy.step];
  return (shows && busy.answered === true) || listedAt - busy.at > limits.scopeLeaseMs + limits.lateEffectMs;
};

/** The newest complete list under a lock. */
type Shown = { webhooks: ReadonlyMap<string, Webhook>; at: Ms } | null;

/**
 * What stays busy of one id when its shift ends. Ids of ours without a call are as busy as they were found; the others leave
 * `busy` only as far as the list proves it.
 *
 * @param found what was busy when the lock was taken
 * @param called ids of ours for which a call may have gone out, and whether it was answered
 */
export const leftBusy = (
  owner: string,
  found: ScopeItem['busy'],
  list: Shown,
  called: ReadonlyMap<string, boolean>,
  [id, busy]: readonly [string, Busy],
): Busy | undefined => {
  const stillOut = (one: Busy | undefined): Busy | undefined =>
    !one || (list && isSettled(one, list.webhooks.get(id), list.at)) ? undefined : one;
  if (busy.token !== owner) return stillOut(busy);
  const before = stillOut(found[id]);
  if (!called.has(id)) return before;
  return stillOut({ ...busy, answered: called.get(id) === true && before === undefined }) ?? before;
};

/**
 * Gives the lock back, with what stays busy.
 *
 * @param deleted ids of which this shift wrote down that they are gone by our delete
 */
export const releaseScope = async (
  ports: WritePorts,
  held: ScopeItem,
  found: ScopeItem['busy'],
  list: Shown,
  called: ReadonlyMap<string, boolean>,
  missing: ScopeItem['missing'],
  mend: (gate: Gate) => Gate = (gate) => gate,
  deleted: readonly string[] = [],
): Promise<void> => {
  const owner = held.lock?.owner ?? '';
  const free = (current: ScopeItem): Draft<ScopeItem> => ({
    ...current,
    lock: undefined,
    busy: Object.fromEntries(
      Object.entries(current.busy).flatMap(([id, busy]) => {
        const left = leftBusy(owner, found, list, called, [id, busy]);
        return left ? [[id, left]] : [];
      }),
    ),
    missing,
    gone: withGone(current.gone, deleted),
    ...(current.gate && { gate: mend(current.gate) }),
  });
  await change<ScopeItem>(ports, held, asOwner(owner, free), held);
};
