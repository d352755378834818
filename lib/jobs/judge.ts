import { type CleanupRecord, type Guard, recordRef } from '../audit/record.ts';
import { type CallName, isWayBack, type State } from '../audit/states.ts';
import type { Ms } from '../clock.ts';
import type { Findings } from '../detect/finding.ts';
import { type Surroundings, standingGuards } from '../plan/guards.ts';
import type { Account } from '../policy/policy.ts';
import type { Capabilities } from '../providers/contract.ts';
import { fingerprint, fingerprintParts, sameConfig, type Webhook } from '../webhook.ts';
import { groundless, isUnconfirmed } from './grounds.ts';
import type { Names } from './resolve.ts';
import type { Source } from './restore.ts';
import { standIn } from './stand-in.ts';

/** One scope as a worker finds it: everything a judgement may rest on. */
export type Scene = Surroundings & {
  capabilities: Capabilities;
  webhooks: ReadonlyMap<string, Webhook>;
  /** By today's rules, with our own steps undone. */
  findings: Findings;
  /** What restores of this batch are created from, by `keyOf`. */
  sources: ReadonlyMap<string, Source>;
  /** Webhooks on their way out by our own hand, by `keyOf`, that may look like one that is to be restored. */
  leaving?: ReadonlySet<string>;
  /** What DNS says now of the hosts that a judgement depends on. */
  names?: Names;
  /** The list may be believed. If not, nothing is harmed and nothing is concluded from absence. */
  believed: boolean;
};

/** What should happen to a record now. Exactly one of these; `worker.ts` makes it happen. */
export type Verdict =
  | { do: 'call'; call: CallName }
  | {
      do: 'move';
      to: State;
      detail: string;
      guard?: Guard['guard'];
      leftAs?: 'on' | 'off' | 'absent';
      /** The webhook that stands for it from now on. */
      restoredAs?: string;
    }
  /** Put it back as we found it, then `kept`. */
  | { do: 'undo'; guard: Guard }
  /** Nothing goes on here before a person has looked and released it. */
  | { do: 'hold'; why: string }
  | { do: 'wait'; until: Ms; for: 'observe' | 'list' | 'readback' };

const changed = (detail: string): Guard => ({ guard: 'changed', detail });
const alive = (detail: string): Guard => ({ guard: 'alive', detail });

/** The first guard that speaks against going on, our own step undone; null where none does. */
const guardAgainst = (record: CleanupRecord, webhook: Webhook, scene: Scene): Guard | null => {
  if (record.veto) return { guard: 'vetoed', detail: `vetoed by ${record.veto.actor}: ${record.veto.reason}` };
  const planned = fingerprintParts(record.fingerprint);
  const { guards } = standingGuards(webhook, planned.on, scene, isLastAgreed(record, scene.account));
  const [first] = guards;
  if (first) return first;
  return groundless(record, webhook, scene);
};

/** In a sandbox `keepLast: false` lifts the rule; on production only what was agreed for the item (`record.last`). */
export const isLastAgreed = ({ last }: Pick<CleanupRecord, 'last'>, { keepLast, environment }: Account): boolean =>
  !keepLast && (environment === 'sandbox' || last);

/** Somebody else's hand on it, against how the record expects it; null where it is as expected. */
const strangersHand = (record: CleanupRecord, webhook: Webhook, expectOn: boolean): Guard | null => {
  if (!sameConfig(record.fingerprint, fingerprint(webhook))) return changed('somebody edited it since it was planned');
  if (webhook.enabled === expectOn) return null;
  return webhook.enabled ? alive('somebody switched it on') : changed('somebody switched it off since it was planned');
};

const attemptsLeft = (record: CleanupRecord, step: 'disable' | 'delete' | 'restore', { account }: Scene): boolean =>
  record.attempts[step] < account.retry.attempts;

type Judge = (record: CleanupRecord, webhook: Webhook, scene: Scene) => Verdict;

const keep = (guard: Guard): Verdict => ({ do: 'move', to: 'kept', guard: guard.guard, detail: guard.detail });

/** Kept as found: put back first where it is off because of us. */
const stop = (record: CleanupRecord, guard: Guard): Verdict => (record.offByUs ? { do: 'undo', guard } : keep(guard));

const judgeApproved: Judge = (record, webhook, scene) => {
  const planned = fingerprintParts(record.fingerprint);
  const guard = strangersHand(record, webhook, planned.on) ?? guardAgainst(record, webhook, scene);
  if (guard) return keep(guard);
  if (webhook.enabled && scene.capabilities.disable.includes(webhook.kind)) return { do: 'call', call: 'disable' };
  const why = webhook.enabled ? 'this provider cannot switch off' : 'it is switched off already';
  return { do: 'move', to: record.rest ? 'kept' : 'observing', detail: why };
};

const judgeDisabling: Judge = (record, webhook, scene) => {
  const edited = strangersHand(record, webhook, webhook.enabled);
  if (edited) return stop(record, edited);
  const guard = guardAgainst(record, webhook, scene);
  if (guard) return stop(record, guard);
  if (!webhook.enabled)
    return { do: 'move', to: record.rest ? 'disabled' : 'observing', detail: 'the list shows it switched off' };
  if (attemptsLeft(record, 'disable', scene)) return { do: 'call', call: 'disable' };
  const detail = `still switched on after ${record.attempts.disable} attempts`;
  return { do: 'move', to: 'failed', detail, leftAs: 'on' };
};

/** Before a delete it is expected as our own step left it. */
const expectedOn = (record: CleanupRecord): boolean => !record.offByUs && fingerprintParts(record.fingerprint).on;

