import { backupKey, type CleanupRecord, recordRef } from '../audit/record.ts';
import { type CallName, isWayBack } from '../audit/states.ts';
import { type Item, putOnce } from '../audit/table.ts';
import { contentId } from '../canonical.ts';
import type { Ms } from '../clock.ts';
import { detect } from '../detect/detect.ts';
import { limits } from '../limits.ts';
import { coverOf } from '../plan/cover.ts';
import { secretsInUse } from '../plan/guards.ts';
import { ownSteps } from '../plan/plan.ts';
import { scheduleOf } from '../plan/schedule.ts';
import type { Account } from '../policy/policy.ts';
import type { Created, Listing, Outcome, Provider } from '../providers/contract.ts';
import { backupOf, fingerprintParts, keyOf, type Webhook } from '../webhook.ts';
import { closedFor, pause, readSwitches } from './account.ts';
import { backoffMs } from './backoff.ts';
import { follow } from './follow.ts';
import type { Scene, Verdict } from './judge.ts';
import { lostCover } from './lost-cover.ts';
import type { Seen } from './population.ts';
import type { Ports } from './ports.ts';
import { markRestored } from './restore.ts';
import { renewScope, type ScopeItem } from './scope.ts';
import { claimed, moved, undone, waiting, write } from './story.ts';

/** What becomes of a message: acknowledged, or visible again after a while. */
export type Disposition = { ack: true } | { ack: false; retryMs: Ms };
export const ack: Disposition = { ack: true };
/** There is nothing to do for this message, now or later, or another of the same batch speaks for its record. */
export const spare: Disposition = { ack: true };

/** A wait as a disposition: short ones stay in the queue, long ones stand in the record and the sweep sends them again. */
export const waitFor = (ms: Ms): Disposition =>
  ms > limits.shortWaitMs ? ack : { ack: false, retryMs: Math.max(ms, 0) };

/** After some short waits in a row the sweep sends it anew, so that patience never looks like a dead letter. */
export const waitOut = ({ waits }: Pick<CleanupRecord, 'waits'>, ms: Ms): Disposition =>
  waits % shortWaitsMax === shortWaitsMax - 1 ? ack : waitFor(ms);
const shortWaitsMax = limits.receivesMax / 2;

export type Work = { at: number; record: CleanupRecord };
export type Population = {
  webhooks: ReadonlyMap<string, Webhook>;
  list: readonly Webhook[];
  at: Ms;
  believed: boolean;
};
export type Called = {
  work: Work;
  record: CleanupRecord;
  call: CallName;
  outcome: Outcome;
  sent: boolean;
  /** Of what a creation made, where its answer told. */
  createdId?: string;
};

/** One scope's jobs of one batch, under one lock. */
export type Shift = {
  ports: Ports;
  account: Account;
  scope: string;
  provider: Provider;
  deadline: Ms;
  held: ScopeItem;
  /** What was busy when the lock was taken. */
  found: ScopeItem['busy'];
  /** Webhooks for which a call may be out, and whether its answer came back to us. */
  called: Map<string, boolean>;
  seen: Seen;
  /** What restores of this batch are created from. */
  creations: Scene['creations'];
  /** What DNS says now of the hosts that a step depends on. */
  names?: Scene['names'];
  done: Map<number, Disposition>;
  missing: ScopeItem['missing'];
};

/** Lets records wait until one common time, unless somebody else moved them on. */
export const postpone = async (
  ports: Ports,
  works: readonly Work[],
  until: Ms,
  reason: 'gate' | 'list' | 'backoff',
  done: Map<number, Disposition>,
): Promise<void> => {
  const now = ports.clock.now();
  await Promise.all(
    works.map(async ({ at, record }) => {
      await write(ports, record, (current) => waiting(current, until, reason));
      done.set(at, waitOut(record, until - now));
    }),
  );
};

/** @param at when the list was asked for: it shows nothing later */
export const populationOf = (
  listing: Extract<Listing, { status: 'complete' }>,
  at: Ms,
): Omit<Population, 'believed'> => ({
  webhooks: new Map(listing.webhooks.map((webhook) => [keyOf(webhook), webhook])),
  list: listing.webhooks,
  at,
});

