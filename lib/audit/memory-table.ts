import { type Clause, type Item, indexKeys, keyName, type Row, type Table } from './table.ts';

/** Whether a clause holds of an item, as DynamoDB would say. */
export const holds = (item: Record<string, unknown> | undefined, clause: Clause): boolean => {
  const value = item?.[clause.attribute];
  switch (clause.is) {
    case 'absent':
      return value === undefined;
    case 'equal':
      return value === clause.value;
    case 'atMost':
      return typeof value === typeof clause.value && (value as number) <= (clause.value as number);
    case 'in':
      return clause.values.includes(value as string);
    default:
      return clause satisfies never;
  }
};

const inOrder = (a: Row, b: Row): number => {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  return keyName(a) === keyName(b) ? 0 : keyName(a) < keyName(b) ? -1 : 1;
};

/**
 * The audit table in memory, with the same meaning: for a scan without a store, and for tests. Items are copied on the way
 * in and out, as a wire would.
 */
export const memoryTable = (): Table & { items: ReadonlyMap<string, Item> } => {
  const items = new Map<string, Item>();
  return {
    items,
    async get(keys) {
      const names = new Set(keys.map(keyName));
      return [...names].flatMap((key) => (items.has(key) ? [structuredClone(items.get(key) as Item)] : []));
    },
    async put(item, condition) {
      const there = items.get(keyName(item)) as Record<string, unknown> | undefined;
      if (!condition.every((clause) => holds(there, clause))) return false;
      items.set(keyName(item), JSON.parse(JSON.stringify(item)) as Item);
      return true;
    },
    async *query({ index, hash, from, to, descending, after }) {
      const [hashKey, rangeKey] = indexKeys[index];
      const rows = [...items.values()].flatMap((item): Row[] => {
        const { [hashKey]: of, [rangeKey]: at } = item as unknown as Record<string, string | number | undefined>;
        const within = at !== undefined && (from === undefined || at >= from) && (to === undefined || at <= to);
        return of === hash && within ? [{ pk: item.pk, sk: item.sk, at }] : [];
      });
      rows.sort((a, b) => (descending ? inOrder(b, a) : inOrder(a, b)));
      for (const row of rows) {
        const isBehind = after === undefined || (descending ? inOrder(row, after) < 0 : inOrder(row, after) > 0);
        if (isBehind) yield row;
      }
    },
  };
};
