import { type CleanupRecord, type Guard, type RecordedFinding, recordRef } from '../audit/record.ts';
import { iso, type Ms } from '../clock.ts';
import { keyOf, type Webhook } from '../webhook.ts';
import type { Scene } from './judge.ts';

type Known = Pick<Scene, 'findings' | 'names'>;

/** What still speaks for going on: a person's own choice, and the rules that proposed it and hold today. */
const groundsOf = (record: CleanupRecord, webhook: Webhook, { findings, names }: Known): RecordedFinding['rule'][] => {
  const today = (findings.get(keyOf(webhook)) ?? []).filter(({ proposes }) => proposes).map(({ rule }) => rule);
  const isBack = names?.get(keyOf(webhook)) === 'exists';
  const holds = (rule: RecordedFinding['rule']): boolean =>
    rule === 'manual' || (today.includes(rule) && !(rule === 'unresolvable' && isBack));
  return record.findings.map(({ rule }) => rule).filter(holds);
};

/** Since when a delivery counts as a sign of life: late ones do not, once it was switched off. */
const listeningSince = (record: CleanupRecord): Ms =>
  (record.offByUs ? record.quietUntil : undefined) ?? Date.parse(record.history[0]?.at ?? '');

const signOfLife = (record: CleanupRecord, webhook: Webhook, { names }: Known): string | null => {
  const proposedBy = (rule: RecordedFinding['rule']) => record.findings.some((found) => found.rule === rule);
  if (proposedBy('unresolvable') && names?.get(keyOf(webhook)) === 'exists') return 'its host exists in DNS again';
  const success = Date.parse(webhook.signal?.lastSuccess ?? '');
  return proposedBy('stale') && success > listeningSince(record) ? `a delivery succeeded at ${iso(success)}` : null;
};

/** The guard where nothing speaks for going on any more; null where something does. */
export const groundless = (record: CleanupRecord, webhook: Webhook, known: Known): Guard | null => {
  if (groundsOf(record, webhook, known).length > 0) return null;
  const life = signOfLife(record, webhook, known);
  return life === null
    ? { guard: 'changed', detail: 'no rule that proposed it matches it any more' }
    : { guard: 'alive', detail: life };
};

/** Only the absence of its host speaks for going on, and DNS does not confirm that now. */
export const isUnconfirmed = (record: CleanupRecord, webhook: Webhook, known: Known): boolean => {
  const grounds = groundsOf(record, webhook, known);
  return grounds.every((rule) => rule === 'unresolvable') && known.names?.get(keyOf(webhook)) !== 'absent';
};

/** Webhooks whose hosts are looked up once more before a step. */
export const toLookUp = (records: readonly CleanupRecord[], { webhooks }: Pick<Scene, 'webhooks'>): Webhook[] =>
  records
    .filter(({ findings, state }) => state !== 'restoring' && findings.some(({ rule }) => rule === 'unresolvable'))
    .flatMap((record) => webhooks.get(recordRef(record)) ?? []);