/** Judged as of the list: what may have come after it is still open. */
export const sceneOf = (shift: Shift, population: Population, records: readonly CleanupRecord[]): Scene => {
  const { account, provider, found, seen } = shift;
  const now = population.at;
  const unsettled = records.filter(({ pending }) => pending).map(recordRef);
  const view = {
    webhooks: population.list,
    rules: account.rules,
    protect: account.protect,
    now,
    sightings: seen,
    ...ownSteps(records),
  };
  return {
    account,
    now,
    capabilities: provider.capabilities,
    cover: coverOf(population.list, new Set([...Object.keys(found), ...unsettled])),
    secretsInUse: secretsInUse(population.list),
    webhooks: population.webhooks,
    findings: detect({ ...view, scope: shift.scope, capabilities: provider.capabilities }),
    creations: shift.creations,
    names: shift.names,
    believed: population.believed,
  };
};

/** How long a list that proves nothing is waited for: the next one soon, a person's word in an hour. */
const doubtMs = (shift: Shift, tries: number): Ms =>
  shift.missing && !shift.missing.confirmed && tries > 3
    ? limits.credentialPauseMs
    : backoffMs(shift.account, tries, shift.ports.random);

/** The new webhook is marked before the old story ends: a crash in between marks it again. */
export const linkRestored = async (
  { ports }: Shift,
  record: CleanupRecord,
  verdict: Verdict,
  { webhooks }: Scene,
): Promise<void> => {
  if (verdict.do !== 'move' || verdict.restoredAs === undefined) return;
  const as = webhooks.get(keyOf({ kind: record.kind, id: verdict.restoredAs }));
  await markRestored(ports, record, as, verdict.restoredAs);
};

/** Makes a verdict without a call happen. */
export const settle = async (
  shift: Shift,
  { at, record }: Work,
  verdict: Exclude<Verdict, { do: 'call' }>,
  scene: Scene,
): Promise<void> => {
  const { ports, account, done } = shift;
  const now = ports.clock.now();
  if (verdict.do === 'wait') {
    const reason = verdict.for;
    if (reason === 'observe') return void done.set(at, waitFor(verdict.until - now));
    const soon = now + doubtMs(shift, record.waits);
    const until = reason === 'list' ? soon : Math.min(soon, verdict.until);
    await write(ports, record, (current) => waiting(current, until, reason));
    done.set(at, waitOut(record, until - now));
    return;
  }
  const { deleteAfter } = scheduleOf(account, record.canDisable, fingerprintParts(record.fingerprint).on);
  const isDeleted = verdict.do === 'move' && verdict.to === 'deleted';
  const lost = isDeleted ? await lostCover(shift, record, scene.cover) : '';
  await linkRestored(shift, record, verdict, scene);
  const written = await write(ports, record, (current) =>
    verdict.do === 'undo'
      ? undone(current, verdict.guard, current.state === 'observing' ? 'worker' : 'finish', now, ports.actor)
      : moved(current, { ...verdict, detail: verdict.detail + lost }, account, deleteAfter, now, ports.actor),
  );
  if (written.won) await follow(ports, written.item);
  done.set(at, ack);
};

/** Keeps what was judged, once per cycle, before anything is harmed. Answers its hash. */
const keepBackup = async (ports: Ports, record: CleanupRecord, webhook: Webhook): Promise<string> => {
  const backup = backupOf(webhook);
  const key = backupKey(record, record.cycle);
  const written = await putOnce<Item & { backup: typeof backup }>(ports, key, { backup });
  return contentId(written.item?.backup ?? backup);
};

/** Whether one more call may start now: not stopped, not paused, time left, lock and list fresh enough. */
const mayCall = async (shift: Shift, call: Called['call'], listAt: Ms): Promise<{ why: string; until: Ms } | null> => {
  const { ports, account, deadline } = shift;
  const closed = closedFor(await readSwitches(ports, account.name), isWayBack(call), ports.clock.now());
  if (closed) return closed;
  const now = ports.clock.now();
  if (now + 2 * limits.callTimeoutMs > deadline) return { why: 'no time left in this invocation', until: now };
  if (now - listAt > limits.listAgeMax) return { why: 'the list grew too old', until: now };
  if ((shift.held.lock?.until ?? 0) - now > 2 * limits.callTimeoutMs) return null;
  const renewed = await renewScope(ports, shift.held, now);
  if (!renewed) return { why: 'the lock was lost', until: now };
  shift.held = renewed;
  return null;
};

