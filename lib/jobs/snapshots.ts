import { whyUnreadable } from '../audit/stored.ts';
import { change, type Draft, type Item, type Key, read } from '../audit/table.ts';
import { canonical, contentId } from '../canonical.ts';
import { iso, type Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import type { Account } from '../policy/policy.ts';
import type { ScopeScan } from './look.ts';
import { paged } from './plans.ts';
import type { Ports } from './ports.ts';
import { scopeKey } from './scope.ts';
import { rowsOf, type SnapshotRow } from './snapshot-rows.ts';

/** The first good scan of one day, UTC. Days with one and the same population share a slot of the ring. */
export type SnapshotDay = { day: string; at: Ms; hash: string; slot: number; pages: number; webhooks: number };
type SnapshotIndex = Item & { days: readonly SnapshotDay[] };
/** `day` is the one on which the slot was filled. */
type SnapshotPage = Item & { day: string; hash: string; rows: readonly SnapshotRow[] };

const indexKey = (account: string, scope: string): Key => ({ pk: scopeKey(account, scope).pk, sk: 'snapshots' });
const pageKey = ({ pk }: Key, slot: number, page: number): Key => ({ pk, sk: `population#${slot}#${page}` });

const dayMs = 24 * 3_600_000;
const dayOf = (at: Ms): string => iso(at).slice(0, 10);

/** The days that stay when one more is added. */
const recent = (days: readonly SnapshotDay[], now: Ms): SnapshotDay[] =>
  days.filter(({ at }) => at > now - limits.snapshotDaysMax * dayMs).slice(1 - limits.snapshotDaysMax);

/** With one slot a day there is always one that no day refers to. */
const freeSlot = (days: readonly SnapshotDay[]): number => {
  const taken = new Set(days.map(({ slot }) => slot));
  return Array.from({ length: limits.snapshotDaysMax }, (_, slot) => slot).findIndex((slot) => !taken.has(slot));
};

/** False where another scan of this day is filling the slot with something else. */
const fill = async (ports: Ports, key: Key, day: string, hash: string, rows: readonly SnapshotRow[]) => {
  const written = await change<SnapshotPage>(ports, key, (current) =>
    current?.day === day ? null : { next: { ...key, day, hash, rows } as Draft<SnapshotPage> },
  );
  return written.item?.hash === hash;
};

/** Why this population is not kept, or null. */
const tooLarge = (rows: readonly SnapshotRow[]): string | null => {
  const sizes = rows.map((row) => Buffer.byteLength(canonical(row)));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes > limits.snapshotBytesMax)
    return `it is of ${bytes} bytes, at most ${limits.snapshotBytesMax} of a scope are kept a day`;
  return sizes.some((size) => size > limits.itemBytesMax / 2) ? 'one webhook alone fills more than a page' : null;
};

/** Why it was not kept, or null. `known` are the days that are kept already, without today. */
const store = async (
  ports: Ports,
  key: Key,
  known: readonly SnapshotDay[],
  rows: readonly SnapshotRow[],
  now: Ms,
): Promise<string | null> => {
  const day = dayOf(now);
  const hash = contentId(rows);
  const days = recent(known, now);
  const same = days.find((one) => one.hash === hash);
  const slot = same?.slot ?? freeSlot(days);
  const pages = paged(rows);
  if (!same) {
    const why = tooLarge(rows);
    if (why !== null) return why;
    for (const [page, content] of pages.entries())
      if (!(await fill(ports, pageKey(key, slot, page), day, hash, content)))
        return 'another scan of this day keeps it';
  }
  const kept: SnapshotDay = { day, at: now, hash, slot, pages: pages.length, webhooks: rows.length };
  await change<SnapshotIndex>(ports, key, (current) =>
    current?.days.some((one) => one.day === day)
      ? null
      : { next: { ...key, days: [...recent(current?.days ?? [], now), kept] } },
  );
  return null;
};

/**
 * Keeps what the first good scan of the day saw of a scope, for `backtest`: pages first, the index last, both only once a
 * day. Never throws: what a scan found must not depend on it.
 */
export const keepSnapshot = async (
  ports: Ports,
  account: Account,
  scan: ScopeScan,
  foreign: () => Promise<ReadonlySet<string>>,
  now: Ms,
): Promise<void> => {
  const { scope } = scan.reading;
  if (!scan.believed) return;
  const told = (detail: string) =>
    ports.log({ level: 'warn', message: 'no snapshot is kept for back-tests', account: account.name, scope, detail });
  try {
    const key = indexKey(account.name, scope);
    const days = (await read<SnapshotIndex>(ports.table, key))?.days ?? [];
    if (days.some(({ day }) => day === dayOf(now))) return;
    const known = { ...scan, knows: { ...scan.knows, foreign: await foreign() } };
    const why = await store(ports, key, days, rowsOf(known), now);
    if (why !== null) told(why);
  } catch (error) {
    told(String(error));
  }
};

/** The days of which something is kept, oldest first. */
export const readSnapshotDays = async (
  { table }: Pick<Ports, 'table'>,
  account: string,
  scope: string,
): Promise<readonly SnapshotDay[]> =>
  (await read<SnapshotIndex>(table, indexKey(account, scope)))?.days.toSorted((a, b) => a.at - b.at) ?? [];

/** The population of one day; null where it is not whole or was altered. */
export const readSnapshot = async (
  { table }: Pick<Ports, 'table'>,
  account: string,
  scope: string,
  { slot, pages, hash }: SnapshotDay,
): Promise<readonly SnapshotRow[] | null> => {
  const key = indexKey(account, scope);
  const keys = Array.from({ length: pages }, (_, page) => pageKey(key, slot, page));
  const found = new Map((await table.get(keys)).map((item) => [item.sk, item]));
  const items = keys.flatMap(({ sk }) => found.get(sk) ?? []);
  if (items.some((item) => whyUnreadable(item) !== null)) return null;
  const rows = (items as SnapshotPage[]).flatMap((page) => page.rows);
  return contentId(rows) === hash ? rows : null;
};
