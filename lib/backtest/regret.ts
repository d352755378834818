import type { AuditRecord } from '../audit/printed.ts';
import { iso, type Ms } from '../clock.ts';
import { latest, timeOf } from '../detect/age.ts';
import type { Sighting } from '../detect/finding.ts';
import type { SnapshotRow } from '../jobs/snapshot-rows.ts';
import type { PlanItem } from '../plan/item.ts';
import type { RuleName } from '../policy/policy.ts';
import { sameConfig } from '../webhook.ts';

/** Why a webhook should not have gone: what was seen of it after it would have been proposed. */
export type Regret = {
  why: 'delivery' | 'enabled' | 'edited' | 'alive' | 'vetoed' | 'restored';
  /** ISO 8601. */
  at: string;
  detail: string;
};

/** Another webhook receives the same or signs instead, so deliveries say nothing for the one that goes. */
const deafTo: readonly RuleName[] = ['duplicate', 'superseded-secret'];
const heedsDeliveries = ({ findings }: PlanItem): boolean =>
  findings.some(({ proposes, rule }) => proposes && !deafTo.includes(rule));

/** What a later look says of a webhook. */
type Later = { at: Ms; enabled: boolean; success: Ms | null; fingerprint: string | null };

const laterRow = (row: SnapshotRow, at: Ms): Later => ({
  at,
  enabled: row.enabled,
  success: latest(timeOf(row.signal?.lastSuccess), timeOf(row.sighting.lastSuccess)),
  fingerprint: row.fingerprint,
});

/** @param since when it was proposed, and the webhook as it was then */
const seen = (item: PlanItem, since: { at: Ms; row: SnapshotRow }, later: Later): Regret | null => {
  const { row } = since;
  if (later.at <= since.at) return null;
  if (later.success !== null && later.success > since.at && heedsDeliveries(item))
    return { why: 'delivery', at: iso(later.success), detail: 'a delivery succeeded' };
  if (!row.enabled && later.enabled)
    return { why: 'enabled', at: iso(later.at), detail: 'somebody had switched it on again' };
  if (later.fingerprint !== null && !sameConfig(row.fingerprint, later.fingerprint))
    return { why: 'edited', at: iso(later.at), detail: 'somebody had edited it' };
  return null;
};

/** What a later snapshot says against the proposal. */
export const regretBySnapshot = (item: PlanItem, since: { at: Ms; row: SnapshotRow }, row: SnapshotRow, at: Ms) =>
  seen(item, since, laterRow(row, at));

/** What the newest good list says against the proposal. */
export const regretBySighting = (
  item: PlanItem,
  since: { at: Ms; row: SnapshotRow },
  sighting: Sighting,
  at: Ms,
): Regret | null =>
  seen(item, since, {
    at,
    enabled: sighting.offSince === undefined,
    success: timeOf(sighting.lastSuccess),
    fingerprint: null,
  });

const vetoed = { why: 'vetoed', detail: 'a person kept it' } as const;
/** What people say of it, by event. */
const words: Readonly<Record<string, Pick<Regret, 'why' | 'detail'>>> = {
  vetoed,
  restored: { why: 'restored', detail: 'a person had it put back' },
};
/** Why a cleanup ended at `kept`, by guard. */
const endings: typeof words = {
  vetoed,
  alive: { why: 'alive', detail: 'it showed a sign of life while it was observed' },
};

/** What its own cleanup said against the proposal. */
export const regretByRecord = ({ history, guard, state }: AuditRecord, since: Ms): Regret | null => {
  const after = history.filter(({ at }) => Date.parse(at) > since);
  const said = after.find(({ event }) => Object.hasOwn(words, event));
  const word = said && words[said.event];
  if (word) return { ...word, at: said.at };
  const last = after.at(-1);
  const ending = state === 'kept' && guard !== null && Object.hasOwn(endings, guard) ? endings[guard] : undefined;
  return last && ending ? { ...ending, at: last.at } : null;
};
