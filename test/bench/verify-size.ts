/** `node verify-size.ts RECORDS REPEATS`: milliseconds of this thread's CPU for one `audit verify`, page by page as the command asks. */
import { type IndexQuery, type Item, indexKeys, keyName, type Row, type Table } from '../../lib/audit/table.ts';
import { verifyPage } from '../../lib/audit/verify.ts';
import type { Spot } from '../../lib/audit/walk.ts';
import { limits } from '../../lib/limits.ts';
import { accountNamed, day, fakeProvider, testHook, webhook, world } from '../jobs/world.ts';

export type VerifyRun = { records: number; runs: number[] };

const each = 50;

/** Records whose whole story is told, proposed, approved, disabled, observed, deleted, each with its backup; and when it is. */
const deletedRecords = async (name: string) => {
  const hooks = [webhook('live', { events: ['*'] }), ...Array.from({ length: each }, (_, at) => testHook(`t${at}`))];
  const made = world([accountNamed(name)], { [name]: fakeProvider(hooks) });
  await made.scanAndApprove(name);
  await made.run(60_000, 30_000);
  made.pass(day);
  await made.run(60_000, 30_000);
  return { items: [...made.table.items.values()], now: made.now() };
};

const inOrder = (a: Row, b: Row): number => (a.at === b.at ? (a.pk < b.pk ? -1 : 1) : a.at < b.at ? -1 : 1);

/** The rows of one index under each hash, in order. */
const rowsOf = (items: readonly Item[], index: IndexQuery['index']): ReadonlyMap<string, Row[]> => {
  const [hashKey, rangeKey] = indexKeys[index];
  const rows = new Map<string, Row[]>();
  for (const { pk, sk, [hashKey]: hash, [rangeKey]: at } of items as unknown as Record<string, string>[])
    if (hash !== undefined && at !== undefined) {
      const found = rows.get(hash) ?? [];
      found.push({ pk, sk, at } as Row);
      rows.set(hash, found);
    }
  for (const found of rows.values()) found.sort(inOrder);
  return rows;
};

/** A table that is only read, and at no cost: items as they are, rows in order, and a row found at once. */
const freeTable = (items: readonly Item[]): Table => {
  const byName = new Map(items.map((item) => [keyName(item), item]));
  const indexes = { due: rowsOf(items, 'due'), time: rowsOf(items, 'time') };
  const places = new Map(
    Object.values(indexes).flatMap((rows) =>
      [...rows.values()].flatMap((found) => [...found.entries()].map(([at, row]) => [row, at] as const)),
    ),
  );
  return {
    get: async (keys) => keys.flatMap((key) => byName.get(keyName(key)) ?? []),
    put: async () => false,
    async *query({ index, hash, from, to, descending, after }) {
      const found = indexes[index].get(hash) ?? [];
      const step = descending ? -1 : 1;
      const start = after ? (places.get(after) ?? Number.NaN) + step : descending ? found.length - 1 : 0;
      for (let at = start; at >= 0 && at < found.length; at += step) {
        const row = found[at] as Row;
        if ((from === undefined || row.at >= from) && (to === undefined || row.at <= to)) yield row;
      }
    },
  };
};

const verifyAll = async (table: Table, now: number): Promise<number> => {
  let records = 0;
  for (let after: Spot | null = null; ; ) {
    const page: Awaited<ReturnType<typeof verifyPage>> = await verifyPage(table, {}, now, {
      limit: limits.pageRecordsMax,
      after,
    });
    if (page.broken.length > 0) throw new Error(`${page.broken[0]?.record}: ${page.broken[0]?.why}`);
    records += page.records;
    if (page.next === null) return records;
    after = page.next;
  }
};

const [size = 0, repeats = 0] = process.argv.slice(2).map(Number);
const items: Item[] = [];
let now = 0;
for (let at = 0; at < size / each; at++) {
  const made = await deletedRecords(`account-${at}`);
  for (const item of made.items) items.push(item);
  now = Math.max(now, made.now);
}
const table = freeTable(items);
const runs: number[] = [];
for (let run = 0; run <= repeats; run++) {
  const before = process.threadCpuUsage();
  const records = await verifyAll(table, now);
  const { user, system } = process.threadCpuUsage(before);
  if (records !== size) throw new Error(`${records} of ${size} records were found`);
  // The first run is for the compiler.
  if (run > 0) runs.push((user + system) / 1000);
}
console.log(JSON.stringify({ records: size, runs } satisfies VerifyRun));
