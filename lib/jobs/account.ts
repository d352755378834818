import { type Entry, genesis, nextEntry } from '../audit/chain.ts';
import { whyUnreadable } from '../audit/stored.ts';
import { type Change, change, type Draft, type Item, type Key, read, type WritePorts } from '../audit/table.ts';
import type { Ms } from '../clock.ts';
import { limits } from '../limits.ts';

/** One scan of an account in several parts, named by when it began. Parts of one round count up. */
export type Round = { began: Ms; part: number; policy: string };

/**
 * The item of one account: kill switch, pause, the plan that waits, and the chained history of control
 * events. The account `*` holds the switch for all.
 */
export type AccountItem = Item & {
  name: string;
  stopped?: { at: Ms; actor: string; reason: string };
  paused?: { until: Ms; why: string; kind: 'throttle' | 'credential' };
  /** The newest plan that waits for an approval, and approved plans whose records are being opened. */
  pendingPlan?: string;
  opening: readonly string[];
  /** A person has once approved something here, or the first good scan found nothing to propose. */
  introduced: boolean;
  /** A scan in several parts that is not at its end: which part comes next. */
  round?: Round;
  head: string;
  seqBefore: number;
  history: readonly Entry[];
};

export const everyAccount = '*';
export const accountKey = (name: string): Key => ({ pk: `account#${name}`, sk: 'account' });
export const controlKey = (name: string, lastSeq: number): Key => ({ pk: `account#${name}`, sk: `control#${lastSeq}` });

const emptyAccount = (name: string): Draft<AccountItem> => ({
  ...accountKey(name),
  name,
  opening: [],
  introduced: false,
  head: genesis(accountKey(name).pk),
  seqBefore: 0,
  history: [],
});

export const changeAccount = (
  ports: WritePorts,
  name: string,
  decide: (current: Draft<AccountItem>) => Change<AccountItem> | null,
) => change<AccountItem>(ports, accountKey(name), (current) => decide(current ?? emptyAccount(name)));

/** An account of which the item cannot be believed is stopped: nobody knows whether somebody stopped it. */
const orStopped = (item: Item): AccountItem => {
  const why = whyUnreadable(item);
  if (why === null) return item as AccountItem;
  const { pk, sk, version, lastWrite } = item;
  const stopped = { at: 0, actor: 'hooksweep', reason: `the item ${pk} of the table cannot be read: ${why}` };
  return { ...emptyAccount(pk.slice('account#'.length)), pk, sk, version, lastWrite, stopped };
};

/** The items of accounts that have one, by name, read consistently in one call; for reading only. */
export const readAccounts = async (
  ports: Pick<WritePorts, 'table'>,
  names: readonly string[],
): Promise<Map<string, AccountItem>> =>
  new Map((await ports.table.get(names.map(accountKey))).map(orStopped).map((item) => [item.name, item]));

/** The account's item and the switch for all, read consistently in one call. */
export const readSwitches = async (ports: WritePorts, name: string) => {
  const items = await readAccounts(ports, [name, everyAccount]);
  const own = items.get(name);
  const all = items.get(everyAccount);
  return { stopped: all?.stopped ?? own?.stopped, paused: own?.paused, own };
};

/** Why nothing may be called now, or null. A pause holds back everything, a stop all but the way back. */
export const closedFor = (
  switches: Pick<AccountItem, 'stopped' | 'paused'>,
  undo: boolean,
  now: Ms,
): { why: string; until: Ms } | null => {
  const { stopped, paused } = switches;
  if (paused && paused.until > now) return { why: `paused: ${paused.why}`, until: paused.until };
  if (stopped && !undo)
    return { why: `stopped by ${stopped.actor}: ${stopped.reason}`, until: now + 2 * limits.shortWaitMs };
  return null;
};

const full = limits.historyMax;

/** One control event, chained. Older events move to an item of their own, put before the account forgets them. */
export const control = async (
  ports: WritePorts,
  name: string,
  now: Ms,
  line: { event: string; actor: string; detail: string },
  patch: (current: Draft<AccountItem>) => Partial<AccountItem> = () => ({}),
): Promise<AccountItem> => {
  const current = await read<AccountItem>(ports.table, accountKey(name));
  const closed = current && current.history.length >= full ? current.history : null;
  const lastSeq = closed?.at(-1)?.seq ?? 0;
  if (closed)
    await change(ports, controlKey(name, lastSeq), (there) =>
      there ? null : { next: { ...controlKey(name, lastSeq), history: closed } as Draft<Item> },
    );
  const written = await changeAccount(ports, name, (base) => {
    const moved = closed !== null && base.history.at(-1)?.seq === lastSeq;
    const history = moved ? [] : base.history;
    const seqBefore = moved ? lastSeq : base.seqBefore;
    const entry = nextEntry(base.head, seqBefore + history.length + 1, now, line.event, line.actor, line.detail);
    return { next: { ...base, ...patch(base), history: [...history, entry], seqBefore, head: entry.hash } };
  });
  if (!written.won) throw new Error(`the control event for ${name} was not written`);
  return written.item;
};

/** Pauses everything that shares the limit; a shorter pause never replaces a longer one. */
export const pause = async (
  ports: WritePorts,
  name: string,
  kind: 'throttle' | 'credential',
  until: Ms,
  why: string,
) => {
  await changeAccount(ports, name, (base) =>
    base.paused && base.paused.until >= until ? null : { next: { ...base, paused: { until, why, kind } } },
  );
};

/** A working credential ends its pause. */
export const endCredentialPause = async (ports: WritePorts, item: AccountItem | undefined) => {
  if (item?.paused?.kind !== 'credential') return;
  await changeAccount(ports, item.name, (base) =>
    base.paused?.kind === 'credential' ? { next: { ...base, paused: undefined } } : null,
  );
};