const judgeObserving: Judge = (record, webhook, scene) => {
  const guard = strangersHand(record, webhook, expectedOn(record)) ?? guardAgainst(record, webhook, scene);
  if (guard) return webhook.enabled ? keep(guard) : stop(record, guard);
  if (record.dueAt !== undefined && record.dueAt > scene.now)
    return { do: 'wait', until: record.dueAt, for: 'observe' };
  return { do: 'call', call: 'delete' };
};

const judgeDeleting: Judge = (record, webhook, scene) => {
  const guard = strangersHand(record, webhook, expectedOn(record)) ?? guardAgainst(record, webhook, scene);
  if (guard) return webhook.enabled ? keep(guard) : stop(record, guard);
  if (attemptsLeft(record, 'delete', scene)) return { do: 'call', call: 'delete' };
  const detail = `still listed after ${record.attempts.delete} attempts`;
  return { do: 'move', to: 'failed', detail, leftAs: webhook.enabled ? 'on' : 'off' };
};

const judgeRestoring: Judge = (record, webhook, scene) => {
  const to = record.returnTo?.state ?? 'kept';
  // Found off and on by now, it was somebody else: there is nothing of ours to put back.
  if (webhook.enabled || !fingerprintParts(record.fingerprint).on)
    return {
      do: 'move',
      to,
      guard: record.returnTo?.guard ?? undefined,
      detail: record.returnTo?.detail ?? 'as found',
    };
  if (attemptsLeft(record, 'restore', scene)) return { do: 'call', call: 'enable' };
  const detail = `still switched off after ${record.attempts.restore} attempts to put it back`;
  return { do: 'move', to: 'failed', detail, leftAs: 'off' };
};

const judges: Readonly<Partial<Record<State, Judge>>> = {
  approved: judgeApproved,
  disabling: judgeDisabling,
  observing: judgeObserving,
  deleting: judgeDeleting,
  restoring: judgeRestoring,
};

/** What is said of a secret that the provider makes up, where no answer of a creation brought it. */
const secretLeft = ({ kind, pending, restore }: CleanupRecord, { capabilities }: Scene): string =>
  capabilities.issuesSecret?.includes(kind) && pending?.outcome !== 'done'
    ? `; where its signing secret is not at ${restore?.secretTo}, roll it at the provider`
    : '';

/**
 * A person wants it back and it is gone: what stands in for it is adopted, be it ours from an answer that was lost or
 * somebody else's; else it is created from its backup.
 */
const judgeCreation = (record: CleanupRecord, scene: Scene): Verdict => {
  const source = scene.sources.get(recordRef(record));
  if (source?.status !== 'ok') return { do: 'hold', why: source?.why ?? 'what it is created from was not read' };
  const { creation } = source;
  const { pending, openUntil } = record;
  const made = pending?.call === 'create' ? pending : undefined;
  const there = standIn(scene.webhooks.values(), creation, made, scene.leaving);
  if (there) {
    const detail = `it is back as ${there.id}${secretLeft(record, scene)}`;
    return { do: 'move', to: 'restored', detail, restoredAs: there.id };
  }
  // A second one would deliver twice: until the first can come no more, it is waited for.
  if (made && openUntil !== undefined && openUntil > scene.now)
    return { do: 'wait', until: openUntil, for: 'readback' };
  if (creation.kind === 'signing-secret' && made)
    return { do: 'move', to: 'failed', detail: 'whether a secret was created is not known: look', leftAs: 'absent' };
  if (attemptsLeft(record, 'restore', scene)) return { do: 'call', call: 'create' };
  const detail = `not listed after ${record.attempts.restore} attempts to create it`;
  return { do: 'move', to: 'failed', detail, leftAs: 'absent' };
};

/** What absence from a complete and believed list means. */
const absent = (record: CleanupRecord, scene: Scene): Verdict => {
  if (record.state === 'restoring' && record.returnTo?.state === 'restored') return judgeCreation(record, scene);
  if (record.state === 'restoring')
    return {
      do: 'move',
      to: 'failed',
      detail: `${record.deleteSent ? 'our delete took effect' : 'it is no longer there'}: it cannot be put back`,
      leftAs: 'absent',
    };
  if (record.deleteSent) return { do: 'move', to: 'deleted', detail: 'a complete list no longer shows it' };
  return { do: 'move', to: 'gone', detail: 'somebody else removed it: a complete list does not show it' };
};

const isHarm = (verdict: Verdict): boolean => verdict.do === 'call' && !isWayBack(verdict.call);

/** Ends that say how the webhook stands: not before an effect can come no more that nobody answered for. */
const isEndInPlace = (verdict: Verdict): boolean =>
  verdict.do === 'move' && (verdict.to === 'kept' || verdict.to === 'failed' || verdict.to === 'restored');

/**
 * Judges one open record on a fresh list. Pure.
 *
 * On a list that cannot be believed nothing is harmed and absence means nothing; what is off because of us may still be put
 * back, since that needs no proof. The same holds where only the absence of its host speaks for it and DNS does not answer.
 */
export const judge = (record: CleanupRecord, scene: Scene): Verdict => {
  const webhook = scene.webhooks.get(recordRef(record));
  const doubt: Verdict = { do: 'wait', until: scene.now, for: 'list' };
  if (!webhook) return scene.believed ? absent(record, scene) : doubt;
  const verdict = judges[record.state]?.(record, webhook, scene);
  if (!verdict) throw new Error(`a record that is ${record.state} has no step to judge`);
  if (isHarm(verdict) && (!scene.believed || isUnconfirmed(record, webhook, scene))) return doubt;
  const open = record.openUntil !== undefined && record.openUntil > scene.now ? record.openUntil : null;
  return open !== null && isEndInPlace(verdict) ? { do: 'wait', until: open, for: 'readback' } : verdict;
};
