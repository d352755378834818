import type { AuditRecord } from '../audit/printed.ts';
import type { Ms } from '../clock.ts';
import type { Sighting } from '../detect/finding.ts';
import type { SnapshotRow } from '../jobs/snapshot-rows.ts';
import type { PlanItem } from '../plan/item.ts';
import { keyOf } from '../webhook.ts';
import type { Proposals, Snapshot } from './judge.ts';
import { type Regret, regretByRecord, regretBySighting, regretBySnapshot } from './regret.ts';

/** A webhook that one of two policies proposes, on a day on which the other does not. */
export type Tallied = {
  item: PlanItem;
  /** The first such day, and the webhook on it. */
  since: { at: Ms; row: SnapshotRow };
  /** On how many days. */
  days: number;
  regret: Regret | null;
};

/** What is proposed by `these` and not by `those`, gathered day by day; what later days say against it goes with it. */
const difference = () => {
  const found = new Map<string, Tallied>();
  const each = (regret: (key: string, tallied: Tallied) => Regret | null): void => {
    for (const [key, tallied] of found) tallied.regret ??= regret(key, tallied);
  };
  return {
    found,
    each,
    add({ at }: Snapshot, rows: ReadonlyMap<string, SnapshotRow>, these: Proposals, those: Proposals): void {
      each((key, { item, since }) => {
        const row = rows.get(key);
        return row ? regretBySnapshot(item, since, row, at) : null;
      });
      for (const [key, item] of these) {
        const row = rows.get(key);
        if (those.has(key) || !row) continue;
        const known = found.get(key);
        if (known) known.days += 1;
        else found.set(key, { item, since: { at, row }, days: 1, regret: null });
      }
    },
  };
};

/** When each policy first proposed a webhook. */
const firsts = () => {
  const at = new Map<string, Ms>();
  return {
    at,
    note(proposals: Proposals, now: Ms): void {
      for (const key of proposals.keys()) if (!at.has(key)) at.set(key, now);
    },
  };
};

/** Compares two policies over the snapshots of one scope, which come in the order of time. */
export const createTally = () => {
  const [additional, noLonger] = [difference(), difference()];
  const [present, changed] = [firsts(), firsts()];
  return {
    additional: additional.found,
    noLonger: noLonger.found,
    presentFirst: present.at,
    changedFirst: changed.at,
    add(snapshot: Snapshot, before: Proposals, after: Proposals): void {
      const rows = new Map(snapshot.rows.map((row) => [keyOf(row), row]));
      additional.add(snapshot, rows, after, before);
      noLonger.add(snapshot, rows, before, after);
      present.note(before, snapshot.at);
      changed.note(after, snapshot.at);
    },
    /** What is known beyond the last snapshot. */
    end(seen: ReadonlyMap<string, Sighting>, seenAt: Ms, records: ReadonlyMap<string, AuditRecord>): void {
      for (const { each } of [additional, noLonger])
        each((key, { item, since }) => {
          const [sighting, record] = [seen.get(key), records.get(key)];
          return (
            (record ? regretByRecord(record, since.at) : null) ??
            (sighting ? regretBySighting(item, since, sighting, seenAt) : null)
          );
        });
    },
  };
};
