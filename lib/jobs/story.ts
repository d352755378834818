import { type CleanupRecord, type Guard, hold, isFull, mark, move, type Pending, recordKey } from '../audit/record.ts';
import { type By, isOpen, isWayBack, type State, stepOfCall } from '../audit/states.ts';
import { type Change, change, type Written } from '../audit/table.ts';
import type { Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import type { Account } from '../policy/policy.ts';
import type { Verdict } from './judge.ts';
import type { Ports } from './ports.ts';

type Move = Extract<Verdict, { do: 'move' }>;

/** Who moves a record on from here when a worker does it. */
const by: Readonly<Partial<Record<State, By>>> = {
  approved: 'worker',
  observing: 'worker',
  disabling: 'finish',
  deleting: 'finish',
  restoring: 'finish',
};

/** When the wait of a state that was just reached is over. Where nothing can be switched off, the wait began at the approval. */
const waitOf = (record: CleanupRecord, to: State, account: Account, deleteAfter: Ms, now: Ms) => {
  if (to !== 'observing') return {};
  const observe = record.hasty ? 0 : record.state === 'approved' ? deleteAfter : account.lifecycle.observeMs;
  return { dueAt: now + observe, waitFor: 'observe' as const };
};

/** The record after a verdict's move. */
export const moved = (
  record: CleanupRecord,
  verdict: Move,
  account: Account,
  deleteAfter: Ms,
  now: Ms,
  actor: string,
) => {
  const patch = {
    ...waitOf(record, verdict.to, account, deleteAfter, now),
    pending: undefined,
    ...(verdict.to === 'kept' || verdict.to === 'restored' ? { offByUs: false } : {}),
    ...(verdict.guard && { endGuard: verdict.guard }),
    ...(verdict.leftAs && { leftAs: verdict.leftAs }),
    ...(verdict.restoredAs && { restoredAs: verdict.restoredAs }),
  };
  const detail = verdict.guard ? `${verdict.guard}: ${verdict.detail}` : verdict.detail;
  return move(record, verdict.to, by[record.state] ?? 'worker', now, { actor, detail }, patch);
};

/** Sent back to how we found it; the way there waits for nothing. */
export const undone = (
  record: CleanupRecord,
  guard: Guard,
  by: 'worker' | 'finish' | 'veto' | 'sweep' | 'scan',
  now: Ms,
  actor: string,
): Change<CleanupRecord> => {
  const returnTo = { state: 'kept' as const, guard: guard.guard, detail: guard.detail };
  const line = { actor, detail: `putting it back: ${guard.guard}: ${guard.detail}` };
  return move(record, 'restoring', by, now, line, { returnTo, dueAt: now, waitFor: 'now', pending: undefined });
};

/**
 * A verdict that needs neither a call nor a wait, as the change that makes it so.
 *
 * @param lost what `lostCover` said: it is added to the story, and the record is marked so that people are told
 */
export const settled = (
  record: CleanupRecord,
  verdict: Exclude<Verdict, { do: 'call' | 'wait' }>,
  account: Account,
  deleteAfter: Ms,
  now: Ms,
  actor: string,
  lost = '',
): Change<CleanupRecord> => {
  const told: CleanupRecord = lost === '' ? record : { ...record, coverLost: true };
  if (verdict.do === 'hold') return hold(told, now, actor, verdict.why);
  if (verdict.do === 'move')
    return moved(told, { ...verdict, detail: verdict.detail + lost }, account, deleteAfter, now, actor);
  return undone(told, verdict.guard, record.state === 'observing' ? 'worker' : 'finish', now, actor);
};

/** The record as a worker claims it for one call. Attempts count here, so that a crash costs one. */
export const claimed = (
  record: CleanupRecord,
  call: Pending['call'],
  lease: { token: string; until: Ms },
  backup: string | null,
  now: Ms,
  actor: string,
): Change<CleanupRecord> => {
  const step = stepOfCall[call];
  const to = ({ disable: 'disabling', delete: 'deleting', restore: 'restoring' } as const)[step];
  const attempts = { ...record.attempts, [step]: record.attempts[step] + 1 };
  const patch = {
    attempts,
    lease,
    pending: { call, at: now, outcome: 'sent' as const },
    openUntil: lease.until + limits.lateEffectMs,
    dueAt: record.dueAt,
    waitFor: 'lease' as const,
    over: undefined,
    counted: record.counted || !isWayBack(call),
    offByUs: record.offByUs || call === 'disable',
    deleteSent: record.deleteSent || call === 'delete',
    backup: record.backup ?? backup,
  };
  // That it is due stays as it is: its index row would move twice for nothing, and a lease makes the sweep wait.
  const due = [
    { attribute: 'dueAt', is: 'atMost', value: now },
    { attribute: 'held', is: 'absent' },
    { attribute: 'cycle', is: 'equal', value: record.cycle },
  ] as const;
  const again = record.state === to;
  const change = again
    ? mark(record, patch)
    : move(record, to, 'claim', now, { actor, detail: `calling the provider: ${call}` }, patch);
  return { ...change, condition: [...(change.condition ?? []), ...due] };
};

/** Waits with its attempt spent or given back, by `dueAt`. */
export const waiting = (
  record: CleanupRecord,
  until: Ms,
  waitFor: NonNullable<CleanupRecord['waitFor']>,
  patch: Partial<Pick<CleanupRecord, 'attempts' | 'pending' | 'openUntil' | 'offByUs' | 'deleteSent' | 'over'>> = {},
): Change<CleanupRecord> =>
  mark(record, { ...patch, dueAt: until, waitFor, waits: record.waits + 1, lease: undefined });

/** Still the story that was read: nobody wrote in between, or the lease is still ours and its new head is followed. */
const isOurs = (current: CleanupRecord, read: CleanupRecord): boolean =>
  current.version === read.version || (read.lease !== undefined && current.lease?.token === read.lease.token);

/** One change of a record that was read as `record`. Full histories are held instead of growing; ends always fit. */
export const write = (
  ports: Ports,
  record: CleanupRecord,
  decide: (current: CleanupRecord) => Change<CleanupRecord> | null,
): Promise<Written<CleanupRecord>> =>
  change<CleanupRecord>(
    ports,
    recordKey(record),
    (current) => {
      const next = current && isOurs(current, record) ? decide(current) : null;
      if (!current || !next) return null;
      const grows = next.next.history.length > current.history.length;
      const ends = !isOpen(next.next.state) || next.next.state === 'restoring';
      return grows && !ends && isFull(current)
        ? hold(current, ports.clock.now(), ports.actor, 'its history is full; look at it, then release or veto it')
        : next;
    },
    record,
  );