/** A process that stood still since it was let through may have outlived its lock. */
const outlived = ({ held, ports }: Shift): { why: string; until: Ms } | null => {
  const now = ports.clock.now();
  return (held.lock?.until ?? 0) - now < limits.callTimeoutMs
    ? { why: 'the lock would not outlast it', until: now }
    : null;
};

/** The one place from which a changing call goes out. */
const callOut = (
  { ports, provider, scope, creations }: Shift,
  call: CallName,
  record: CleanupRecord,
): Promise<Created> => {
  const creation = creations.get(recordRef(record));
  if (call !== 'create') return provider[call](scope, { kind: record.kind, id: record.webhookId }, ports.signal);
  if (!creation) throw new Error('a creation was judged without what it is created from');
  return provider.create(scope, creation, ports.signal);
};

/** A secret that was made up for us is shown once: it goes where the person said, and is said to be lost where that fails. */
const keepSecret = async (ports: Ports, record: CleanupRecord, { secret }: Created): Promise<string> => {
  if (secret === undefined) return '';
  const to = record.restore?.secretTo ?? null;
  const kept = to === null ? null : await ports.secrets?.write(to, secret);
  if (kept?.status === 'ok') return '';
  const { account, scope, webhookId } = record;
  const detail = kept?.why ?? 'no place was named for it';
  ports.log({
    level: 'error',
    message: 'a new signing secret could not be kept: roll it at the provider',
    account,
    scope,
    webhookId,
    detail,
  });
  return '; its new signing secret could not be kept: roll it at the provider';
};

/** Claims and calls. Null where somebody else was there first or the call may not start. */
export const step = async (
  shift: Shift,
  work: Work,
  call: Called['call'],
  population: Population,
): Promise<Called | null> => {
  const { ports, scope } = shift;
  const webhook = population.webhooks.get(recordRef(work.record));
  const closed = await mayCall(shift, call, population.at);
  if (closed) {
    await postpone(ports, [work], closed.until, 'gate', shift.done);
    return null;
  }
  const backup =
    isWayBack(call) || work.record.backup || !webhook ? null : await keepBackup(ports, work.record, webhook);
  const now = ports.clock.now();
  const lease = { token: ports.random.token(), until: shift.held.lock?.until ?? now };
  const quiet = call === 'disable' && { quietUntil: now + shift.provider.capabilities.lateDeliveryMs };
  const claim = await write(ports, work.record, (current) =>
    claimed({ ...current, ...quiet }, call, lease, backup, now, ports.actor),
  );
  if (!claim.won || claim.item.lease?.token !== lease.token) {
    shift.done.set(work.at, ack);
    return null;
  }
  const switches = await readSwitches(ports, shift.account.name);
  const late = closedFor(switches, isWayBack(call), ports.clock.now()) ?? outlived(shift);
  if (!late) shift.called.set(recordRef(work.record), false);
  const outcome: Created = late
    ? { kind: 'retry', why: late.why, afterMs: late.until - ports.clock.now(), pause: 'throttle' }
    : await callOut(shift, call, work.record);
  ports.log({
    level: 'info',
    message: `${call}: ${outcome.kind}`,
    account: shift.account.name,
    scope,
    webhookId: work.record.webhookId,
    detail: outcome.why,
  });
  if (outcome.kind === 'retry' && outcome.pause && !late) await pauseFor(shift, outcome);
  if (outcome.kind === 'retry' || outcome.kind === 'refused') shift.called.delete(recordRef(work.record));
  else shift.called.set(recordRef(work.record), outcome.kind !== 'unknown');
  const { secret: _, id: createdId, ...answered } = outcome;
  const why = `${outcome.why}${await keepSecret(ports, work.record, outcome)}`;
  const told = createdId === undefined ? {} : { createdId };
  return { work, record: claim.item, call, outcome: { ...answered, why } as Outcome, sent: !late, ...told };
};

export const pauseFor = async (
  { ports, account }: Shift,
  outcome: Extract<Outcome, { kind: 'retry' }>,
): Promise<Ms> => {
  const { pause: kind = 'throttle', why } = outcome;
  const least = kind === 'credential' ? limits.credentialPauseMs : limits.throttlePauseMs;
  const until = ports.clock.now() + (outcome.afterMs ?? least);
  await pause(ports, account.name, kind, until, why);
  return until;
};
