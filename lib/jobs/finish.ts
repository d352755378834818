import { type CleanupRecord, type Pending, recordRef } from '../audit/record.ts';
import { stepOfCall } from '../audit/states.ts';
import type { Written } from '../audit/table.ts';
import { iso } from '../clock.ts';
import { limits } from '../limits.ts';
import type { Webhook } from '../webhook.ts';
import { backoffMs } from './backoff.ts';
import { follow } from './follow.ts';
import { saidIn, wordOf } from './freed.ts';
import { judge, type Scene, type Verdict } from './judge.ts';
import { lostCover } from './lost-cover.ts';
import { assess } from './population.ts';
import { leftBusy } from './scope.ts';
import { type Called, linkRestored, type Population, populationOf, type Shift, sceneOf, waitOut } from './shift.ts';
import { isShownTwice, unansweredNow } from './shown-twice.ts';
import { settled, waiting, write } from './story.ts';
import { calledAt, listInTurn } from './turn.ts';

type Flags = Pick<CleanupRecord, 'offByUs' | 'deleteSent' | 'attempts'> & {
  pending: Pending | undefined;
  openUntil: number | undefined;
  over?: string;
};

/** The list shows what the call was for, whatever was answered. */
const isShown = (call: Called['call'], webhook: Webhook | undefined): boolean =>
  ({ disable: webhook?.enabled === false, enable: webhook?.enabled === true, delete: !webhook, create: false })[call];

/**
 * What a record may say after its call. Where nothing happened, by the answer and by the list, the claim's marks are taken
 * back; a throttle or a refused credential burns no attempt.
 *
 * @param after the webhooks of the list after the call; null where none came
 */
const flagsAfter = (
  { work, record, call, outcome, sent, createdId }: Called,
  after: Scene['webhooks'] | null,
): Flags => {
  const before = work.record;
  const { offByUs, deleteSent, pending } = record;
  if (outcome.kind !== 'retry' && outcome.kind !== 'refused') {
    // A list may not show yet what was created, answered or not.
    const openUntil = outcome.kind === 'unknown' || call === 'create' ? record.openUntil : before.openUntil;
    const { attempts } = record;
    return {
      offByUs,
      deleteSent,
      attempts,
      openUntil,
      pending: pending && { ...pending, outcome: outcome.kind, ...(createdId && { id: createdId }) },
    };
  }
  const attempts = outcome.kind === 'retry' && outcome.pause ? before.attempts : record.attempts;
  const { openUntil } = before;
  const nothing = !sent || (after !== null && !isShown(call, after.get(recordRef(record))));
  if (!nothing) return { offByUs, deleteSent, attempts, pending, openUntil };
  return { offByUs: before.offByUs, deleteSent: before.deleteSent, attempts, pending: before.pending, openUntil };
};

/** The mark that this shift is done with a record, where its list is the end of every call on it. */
const overAfter = (shift: Shift, { record }: Called, after: Population): Pick<Flags, 'over'> => {
  const { held, found, called } = shift;
  const owner = held.lock?.owner ?? '';
  const busy = held.busy[recordRef(record)];
  const out = !busy || leftBusy(owner, found, after, called, [recordRef(record), busy]) !== undefined;
  return out ? {} : { over: wordOf(owner, calledAt(shift)) };
};

const noteOver = ({ over, held }: Shift, written: Written<CleanupRecord>): void => {
  if (written.won && saidIn(written.item)?.owner === held.lock?.owner)
    over.set(recordRef(written.item), written.item.state);
};

/** Nothing to conclude yet: it is looked at again after a while, with what is known by then. */
const later = async (shift: Shift, called: Called, flags: Flags): Promise<void> => {
  const { ports, account, done } = shift;
  const now = ports.clock.now();
  const { outcome, record, work } = called;
  const asked = outcome.kind === 'retry' ? (outcome.afterMs ?? 0) : 0;
  const step = stepOfCall[called.call];
  const until = now + Math.max(asked, backoffMs(account, record.attempts[step], ports.random));
  const why = outcome.kind === 'retry' ? 'backoff' : 'readback';
  const since = work.record.pending?.at ?? now;
  if (now - since > limits.unknownAlarmMs)
    ports.log({
      level: 'error',
      message: `a ${called.call} has had no known outcome since ${iso(since)}`,
      account: account.name,
      scope: shift.scope,
      kind: record.kind,
      webhookId: record.webhookId,
    });
  noteOver(shift, await write(ports, record, (current) => waiting(current, until, why, flags)));
  done.set(work.at, waitOut(record, until - now));
};

