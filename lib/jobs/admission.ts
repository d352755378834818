import { recordRef } from '../audit/record.ts';
import { isWayBack } from '../audit/states.ts';
import { iso, type Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import type { Account } from '../policy/policy.ts';
import type { Provider } from '../providers/contract.ts';
import { type Asked, countsLists, type Gate, givenBack, letThrough, passGate, readGate, slotOf } from './gate.ts';
import type { Ports } from './ports.ts';
import type { TakeAlong } from './scope.ts';
import { type Called, type Disposition, overBudget, postpone, type Shift, type Work, waitFor } from './shift.ts';
import { type Passage, paceOf, passageOf } from './turn.ts';

export type CallWork = { work: Work; call: Called['call'] };

const nextDay = (now: Ms): Ms => Date.parse(`${iso(now).slice(0, 10)}T00:00:00Z`) + 86_400_000;

/** Back in time for a turn, not so early that it stands in the way of others. */
const backFor = (next: Ms, now: Ms): Ms => Math.max(now + 1000, next - limits.turnHorizonMs / 2);

/** Waits in the queue while that is short; who was handed out often already waits in its record, and never looks dead. */
export const waitInQueue = async (ports: Ports, works: readonly Work[], until: Ms, done: Map<number, Disposition>) => {
  const now = ports.clock.now();
  const patient = works.filter(({ receives }) => receives < limits.receivesMax / 2);
  for (const { at } of patient) done.set(at, waitFor(until - now));
  const tired = works.filter((work) => !patient.includes(work));
  if (tired.length > 0) await postpone(ports, tired, Math.max(until, now + limits.shortWaitMs + 1), 'gate', done);
};

/** One before the calls of a shift and one after them. */
const listsAround = ({ capabilities }: Provider): number => (countsLists(capabilities) ? 2 : 0);

const askFor = (
  { limits: { perDay } }: Account,
  provider: Provider,
  harm: readonly Work[],
  back: readonly Work[],
): Asked => {
  const fresh = harm.filter(({ record }) => !record.counted);
  return {
    slots: fresh.map(({ record }) => slotOf(record)),
    others: harm.length - fresh.length + back.length,
    lists: listsAround(provider),
    back: back.length > 0,
    perDay: perDay.count,
    allowances: provider.capabilities.allowances,
    paceMs: paceOf(provider),
  };
};

/**
 * How the lock is taken together with the gate, where both are one item: for all jobs as if each called. Answers until when it
 * is closed where no turn is left. `passage` is what came of it.
 */
export const takingAlong = (account: Account, provider: Provider, works: readonly Work[], now: Ms) => {
  const isBack = ({ record }: Work): boolean => record.state === 'restoring';
  const asked = askFor(
    account,
    provider,
    works.filter((work) => !isBack(work)),
    works.filter(isBack),
  );
  const result: { passage?: Passage } = {};
  const pass: TakeAlong = (before, calledAt) => {
    if (!provider.capabilities.oneScope) return { gate: before };
    const { gate, pass } = letThrough(before, { ...asked, alone: { calledAt } }, now);
    const wanted = Math.min(1, asked.others + pass.admitted.size) + (asked.lists ?? 0);
    if (pass.turns && pass.turns.starts.length < wanted) return { until: backFor(pass.next, now) };
    result.passage = passageOf(pass);
    return { gate };
  };
  return { pass, result };
};

/** Until when no turn is to be had, before anything is listed for it; null where one may be. Only a look. */
export const closedByRate = async (
  ports: Ports,
  account: Account,
  provider: Provider,
  works: readonly Work[],
  now: Ms,
): Promise<Ms | null> => {
  const { allowances, oneScope } = provider.capabilities;
  if (!allowances || oneScope) return null;
  const back = works.some(({ record }) => record.state === 'restoring');
  const asked = { slots: [], others: 1, back, perDay: 0, allowances, paceMs: paceOf(provider) };
  const { pass } = letThrough(await readGate(ports, account.name), asked, now);
  return pass.turns?.starts.length === 0 ? backFor(pass.next, now) : null;
};

/**
 * Lets as many calls through as budget and rate allow, the way back first. What is denied waits without an attempt burnt. No
 * budget holds back the way back.
 */
export const admitCalls = async (shift: Shift, calls: readonly CallWork[]): Promise<readonly CallWork[]> => {
  const { ports, account, provider, done } = shift;
  const now = ports.clock.now();
  const back = calls.filter(({ call }) => isWayBack(call));
  const harm = calls.filter(({ call }) => !isWayBack(call));
  const asked = askFor(
    account,
    provider,
    harm.map(({ work }) => work),
    back.map(({ work }) => work),
  );
  const free = asked.slots.length === 0 && !asked.allowances;
  if (calls.length === 0 || (free && !shift.passage)) return calls;
  shift.passage ??= passageOf(await passGate(ports, account.name, asked, now));
  const { admitted, turns, next } = shift.passage.pass;
  const isAdmitted = ({ work: { record } }: CallWork): boolean => record.counted || admitted.has(slotOf(record));
  const refused = harm.filter((call) => !isAdmitted(call)).map(({ work }) => work);
  if (refused.length > 0) {
    overBudget(shift, `the day's budget of ${asked.perDay} for ${account.name} is used up`, refused.length);
    await postpone(ports, refused, nextDay(now), 'gate', done);
  }
  const through = [...back, ...harm.filter(isAdmitted)];
  const { made } = shift.passage;
  const left = turns ? turns.starts.length - made - Math.sign(listsAround(provider)) : through.length;
  const within = through.slice(0, Math.max(0, left));
  const late = through.slice(within.length).map(({ work }) => work);
  if (late.length > 0) await waitInQueue(ports, late, backFor(next, now), done);
  return within;
};

/** The gate as a shift leaves it that did not use all that it was let through. */
export const unusedGivenBack =
  ({ passage, tried, provider }: Shift, works: readonly Work[]) =>
  (gate: Gate): Gate => {
    if (!passage) return gate;
    const idle = works.filter(({ record }) => !record.counted && !tried.has(recordRef(record)));
    const unused = new Set(idle.map(({ record }) => slotOf(record)));
    const { allowances } = provider.capabilities;
    return givenBack(gate, passage.pass, unused, { made: passage.made, lastAt: passage.lastAt, allowances });
  };
