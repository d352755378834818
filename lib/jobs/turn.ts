import { change, type Draft } from '../audit/table.ts';
import type { Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import type { Listing, Provider } from '../providers/contract.ts';
import { type Asked, countsLists, letThrough, type Pass, passGate } from './gate.ts';
import type { ScopeItem } from './scope.ts';
import type { Shift } from './shift.ts';

/** What the gate gave a shift, and how far it is used. */
export type Passage = { pass: Pass; made: number; lastAt: Ms; busyMs: Ms; readyAt: Ms };
export const passageOf = (pass: Pass, lastAt: Ms = 0): Passage => ({ pass, made: 0, lastAt, busyMs: 0, readyAt: 0 });

/** When this shift called last, or null where nobody knows or minds: no rate is kept, or it did not call. */
export const calledAt = ({ passage }: Shift): Ms | null => (passage?.pass.turns && passage.lastAt) || null;

/** How long one call took this process lately, from one to the next, by the provider as it was opened. */
const paces = new WeakMap<Provider, Ms>();
export const paceOf = (provider: Provider): Ms =>
  provider.capabilities.oneScope ? 0 : (paces.get(provider) ?? limits.callPaceMs);

const learn = (provider: Provider, tookMs: Ms): void => {
  const before = paces.get(provider) ?? tookMs;
  paces.set(provider, Math.round(0.7 * before + 0.3 * tookMs));
};

/** When the next call may start; null where no rate is known. */
const startOf = ({ pass, made, lastAt }: Passage): Ms | null => {
  const { turns } = pass;
  if (!turns) return null;
  const after = made === 0 ? 0 : lastAt + turns.gapMs;
  return Math.max(turns.starts[made] ?? Number.POSITIVE_INFINITY, after);
};

/** Sleeps until shortly before the next call may start: what is asked of others before it is then fresh. */
export const approachTurn = async ({ ports, passage }: Shift): Promise<void> => {
  const start = passage && startOf(passage);
  if (!passage || start == null || start === Number.POSITIVE_INFINITY) return;
  const now = ports.clock.now();
  passage.busyMs = passage.made === 0 ? 0 : now - passage.lastAt;
  if (start - limits.turnLeadMs > now) await ports.clock.sleep(start - limits.turnLeadMs - now, ports.signal);
  passage.readyAt = ports.clock.now();
};

/**
 * Asks the gate anew for the calls of this shift that are still to come.
 *
 * @param wasLateMs whoever was late is as slow for the next turn, and asks for room
 */
const askAgain = async (shift: Shift, back: boolean, calls: number, wasLateMs: Ms = 0): Promise<void> => {
  const { ports, account, provider } = shift;
  const { allowances, oneScope } = provider.capabilities;
  const lateMs = Math.min(2 * wasLateMs, limits.turnLateMs);
  const asked: Asked = { slots: [], others: calls, back, perDay: 0, allowances, paceMs: paceOf(provider), lateMs };
  const now = ports.clock.now();
  const { lastAt = 0 } = shift.passage ?? {};
  if (!oneScope) {
    shift.passage = passageOf(await passGate(ports, account.name, asked, now));
    return;
  }
  const written = await change<ScopeItem>(
    ports,
    shift.held,
    (current) => {
      if (!current || current.lock?.owner !== shift.held.lock?.owner) return null;
      const { gate, pass } = letThrough(current.gate, { ...asked, alone: { calledAt: lastAt } }, now);
      const { starts: [first = 0] = [], gapMs = 0 } = pass.turns ?? {};
      shift.passage = passageOf(pass, Math.max(lastAt, first - gapMs));
      return gate && gate !== current.gate ? { next: { ...current, gate } as Draft<ScopeItem> } : null;
    },
    shift.held,
  );
  if (written.won) shift.held = written.item;
};

/**
 * Waits for the turn of the next call. Whoever comes too late for it gets another from the gate, which takes a while: then what
 * was asked before is asked again.
 */
export const takeTurn = async (shift: Shift, back: boolean): Promise<'go' | 'again' | { until: Ms }> => {
  const { ports, passage, provider } = shift;
  const start = passage && startOf(passage);
  if (!passage?.pass.turns || start == null) return 'go';
  const { turns, next } = passage.pass;
  if (start === Number.POSITIVE_INFINITY) return { until: next };
  const now = ports.clock.now();
  if (passage.made > 0 && passage.readyAt > 0) learn(provider, passage.busyMs + now - passage.readyAt);
  if (start > now) await ports.clock.sleep(start - now, ports.signal);
  const at = ports.clock.now();
  if (at <= turns.until) {
    passage.made += 1;
    passage.lastAt = at;
    return 'go';
  }
  await askAgain(shift, back, turns.starts.length - passage.made, at - start);
  await approachTurn(shift);
  return 'again';
};

/** Lists the scope of a shift, in a turn of its own where lists count. Without one in time there is no list. */
export const listInTurn = async (shift: Shift): Promise<Listing> => {
  const { ports, provider, scope } = shift;
  if (!countsLists(provider.capabilities)) return provider.list(scope, ports.signal);
  let why = 'its turn has not come';
  for (let missed = 0; missed <= limits.turnsMissedMax; missed++) {
    if (shift.passage && startOf(shift.passage) === Number.POSITIVE_INFINITY) await askAgain(shift, false, 1);
    const turn = await takeTurn(shift, false);
    if (turn === 'go') return provider.list(scope, ports.signal);
    if (turn === 'again') why = 'it missed its turn';
  }
  return { status: 'error', outcome: { kind: 'retry', why } };
};
