import { recordKey } from '../audit/record.ts';
import { change, type Draft, type Item, type Key, read, type WritePorts } from '../audit/table.ts';
import { sha256 } from '../canonical.ts';
import { iso, type Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import type { Capabilities } from '../providers/contract.ts';
import { type RateState, reserve, type Turns } from './rate.ts';

/**
 * What all callers of one account share: the day's budget and the rate. It lies in an item of its own, so that a write of it
 * costs one unit; where the account is its one scope, in the scope's item, so that gate and lock are one write.
 */
export type Gate = {
  /** UTC day that `slots` count. */
  day: string;
  /** One slot of `slotCharacters` for each webhook's cycle that was let through. */
  slots: string;
  rate?: RateState;
};
export type GateItem = Item & { gate?: Gate };

export const gateKey = (account: string): Key => ({ pk: `account#${account}`, sk: 'gate' });
export const readGate = async (ports: Pick<WritePorts, 'table'>, account: string): Promise<Gate | undefined> =>
  (await read<GateItem>(ports.table, gateKey(account)))?.gate;

const slotCharacters = 8;
/** The slot of one webhook's cycle: a retry finds its own again. */
export const slotOf = (record: Parameters<typeof recordKey>[0] & { cycle: number }): string =>
  Buffer.from(sha256(`${recordKey(record).pk}#${record.cycle}`), 'hex')
    .toString('base64url')
    .slice(0, slotCharacters);

const eachSlot = new RegExp(`.{${slotCharacters}}`, 'g');
const slotsOn = (gate: Gate | undefined, day: string): string[] =>
  gate?.day === day ? (gate.slots.match(eachSlot) ?? []) : [];

/** How many webhooks were let through on this UTC day. */
export const usedOn = (gate: Gate | undefined, day: string): number => slotsOn(gate, day).length;

/** A request for a list takes a turn of its own. */
export const countsLists = ({ oneScope, allowances }: Capabilities): boolean =>
  oneScope === true && (allowances?.some(({ lists }) => lists) ?? false);

/** What a shift asks for: slots for what the day's budget counts, and turns for those, for `others` and for lists. */
export type Asked = {
  slots: readonly string[];
  others: number;
  /** Turns for lists: the first may be asked for at once. */
  lists?: number;
  /** Puts something back: it may have turns that are kept from everything else. */
  back: boolean;
  perDay: number;
  allowances: Capabilities['allowances'];
  paceMs: Ms;
  /** How late the caller may be for the last of its turns, beyond what costs hardly anything; absent: no more. */
  lateMs?: Ms;
  /** Only who holds the lock calls, and knows when it was used last; absent: anybody may. */
  alone?: { calledAt?: Ms };
  /** Asks for lists without the lock, where only who has it would call. */
  passing?: true;
};

/** What the gate lets through. `turns` is null where no rate is known; `next` says when there are more. */
export type Pass = { admitted: ReadonlySet<string>; turns: Turns | null; next: Ms; before: Gate | undefined };

/**
 * The gate: as many slots as the day's budget holds, and turns for them. A slot that was let through before is let through
 * again and counts once; a crash leaks none. 0 is zero. Pure.
 */
export const letThrough = (before: Gate | undefined, asked: Asked, now: Ms): { gate: Gate | undefined; pass: Pass } => {
  const day = iso(now).slice(0, 10);
  const used = slotsOn(before, day);
  const taken = new Set(used);
  const fresh = asked.slots.filter((slot) => !taken.has(slot)).slice(0, Math.max(0, asked.perDay - used.length));
  const admitted = new Set([...asked.slots.filter((slot) => taken.has(slot)), ...fresh]);
  const counted: Gate = { ...before, day, slots: [...used, ...fresh].join('') };
  const gate = fresh.length > 0 ? counted : before;
  if (!asked.allowances) return { gate, pass: { admitted, turns: null, next: now, before } };
  const { turns, state, next } = reserve(asked.allowances, before?.rate, {
    calls: asked.others + (asked.lists ?? 0) + admitted.size,
    from: asked.lists ? now : now + limits.turnLeadMs,
    paceMs: asked.paceMs,
    lateMs: asked.lateMs ?? 0,
    ...(asked.alone && { ...asked.alone, paceMs: 0, lateMs: limits.turnLateMs }),
    ...(asked.passing && { paceMs: 0, lateMs: limits.passLateMs }),
    horizonMs: asked.back ? limits.turnHorizonBackMs : limits.turnHorizonMs,
  });
  const rate: RateState = { ...state, ...(asked.passing && { passed: true }) };
  const through = turns.starts.length > 0 ? { ...counted, rate } : gate;
  return { gate: through, pass: { admitted, turns, next, before } };
};

/** The gate of who is alone, without what was let through and not used, and free when its last call allows it. */
export const givenBack = (
  gate: Gate,
  pass: Pass,
  unused: ReadonlySet<string>,
  { made, lastAt, allowances }: { made: number; lastAt: Ms; allowances: Capabilities['allowances'] },
): Gate => {
  const slots = slotsOn(gate, gate.day)
    .filter((slot) => !unused.has(slot))
    .join('');
  const [from] = pass.turns?.starts ?? [];
  if (!allowances || !pass.turns || from === undefined || gate.rate?.passed) return { ...gate, slots };
  const { gapMs } = pass.turns;
  const ask = { calls: made, from, paceMs: 0, horizonMs: limits.turnHorizonBackMs, lateMs: limits.turnLateMs };
  const { state } = reserve(allowances, pass.before?.rate, { ...ask, calledAt: from - gapMs });
  return { ...gate, slots, rate: { ...state, lanes: [made === 0 ? from : lastAt + gapMs] } };
};

/** Passes the gate where it is an item of its own. */
export const passGate = async (ports: WritePorts, account: string, asked: Asked, now: Ms): Promise<Pass> => {
  let pass = letThrough(undefined, asked, now).pass;
  await change<GateItem>(ports, gateKey(account), (current) => {
    const through = letThrough(current?.gate, asked, now);
    pass = through.pass;
    if (!through.gate || through.gate === current?.gate) return null;
    return { next: { ...current, ...gateKey(account), gate: through.gate } as Draft<GateItem> };
  });
  return pass;
};
