import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';

type Item = Record<string, AttributeValue>;

/** Bytes of a value as DynamoDB counts them (developer guide, "DynamoDB item sizes and formats"). */
const bytesOf = (value: AttributeValue): number => {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.length / 2) + 1;
  if (value.B !== undefined) return value.B.length;
  if (value.L !== undefined) return 3 + value.L.reduce((total, one) => total + 1 + bytesOf(one), 0);
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  return 1;
};
const itemBytes = (item: Item): number =>
  Object.entries(item).reduce((total, [name, value]) => total + Buffer.byteLength(name) + bytesOf(value), 0);

const indexes = [
  ['due', 'dueAt'],
  ['month', 'day'],
] as const;

/** Units of the index rows: none where a row stays, one to add or remove it, two to move it. */
const rowUnits = (before: Item | undefined, after: Item): number => {
  let units = 0;
  for (const [hash, range] of indexes) {
    const row = (item: Item | undefined) =>
      item?.[hash] && item[range] ? JSON.stringify([item[hash], item[range]]) : null;
    const [old, now] = [row(before), row(after)];
    if (old !== now) units += (old === null ? 0 : 1) + (now === null ? 0 : 1);
  }
  return units;
};

type Input = {
  TableName?: string;
  Item?: Item;
  Key?: Item;
  ExpressionAttributeValues?: Item;
  RequestItems?: Record<string, { Keys?: Item[]; ConsistentRead?: boolean }>;
};
type Output = { Responses?: Record<string, Item[]> };

/**
 * Meters what on-demand capacity would bill for the requests of a client, index rows included; the emulator does not tell it.
 * An update is taken for the size of its key and values.
 */
export const units = (client: DynamoDBClient): (() => { writeUnits: number; readUnits: number }) => {
  let [writeUnits, readUnits] = [0, 0];
  const known = new Map<string, Item>();
  const nameOf = ({ pk, sk, id }: Item) => JSON.stringify([pk, sk, id]);
  const note = (input: Input, output: Output): void => {
    const { Item, Key, RequestItems } = input;
    const written = Item ?? (Key && { ...Key, ...input.ExpressionAttributeValues });
    if (written) {
      const before = known.get(nameOf(written));
      writeUnits += Math.ceil(Math.max(itemBytes(written), before ? itemBytes(before) : 0) / 1024);
      writeUnits += Item ? rowUnits(before, Item) : 0;
      known.set(nameOf(written), written);
    }
    for (const [table, { Keys = [], ConsistentRead }] of Object.entries(RequestItems ?? {})) {
      const found = output.Responses?.[table] ?? [];
      const each = ConsistentRead ? 1 : 0.5;
      readUnits += each * (Keys.length - found.length);
      for (const item of found) readUnits += each * Math.ceil(itemBytes(item) / 4096);
    }
  };
  client.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      note(args.input as Input, answer.output as Output);
      return answer;
    },
    { step: 'initialize' },
  );
  return () => ({ writeUnits, readUnits });
};
