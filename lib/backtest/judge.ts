import type { Ms } from '../clock.ts';
import { detect } from '../detect/detect.ts';
import type { SnapshotRow } from '../jobs/snapshot-rows.ts';
import type { PlanItem } from '../plan/item.ts';
import { nothingKnown } from '../plan/plan.ts';
import { planScope } from '../plan/scope.ts';
import type { Account } from '../policy/policy.ts';
import type { Capabilities } from '../providers/contract.ts';
import { keyOf, type Webhook } from '../webhook.ts';

/** One scope's population as a scan found it, and when. */
export type Snapshot = { scope: string; at: Ms; rows: readonly SnapshotRow[] };

/** By `keyOf`. */
export type Proposals = ReadonlyMap<string, PlanItem>;

const webhookOf = ({ sighting, fingerprint, quietUntil, foreign, ...webhook }: SnapshotRow): Webhook => webhook;

/**
 * What a policy proposes of a population, by key: the rules and guards of a scan, at the time of that scan. What records
 * said then is left out: vetoes end when the rules change, and what was under way stands here as it was found.
 */
export const proposalsOf = (account: Account, capabilities: Capabilities, { scope, at, rows }: Snapshot): Proposals => {
  const webhooks = rows.map(webhookOf);
  const sightings = new Map(rows.map((row) => [keyOf(row), row.sighting]));
  const quietUntil = new Map(
    rows.flatMap((row) => (row.quietUntil === undefined ? [] : [[keyOf(row), row.quietUntil] as const])),
  );
  const foreign = new Set(rows.filter((row) => row.foreign).map(keyOf));
  const { rules, protect } = account;
  const known = { capabilities, sightings, offByUs: new Set<string>(), quietUntil };
  const findings = detect({ scope, webhooks, rules, protect, now: at, ...known });
  const knows = { ...nothingKnown, sightings, foreign };
  const items = planScope(account, capabilities, { scope, webhooks }, findings, knows, at);
  return new Map(
    items
      .filter(({ decision }) => decision === 'propose')
      .map((item) => [keyOf({ kind: item.kind, id: item.webhookId }), item]),
  );
};
