import { recordRef } from '../audit/record.ts';
import { keyOf } from '../webhook.ts';
import type { Called, Population, Shift, Work } from './shift.ts';
import { listInTurn } from './turn.ts';

type Pending = Work['record']['pending'];
const isUnanswered = (pending: Pending): boolean =>
  pending?.call === 'delete' && (pending.outcome === 'sent' || pending.outcome === 'unknown');

/** Deletes of earlier shifts that nobody answered. */
export const unanswered = (works: readonly Work[]): string[] =>
  works.filter(({ record }) => isUnanswered(record.pending)).map(({ record }) => recordRef(record));

/** Deletes of this shift that nobody answered. */
export const unansweredNow = (called: readonly Called[]): string[] =>
  called
    .filter(({ call, outcome }) => call === 'delete' && outcome.kind === 'unknown')
    .map(({ record }) => recordRef(record));

/**
 * A delete that nobody answered may never have gone out, and what we deleted does not count as missing: a list that leaves out
 * its webhook and nothing else looks whole. So a second one must show just the same.
 *
 * @param ids of such deletes
 * @param webhooks of the first list
 */
export const isShownTwice = async (
  shift: Shift,
  ids: readonly string[],
  webhooks: Population['webhooks'],
): Promise<boolean> => {
  const absent = ids.filter((id) => !webhooks.has(id));
  if (absent.length === 0) return true;
  const again = await listInTurn(shift);
  if (again.status !== 'complete') return false;
  return again.webhooks.length === webhooks.size && again.webhooks.every((webhook) => webhooks.has(keyOf(webhook)));
};
