import {
  type CleanupRecord,
  cycleKey,
  emptyRecord,
  mark,
  move,
  note,
  type RecordedFinding,
  recordKey,
  type Subject,
} from '../audit/record.ts';
import { isOpen } from '../audit/states.ts';
import { type Change, change, type Draft, type Item, read, type Written } from '../audit/table.ts';
import type { Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import { recordGuards } from '../plan/guards.ts';
import type { PlanItem } from '../plan/item.ts';
import { scheduleOf } from '../plan/schedule.ts';
import type { Account } from '../policy/policy.ts';
import { fingerprintParts } from '../webhook.ts';
import { follow } from './follow.ts';
import type { Ports } from './ports.ts';

/** What opens a cycle: a plan's item, or a person's choice of one webhook. */
export type Opening = Subject &
  Pick<PlanItem, 'provider' | 'environment' | 'url' | 'name' | 'survivor' | 'last' | 'fingerprint'> & {
    findings: readonly RecordedFinding[];
    planId: string | null;
    rules: string;
    rest: boolean;
    hasty: boolean;
    /** The provider can switch it off, so that a notice and a disable come first. */
    canDisable: boolean;
    detail: string;
  };

export const openingOf = (item: PlanItem, planId: string, rules: string): Opening => {
  const { account, scope, kind, webhookId, provider, environment, url, name, survivor, last, fingerprint } = item;
  const proposing = item.findings.filter(({ proposes }) => proposes);
  return {
    ...{ account, scope, kind, webhookId, provider, environment, url, name, survivor, last, fingerprint },
    findings: proposing.map(({ rule, confidence, evidence }) => ({ rule, confidence, evidence })),
    planId,
    rules,
    rest: false,
    hasty: false,
    canDisable: item.via.includes('disable') || !item.enabled,
    detail: proposing.map(({ rule, evidence }) => `${rule}: ${evidence}`).join('; '),
  };
};

const fresh = (opening: Opening, base: Draft<CleanupRecord>): Draft<CleanupRecord> => {
  const { detail: _, ...said } = opening;
  const { attempts, waits, offByUs, deleteSent, backup, counted } = emptyRecord(
    opening,
    opening.provider,
    opening.environment,
  );
  const closed = {
    held: undefined,
    openUntil: undefined,
    leftAs: undefined,
    endGuard: undefined,
    veto: undefined,
    quietUntil: undefined,
    noticeAt: undefined,
    coverLost: undefined,
  };
  const reset = { attempts, waits, offByUs, deleteSent, backup, counted, restoredAs: undefined, ...closed };
  return { ...base, ...reset, ...said, seqBefore: base.seqBefore + base.history.length, history: [] };
};

const opened = (
  current: CleanupRecord | undefined,
  opening: Opening,
  by: 'scan' | 'approve' | 'enqueue',
  now: Ms,
  actor: string,
): Change<CleanupRecord> | null => {
  const due = { dueAt: now + limits.planLapseMs, waitFor: 'approval' as const };
  if (current?.state === 'proposed') {
    const { detail, ...said } = opening;
    if (current.planId === said.planId && current.fingerprint === said.fingerprint) return null;
    if (current.fingerprint === said.fingerprint) return mark(current, { ...said, ...due });
    return note(current, now, { event: 'proposed', actor, detail }, { ...said, ...due });
  }
  if (current && (isOpen(current.state) || current.state === 'disabled' || current.state === 'deleted')) return null;
  if (current && by !== 'enqueue' && recordGuards(current, opening.fingerprint, opening.rules, now).length > 0)
    return null;
  const base = fresh(opening, current ?? emptyRecord(opening, opening.provider, opening.environment));
  return move(base, 'proposed', by, now, { actor, detail: opening.detail }, { ...due, cycle: base.cycle + 1 });
};

/**
 * Opens a cycle, or renews the one that is proposed already. The story of the cycle before is put aside first.
 *
 * @returns the record as it is now; `won: false` where nothing was written (unchanged, or another cycle is open)
 */
export const propose = async (
  ports: Ports,
  opening: Opening,
  by: 'scan' | 'approve' | 'enqueue',
  now: Ms,
): Promise<Written<CleanupRecord>> => {
  const key = recordKey(opening);
  const before = await read<CleanupRecord>(ports.table, key);
  if (before && before.cycle > 0 && !isOpen(before.state)) {
    const { cycle, state, head, seqBefore, history, planId, findings, fingerprint, backup } = before;
    const closed = { cycle, state, head, seqBefore, history, planId, findings, fingerprint, backup };
    const key = cycleKey(opening, cycle);
    // A line may have come since an attempt that did not get further; stories only grow.
    await change<Item & typeof closed>(ports, key, (there) =>
      there && there.history.length >= history.length ? null : { next: { ...key, ...closed } },
    );
  }
  return change<CleanupRecord>(
    ports,
    key,
    (current) => (current?.head === before?.head ? opened(current, opening, by, now, ports.actor) : null),
    before,
  );
};

/** Agrees to a proposed record as it was reviewed. `won: false` where it is no longer what was reviewed. */
export const approveRecord = (
  ports: Ports,
  opening: Pick<Opening, keyof Subject | 'fingerprint' | 'planId' | 'hasty' | 'canDisable'>,
  account: Account,
  by: 'approve' | 'auto' | 'enqueue',
  detail: string,
  now: Ms,
  /** It waits for the canary of its plan before anything else. */
  parked = false,
): Promise<Written<CleanupRecord>> => {
  const { on } = fingerprintParts(opening.fingerprint);
  const { disableAfter } = scheduleOf(account, opening.canDisable, on);
  const first = parked
    ? ({ dueAt: now + limits.planLapseMs, waitFor: 'canary' } as const)
    : ({ dueAt: now + (opening.hasty ? 0 : (disableAfter ?? 0)), waitFor: 'notice' } as const);
  return change<CleanupRecord>(ports, recordKey(opening), (current) => {
    const reviewed = current?.state === 'proposed' && current.fingerprint === opening.fingerprint && !current.veto;
    if (!current || !reviewed || current.planId !== opening.planId) return null;
    return move(current, 'approved', by, now, { actor: ports.actor, detail }, first);
  });
};

/** Lets a parked record go on its way; its notice runs from the time it was accepted, or from the approval of its plan. */
export const unpark = async (ports: Ports, record: CleanupRecord, account: Account, approvedAt: Ms): Promise<void> => {
  const { disableAfter } = scheduleOf(account, record.canDisable, fingerprintParts(record.fingerprint).on);
  const dueAt = Math.max(ports.clock.now(), (record.noticeAt ?? approvedAt) + (disableAfter ?? 0));
  const written = await change<CleanupRecord>(
    ports,
    recordKey(record),
    (current) =>
      current?.state === 'approved' && current.waitFor === 'canary'
        ? mark(current, { dueAt, waitFor: 'notice' })
        : null,
    record,
  );
  if (written.won) await follow(ports, written.item);
};
