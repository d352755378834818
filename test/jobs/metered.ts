import { type Item, type Key, keyName, type Table } from '../../lib/audit/table.ts';

/** Bytes of a value as DynamoDB counts them (developer guide, "DynamoDB item sizes and formats"). */
const bytesOf = (value: unknown): number => {
  if (value === undefined) return 0;
  if (value === null || typeof value === 'boolean') return 1;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(Math.abs(value)).replace('.', '').length / 2) + 1;
  if (value instanceof Uint8Array) return value.length;
  if (Array.isArray(value)) return 3 + value.reduce((sum: number, one) => sum + 1 + bytesOf(one), 0);
  return 3 + Object.keys(value).length + fieldsOf(value);
};
const fieldsOf = (item: object): number =>
  Object.entries(item).reduce(
    (sum, [name, value]) => sum + (value === undefined ? 0 : Buffer.byteLength(name) + bytesOf(value)),
    0,
  );
/** What DynamoDB takes an item for. */
export const itemBytes = (item: object): number => fieldsOf(item);

const indexes = [
  ['due', 'dueAt'],
  ['month', 'day'],
] as const;
type Fields = Readonly<Record<string, unknown>>;

/** Units that the index rows of one write take: none where the row stays, one to add or remove it, two to move it. */
const indexUnits = (before: Fields | undefined, after: Fields): number =>
  indexes
    .map(([hash, range]) => {
      const row = (item: Fields | undefined) =>
        item?.[hash] === undefined || item[range] === undefined ? null : `${item[hash]} ${item[range]}`;
      if (row(before) === row(after)) return 0;
      return (row(before) === null ? 0 : 1) + (row(after) === null ? 0 : 1);
    })
    .reduce((sum, units) => sum + units, 0);

/** What a row of an index takes beside the keys of its item: its own key, and what DynamoDB keeps of it. */
const rowBytes = 100;

const empty = { writes: 0, writeUnits: 0, readUnits: 0, items: [] as string[] };

/** The table with a meter: what DynamoDB would bill, indexes included. Refused writes cost as much as others, looks at an index half. */
export const metered = (table: Table & { items: ReadonlyMap<string, Item> }, stored = (item: Item): object => item) => {
  let meter = { ...empty, items: [] as string[] };
  const there = (key: Key) => table.items.get(keyName(key));
  const port: Table = {
    ...table,
    async get(keys, how) {
      const distinct = new Map(keys.map((key) => [keyName(key), there(key)]));
      for (const item of distinct.values())
        meter.readUnits +=
          (how === 'recent' ? 0.5 : 1) * Math.max(1, Math.ceil(item ? itemBytes(stored(item)) / 4096 : 0));
      return table.get(keys, how);
    },
    async put(item, condition) {
      const before = there(item);
      const won = await table.put(item, condition);
      const bytes = Math.max(itemBytes(stored(item)), before ? itemBytes(stored(before)) : 0);
      const rows = won ? indexUnits(before as unknown as Fields, item as unknown as Fields) : 0;
      meter.writes += 1;
      meter.writeUnits += Math.ceil(bytes / 1024) + rows;
      meter.items.push(`${item.sk} ${bytes} B${rows ? ` and ${rows} rows` : ''}${won ? '' : ' refused'}`);
      return won;
    },
    async *query(asked) {
      let bytes = 0;
      for await (const key of table.query(asked)) {
        bytes += rowBytes + itemBytes(key);
        yield key;
      }
      meter.readUnits += Math.max(1, Math.ceil(bytes / 4096)) / 2;
    },
  };
  return {
    port,
    /** What was used since the last look. */
    spent: () => {
      const { items, ...used } = meter;
      meter = { ...empty, items: [] };
      return { ...used, items };
    },
  };
};
