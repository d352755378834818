import { backupKey, type CleanupRecord, recordRef } from '../audit/record.ts';
import { type CallName, isWayBack } from '../audit/states.ts';
import { type Item, putOnce } from '../audit/table.ts';
import { contentId } from '../canonical.ts';
import type { Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import type { Capabilities, Created, Outcome } from '../providers/contract.ts';
import { backupOf, type Webhook } from '../webhook.ts';
import { closedFor, pause, readSwitches } from './account.ts';
import type { Ports } from './ports.ts';
import { renewScope } from './scope.ts';
import { putInPlace } from './secret-place.ts';
import { ack, type Called, type Population, postpone, type Shift, type Work } from './shift.ts';
import { claimed, write } from './story.ts';
import { approachTurn, takeTurn } from './turn.ts';

/** Keeps what was judged, once per cycle, before anything is harmed. Answers its hash. */
const keepBackup = async (ports: Ports, record: CleanupRecord, webhook: Webhook): Promise<string> => {
  const backup = backupOf(webhook);
  const key = backupKey(record, record.cycle);
  const written = await putOnce<Item & { backup: typeof backup }>(ports, key, { backup });
  return contentId(written.item?.backup ?? backup);
};

/** Whether one more call may start now: not stopped, not paused, time left, lock and list fresh enough. */
const mayCall = async (shift: Shift, call: Called['call'], listAt: Ms): Promise<{ why: string; until: Ms } | null> => {
  const { ports, deadline } = shift;
  const closed = closedFor(shift.switches, isWayBack(call), ports.clock.now());
  if (closed) return closed;
  const now = ports.clock.now();
  if (now + 2 * limits.callTimeoutMs > deadline) return { why: 'no time left in this invocation', until: now };
  if (now - listAt > limits.listAgeMax) return { why: 'the list grew too old', until: now };
  if ((shift.held.lock?.until ?? 0) - now > limits.lockRestMs) return null;
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

/** Reads the switches and waits for the turn, in that order, so that what was read is fresh when the call goes out. */
const lastLook = async (shift: Shift, call: Called['call']): Promise<{ why: string; until: Ms } | null> => {
  const { ports, account } = shift;
  for (let missed = 0; missed <= limits.turnsMissedMax; missed++) {
    shift.switches = await readSwitches(ports, account.name);
    const closed = closedFor(shift.switches, isWayBack(call), ports.clock.now());
    if (closed) return closed;
    const turn = await takeTurn(shift, isWayBack(call));
    if (turn === 'go') return outlived(shift);
    if (turn !== 'again') return { why: 'its turn has not come', until: turn.until };
  }
  return { why: 'it missed its turn', until: ports.clock.now() };
};

/** The one place from which a changing call goes out. */
const callOut = (
  { ports, provider, scope, sources }: Shift,
  call: CallName,
  record: CleanupRecord,
): Promise<Created> => {
  const source = sources.get(recordRef(record));
  if (call !== 'create') return provider[call](scope, { kind: record.kind, id: record.webhookId }, ports.signal);
  if (source?.status !== 'ok') throw new Error('a creation was judged without what it is created from');
  return provider.create(scope, source.creation, ports.signal);
};

/**
 * A secret that was made up for us is told once: it goes where the person said, and is said to be lost where that fails. None is
 * lost where no place was named and the provider shows it again.
 */
const keepSecret = async (
  ports: Ports,
  record: CleanupRecord,
  { revealsSecret }: Capabilities,
  { secret }: Created,
): Promise<string> => {
  if (revealsSecret && (record.restore?.secretTo ?? null) === null) return '';
  const detail = secret === undefined ? null : await putInPlace(ports, record, secret);
  if (detail === null) return '';
  const { account, scope, kind, webhookId } = record;
  ports.log({
    level: 'error',
    message: 'a new signing secret could not be kept: roll it at the provider',
    account,
    scope,
    kind,
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
  await approachTurn(shift);
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
  const late = await lastLook(shift, call);
  if (!late) shift.called.set(recordRef(work.record), false);
  const outcome: Created = late
    ? { kind: 'retry', why: late.why, afterMs: late.until - ports.clock.now(), pause: 'throttle' }
    : await callOut(shift, call, work.record);
  ports.log({
    level: 'info',
    message: `${call}: ${outcome.kind}`,
    account: shift.account.name,
    scope,
    kind: work.record.kind,
    webhookId: work.record.webhookId,
    detail: outcome.why,
  });
  if (outcome.kind === 'retry' && outcome.pause && !late) await pauseFor(shift, outcome);
  if (outcome.kind === 'retry' || outcome.kind === 'refused') shift.called.delete(recordRef(work.record));
  else shift.called.set(recordRef(work.record), outcome.kind !== 'unknown');
  const { secret: _, id: createdId, ...answered } = outcome;
  const why = `${outcome.why}${await keepSecret(ports, work.record, shift.provider.capabilities, outcome)}`;
  const told = createdId === undefined ? {} : { createdId };
  return {
    work,
    record: claim.item,
    call,
    outcome: { ...answered, why } as Outcome,
    sent: !late,
    judged: webhook,
    ...told,
  };
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
