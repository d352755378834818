import { type CleanupRecord, recordRef } from '../audit/record.ts';
import type { CallName, State } from '../audit/states.ts';
import type { Ms } from '../clock.ts';
import { detect } from '../detect/detect.ts';
import { limits } from '../limits.ts';
import { coverOf } from '../plan/cover.ts';
import { secretsInUse } from '../plan/guards.ts';
import { ownSteps } from '../plan/plan.ts';
import { scheduleOf } from '../plan/schedule.ts';
import type { Account } from '../policy/policy.ts';
import type { Listing, Outcome, Provider } from '../providers/contract.ts';
import { fingerprintParts, keyOf, type Webhook } from '../webhook.ts';
import type { AccountItem } from './account.ts';
import { backoffMs } from './backoff.ts';
import { follow } from './follow.ts';
import type { Scene, Verdict } from './judge.ts';
import { lostCover } from './lost-cover.ts';
import type { Seen } from './population.ts';
import type { Ports } from './ports.ts';
import { markRestored } from './restore.ts';
import type { ScopeItem } from './scope.ts';
import { settled, waiting, write } from './story.ts';
import type { Passage } from './turn.ts';

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

export type Work = { at: number; record: CleanupRecord; receives: number };
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
  /** The webhook as the list showed it that the call was judged on; a creation has none. */
  judged: Webhook | undefined;
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
  /** Webhooks of which the record says that this shift is done with them, and how they stand there. */
  over: Map<string, State>;
  /** Webhooks that came as far as their claim. */
  tried: Set<string>;
  seen: Seen;
  /** What restores of this batch are created from. */
  sources: Scene['sources'];
  leaving?: Scene['leaving'];
  /** What DNS says now of the hosts that a step depends on. */
  names?: Scene['names'];
  /** The switches as they were read last. */
  switches: Pick<AccountItem, 'stopped' | 'paused'>;
  /** What the gate gave; absent where nobody had to ask it. */
  passage?: Passage;
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
    sources: shift.sources,
    leaving: shift.leaving,
    names: shift.names,
    believed: population.believed,
  };
};

/** How long a list that proves nothing is waited for: the next one soon, a person's word in an hour. */
const doubtMs = (shift: Shift, tries: number): Ms =>
  shift.missing && !shift.missing.confirmed && tries > 3
    ? limits.credentialPauseMs
    : backoffMs(shift.account, tries, shift.ports.random);

/**
 * What nobody can say yet is looked at soon, and then ever less often, by a factor of four: there is nothing more to do, and a
 * `cap` is for calls.
 */
const readbackMs = ({ account, ports }: Shift, waits: number): Ms => {
  const capMs = Math.max(account.retry.capMs, limits.readbackMaxMs);
  return backoffMs({ retry: { ...account.retry, capMs } }, 2 * waits, ports.random);
};

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
    const until =
      reason === 'list'
        ? now + doubtMs(shift, record.waits)
        : Math.min(now + readbackMs(shift, record.waits), verdict.until);
    await write(ports, record, (current) => waiting(current, until, reason));
    done.set(at, waitOut(record, until - now));
    return;
  }
  const { deleteAfter } = scheduleOf(account, record.canDisable, fingerprintParts(record.fingerprint).on);
  const lost = await lostCover(shift, record, verdict, scene.cover);
  await linkRestored(shift, record, verdict, scene);
  const written = await write(ports, record, (current) =>
    settled(current, verdict, account, deleteAfter, now, ports.actor, lost),
  );
  if (written.won) await follow(ports, written.item);
  done.set(at, ack);
};

/** Work that waits for tomorrow is no failure, and still somebody may want to know. */
export const overBudget = ({ ports, account, scope }: Shift, why: string, jobs: number): void =>
  ports.log({ level: 'warn', message: why, account: account.name, scope, count: { BudgetExhausted: jobs } });
