import { holds } from '../../lib/audit/memory-table.ts';
import { type CleanupRecord, dueHashes } from '../../lib/audit/record.ts';
import {
  type Condition,
  type IndexQuery,
  type Row as IndexRow,
  type Item,
  indexKeys,
  type Key,
  keyName,
  type Table,
} from '../../lib/audit/table.ts';
import type { Ms } from '../../lib/clock.ts';
import { createChance } from './chance.ts';
import { count, injected, type Task, type Travel, tell, type World, wire } from './world.ts';

type Fields = Readonly<Record<string, unknown>>;
type Row = { key: Key; version: number; fields: Fields };

export type Watch = {
  /** After a write took effect. `text` is all that the table now holds of the item. */
  put(task: Task, before: Item | undefined, after: Item, text: string): void;
  get(task: Task, keys: readonly Key[]): void;
};

/** The scope item without what others have under way: one of the parts that can be taken out. */
const withoutBusy = (item: Item): Item => ('busy' in item ? ({ ...item, busy: {} } as Item) : item);

/** The audit table with its faults: answers that get lost, writes that their sender repeats, and index rows that lag. */
export const createTable = (world: World, watch: Watch) => {
  const items = new Map<string, Item>();
  const index = new Map<string, Row>();
  const { chance, scheduler } = world;

  const indexed = (item: Item): void => {
    const row = { key: { pk: item.pk, sk: item.sk }, version: item.version, fields: item as unknown as Fields };
    const land = (): void => {
      if ((index.get(keyName(item))?.version ?? 0) < row.version) index.set(keyName(item), row);
    };
    if (chance.in(world.faults.indexLag)) scheduler.after(chance.between(0, 300_000), land);
    else land();
  };

  /** What a read may still answer that does not ask for the newest: the version before, until a copy has caught up. */
  const copies = createChance(world.seed ^ 0x2545f491);
  const behind = new Map<string, { before: Item | undefined; until: Ms }>();
  const recent = (name: string): Item | undefined => {
    const copy = behind.get(name);
    const isOld = copy !== undefined && copy.until > scheduler.now() && copies.in(0.5);
    if (isOld) count(world, 'read old');
    return isOld ? copy.before : items.get(name);
  };

  const write = (task: Task, item: Item, condition: Condition): boolean => {
    const before = items.get(keyName(item));
    const clauses =
      world.without === 'lease-token' ? condition.filter(({ attribute }) => attribute !== 'version') : condition;
    if (!clauses.every((clause) => holds(before as unknown as Fields, clause))) return false;
    const text = JSON.stringify(world.without === 'busy' ? withoutBusy(item) : item);
    const after = Object.freeze(JSON.parse(text) as Item);
    items.set(keyName(item), after);
    if (copies.in(0.2)) behind.set(keyName(item), { before, until: scheduler.now() + copies.between(0, 2_000) });
    if ((item as Partial<CleanupRecord>).month !== undefined) indexed(after);
    watch.put(task, before, after, text);
    return true;
  };

  const rows = ({ index: name, hash, from, to, descending, after }: IndexQuery): IndexRow[] => {
    if (after) throw new Error('no history has so many records that a walk over them has two pages');
    const [hashKey, rangeKey] = indexKeys[name];
    const found: { key: Key; at: string | number }[] = [];
    for (const { key, fields } of index.values()) {
      const at = fields[rangeKey] as string | number | undefined;
      if (fields[hashKey] !== hash || at === undefined) continue;
      if ((from === undefined || at >= from) && (to === undefined || at <= to)) found.push({ key, at });
    }
    found.sort((a, b) => (a.at < b.at ? -1 : 1));
    return (descending ? found.reverse() : found).map(({ key, at }) => ({ ...key, at }));
  };

  const travel = (): Travel => ({
    there: chance.in(0.02) ? chance.between(0, 3_000) : chance.between(0, 8),
    back: chance.between(0, 8),
  });
  const failsNow = (): void => {
    if (!chance.in(world.faults.tableError)) return;
    count(world, 'table error');
    throw injected('the table is not there');
  };

  /** The table as one task reaches it. */
  const portFor = (task: Task): Table => ({
    get: (keys, how) =>
      wire(world, task, 'get', travel(), () => {
        failsNow();
        watch.get(task, keys);
        const names = new Set(keys.map(keyName));
        return [...names].flatMap((name) => (how === 'recent' ? recent(name) : items.get(name)) ?? []);
      }),
    put: (item, condition) =>
      wire(world, task, 'put', travel(), () => {
        failsNow();
        const won = write(task, item, condition);
        if (world.trace) tell(world, task, `put ${item.pk} ${item.sk} v${item.version} ${won ? '' : 'LOST'}`);
        if (won && chance.in(world.faults.tableAnswerLost)) {
          count(world, 'table answer lost');
          throw injected('no answer from the table');
        }
        return won && !chance.in(world.faults.tableRetried);
      }),
    async *query(query) {
      const found = await wire(world, task, 'query', travel(), () => {
        failsNow();
        return rows(query);
      });
      yield* found;
    },
  });

  /** The table as it is, for the oracle: no faults and no lag. */
  const truth: Table = {
    get: async (keys) => [...new Set(keys.map(keyName))].flatMap((name) => items.get(name) ?? []),
    put: async () => false,
    async *query(query) {
      yield* rows(query);
    },
  };
  const records = (): CleanupRecord[] =>
    [...items.values()].filter(({ pk, sk }) => sk === 'record' && pk.startsWith('webhook#')) as CleanupRecord[];
  const find = (key: Key): Item | undefined => items.get(keyName(key));
  /** When something is due next by the records themselves; null where nothing is. */
  const nextDue = (): Ms | null => {
    const due = records().flatMap(({ due: hash, dueAt }) => (hash && dueHashes.includes(hash) ? [dueAt as Ms] : []));
    return due.length > 0 ? Math.min(...due) : null;
  };
  return { portFor, truth, records, find, nextDue };
};
export type SimulatedTable = ReturnType<typeof createTable>;
