import {
  type AttributeValue,
  BatchGetItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Clock, Random } from '../clock.ts';
import { packed, unpacked } from './packed.ts';
import { readable } from './stored.ts';

export type Key = { readonly pk: string; readonly sk: string };
/** A key as one text, for maps. */
export const keyName = ({ pk, sk }: Key): string => `${pk}\n${sk}`;

/** What every item carries. `version` starts at 1; `lastWrite` names the write that made this version. */
export type Item = Key & { readonly version: number; readonly lastWrite: string };

/** One clause of a condition on top-level attributes, as data: DynamoDB's expressions are rendered from it. */
export type Clause =
  | { attribute: string; is: 'absent' }
  | { attribute: string; is: 'equal' | 'atMost'; value: string | number }
  | { attribute: string; is: 'in'; values: readonly (string | number)[] };

/** All clauses must hold. */
export type Condition = readonly Clause[];

/** A row of an index: the key of its item, and the value of its range key. */
export type Row = Key & { readonly at: string | number };

export type IndexQuery = {
  index: 'due' | 'time';
  /** The index's hash key. */
  hash: string;
  /** Bounds of the range key, both inclusive. */
  from?: string | number;
  to?: string | number;
  descending?: boolean;
  /** Begin behind this row, which may be gone by now. */
  after?: Row;
};

/** The audit table as a port. Reads by key are consistent unless `recent` is asked for; index rows are hints. */
export type Table = {
  /**
   * The items that exist among these keys, in no order. `recent`: perhaps as they were a moment ago, at half the price; for what
   * a conditional write checks, or a consistent read where it says something else than expected.
   */
  get(keys: readonly Key[], how?: 'recent'): Promise<Item[]>;
  /** False where the condition did not hold. */
  put(item: Item, condition: Condition): Promise<boolean>;
  /** In the order of the range key; rows with the same one in an order that stays. */
  query(query: IndexQuery): AsyncIterable<Row>;
};

/**
 * Reads one item consistently. The caller names the type that this key holds.
 *
 * @throws unreadableItem where it is there and is not what it should be
 */
export const read = async <T extends Item>(table: Table, key: Key): Promise<T | undefined> =>
  readable<T>(await table.get([key]))[0];

export type Draft<T extends Item> = Omit<T, 'version' | 'lastWrite'>;
export type Change<T extends Item> = { next: Draft<T>; condition?: Condition };
export type Written<T extends Item> = { won: true; item: T } | { won: false; item: T | undefined };

export type WritePorts = {
  table: Table;
  random: Random;
  /** Is told of every write that was won. */
  wrote?(before: Item | undefined, after: Item): void;
};

const conflictsMax = 25;

/**
 * The only way in which hooksweep changes the table: read consistently, let a pure function decide, write under the
 * condition that the version is the one read. A failed condition is read again: if `lastWrite` is ours the write had been
 * won (our own retried request), else the function decides anew. `decide` answers null when there is nothing to write.
 *
 * @param known the item as this process wrote or read it last, which saves the first read
 */
export const change = async <T extends Item>(
  ports: WritePorts,
  key: Key,
  decide: (current: T | undefined) => Change<T> | null,
  known?: T,
): Promise<Written<T>> => {
  const { pk, sk } = key;
  let current = known ?? (await read<T>(ports.table, key));
  for (let attempt = 0; attempt < conflictsMax; attempt++) {
    const wanted = decide(current);
    if (wanted === null) return { won: false, item: current };
    const lastWrite = ports.random.token();
    const item = { ...wanted.next, pk, sk, version: (current?.version ?? 0) + 1, lastWrite } as unknown as T;
    const unchanged: Clause = current
      ? { attribute: 'version', is: 'equal', value: current.version }
      : { attribute: 'version', is: 'absent' };
    const before = current;
    const put = await ports.table.put(item, [unchanged, ...(wanted.condition ?? [])]);
    if (!put) current = await read<T>(ports.table, key);
    if (put || current?.lastWrite === lastWrite) {
      ports.wrote?.(before, item);
      return { won: true, item };
    }
  }
  throw new Error(`the item ${key.pk} / ${key.sk} changed ${conflictsMax} times while it was being written; try again`);
};

/** Writes an item that must not exist yet; the one that stands there already is answered otherwise. */
export const putOnce = <T extends Item>(
  ports: WritePorts,
  key: Key,
  content: Omit<T, keyof Item>,
): Promise<Written<T>> =>
  change<T>(ports, key, (current) => (current ? null : { next: { ...key, ...content } as unknown as Draft<T> }));

type Rendered = { text: string; names: Record<string, string>; values: Record<string, string | number> };