const standing = (webhook: Webhook | undefined): 'on' | 'off' | 'absent' =>
  webhook ? (webhook.enabled ? 'on' : 'off') : 'absent';

const refused = ({ call, outcome, record }: Called, { webhooks }: Scene): Extract<Verdict, { do: 'move' }> => ({
  do: 'move',
  to: 'failed',
  guard: 'refused',
  detail: `${call}: ${outcome.why}`,
  leftAs: standing(webhooks.get(recordRef(record))),
});

const conclude = async (shift: Shift, called: Called, scene: Scene, after: Population): Promise<void> => {
  const flags = { ...flagsAfter(called, scene.webhooks), ...overAfter(shift, called, after) };
  const { ports, account } = shift;
  const now = ports.clock.now();
  const concluded = (record: CleanupRecord): Exclude<Verdict, { do: 'wait' | 'call' }> | null => {
    const verdict = judge(record, scene);
    if (verdict.do === 'wait') return null;
    if (verdict.do !== 'call') return verdict;
    const open = record.openUntil !== undefined && record.openUntil > scene.now;
    return called.outcome.kind === 'refused' && !open ? refused(called, scene) : null;
  };
  const first = concluded({ ...called.record, ...flags });
  if (first === null) return later(shift, called, flags);
  const lost = await lostCover(shift, { ...called.record, ...flags }, first, scene.cover, called.judged);
  await linkRestored(shift, called.record, first, scene);
  // A veto may have come while the call was out: what is there now is judged.
  const written = await write(ports, called.record, (current) => {
    const record = { ...current, ...flags };
    const verdict = concluded(record);
    if (!verdict) return waiting(record, now, 'readback');
    return settled(record, verdict, account, 0, now, ports.actor, lost);
  });
  noteOver(shift, written);
  if (written.won) await follow(ports, written.item);
  shift.done.set(called.work.at, { ack: true });
};

/** A stranger that was on and is off now counts as missing: somebody else is at work here. */
const undisturbed = (before: Population, after: Population, ours: ReadonlySet<string>): Map<string, unknown> =>
  new Map(
    [...after.webhooks].filter(
      ([id, webhook]) => ours.has(id) || webhook.enabled || before.webhooks.get(id)?.enabled !== true,
    ),
  );

/**
 * Lists again and writes down what the list proves of each call. Answers the new population, or null where no list came:
 * then the calls are read back later.
 */
export const finish = async (
  shift: Shift,
  called: readonly Called[],
  before: Population,
): Promise<Population | null> => {
  const { ports, scope, account } = shift;
  const asked = ports.clock.now();
  const listing = await listInTurn(shift);
  if (listing.status !== 'complete') {
    ports.log({
      level: 'warn',
      message: 'no list after the calls',
      account: account.name,
      scope,
      detail: listing.outcome.why,
    });
    for (const one of called) await later(shift, one, flagsAfter(one, null));
    return null;
  }
  const ours = new Set(called.map(({ record }) => recordRef(record)));
  const deleted = new Set(called.filter(({ call }) => call === 'delete').map(({ record }) => recordRef(record)));
  const after: Population = { ...populationOf(listing, asked), believed: true };
  const { missing } = assess(account, before.webhooks, undisturbed(before, after, ours), deleted);
  const twice = await isShownTwice(shift, unansweredNow(called), after.webhooks);
  const population = { ...after, believed: before.believed && missing.length === 0 && twice };
  const scene = sceneOf(
    shift,
    population,
    called.map(({ record }) => record),
  );
  for (const one of called) await conclude(shift, one, scene, population);
  return population;
};