const renderClause = (clause: Clause, at: number): Rendered => {
  const name = `#c${at}`;
  const names = { [name]: clause.attribute };
  switch (clause.is) {
    case 'absent':
      return { text: `attribute_not_exists(${name})`, names, values: {} };
    case 'equal':
      return { text: `${name} = :c${at}`, names, values: { [`:c${at}`]: clause.value } };
    case 'atMost':
      return { text: `${name} <= :c${at}`, names, values: { [`:c${at}`]: clause.value } };
    case 'in': {
      const keys = clause.values.map((_, index) => `:c${at}_${index}`);
      const values = Object.fromEntries(keys.map((key, index) => [key, clause.values[index] as string | number]));
      return { text: `${name} IN (${keys.join(', ')})`, names, values };
    }
    default:
      return clause satisfies never;
  }
};

/** A condition as DynamoDB takes it. */
export const renderCondition = (condition: Condition) => {
  const parts = condition.map(renderClause);
  const values = Object.assign({}, ...parts.map((part) => part.values)) as Record<string, string | number>;
  return {
    ConditionExpression: parts.map((part) => part.text).join(' AND '),
    ExpressionAttributeNames: Object.assign({}, ...parts.map((part) => part.names)) as Record<string, string>,
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: marshall(values) }),
  };
};

/** Hash and range key of each index. */
export const indexKeys = { due: ['due', 'dueAt'], time: ['month', 'day'] } as const;
const batchGetMax = 100;

const chunks = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));

const batchGet = async (
  client: DynamoDBClient,
  name: string,
  keys: readonly Key[],
  ConsistentRead: boolean,
  clock: Clock,
): Promise<Item[]> => {
  const items: Item[] = [];
  let rest = keys.map(({ pk, sk }) => marshall({ pk, sk }));
  for (let round = 0; rest.length > 0; round++) {
    if (round > 0) await clock.sleep(Math.min(50 * 2 ** round, 2000));
    const answer = await client.send(
      new BatchGetItemCommand({ RequestItems: { [name]: { Keys: rest, ConsistentRead } } }),
    );
    items.push(...(answer.Responses?.[name] ?? []).map((found) => unpacked(unmarshall(found))));
    rest = (answer.UnprocessedKeys?.[name]?.Keys ?? []) as typeof rest;
  }
  return items;
};

const refusedWrite = async (): Promise<never> => {
  throw new Error('this process may only read the table');
};

/** The table in DynamoDB for who may only read it. Errors of the service reject. */
export const readOnlyTable = (client: DynamoDBClient, name: string, clock: Clock): Table => ({
  async get(keys, how) {
    const distinct = [...new Map(keys.map((key) => [keyName(key), key])).values()];
    const groups = await Promise.all(
      chunks(distinct, batchGetMax).map((group) => batchGet(client, name, group, how !== 'recent', clock)),
    );
    return groups.flat();
  },

  put: refusedWrite,

  async *query({ index, hash, from, to, descending, after }) {
    const [hashKey, rangeKey] = indexKeys[index];
    const range =
      from !== undefined && to !== undefined
        ? ' AND #r BETWEEN :from AND :to'
        : from !== undefined
          ? ' AND #r >= :from'
          : to !== undefined
            ? ' AND #r <= :to'
            : '';
    let start: Record<string, AttributeValue> | undefined =
      after && marshall({ [hashKey]: hash, [rangeKey]: after.at, pk: after.pk, sk: after.sk });
    do {
      const answer: { Items?: Record<string, unknown>[]; LastEvaluatedKey?: unknown } = await client.send(
        new QueryCommand({
          TableName: name,
          IndexName: index,
          KeyConditionExpression: `#h = :hash${range}`,
          ExpressionAttributeNames: { '#h': hashKey, ...(range && { '#r': rangeKey }) },
          ExpressionAttributeValues: marshall(
            { ':hash': hash, ':from': from, ':to': to },
            { removeUndefinedValues: true },
          ),
          ScanIndexForward: !descending,
          ExclusiveStartKey: start,
        }),
      );
      for (const found of answer.Items ?? []) {
        const { pk, sk, [rangeKey]: at } = unmarshall(found as Record<string, never>) as Record<string, string>;
        yield { pk, sk, at } as Row;
      }
      start = answer.LastEvaluatedKey as typeof start;
    } while (start);
  },
});

/** The table in DynamoDB. Errors of the service other than a failed condition reject. */
export const dynamoTable = (client: DynamoDBClient, name: string, clock: Clock): Table => ({
  ...readOnlyTable(client, name, clock),

  async put(item, condition) {
    try {
      const Item = marshall(packed(item), { removeUndefinedValues: true });
      await client.send(
        new PutItemCommand({ TableName: name, Item, ...(condition.length > 0 && renderCondition(condition)) }),
      );
      return true;
    } catch (error) {
      // Not the class's own name: in the bundles it is minified.
      if ((error as Error).name === 'ConditionalCheckFailedException') return false;
      throw error;
    }
  },
});
