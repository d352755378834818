import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { change, dynamoTable, type Item } from '../../lib/audit/table.ts';
import { systemClock } from '../../lib/clock.ts';
import { seededRandom } from '../jobs/world.ts';

type Counter = Item & { count: number };
const key = { pk: 'counter#1', sk: 'record' };
const countUp = (current: Counter | undefined) => ({ next: { ...key, count: (current?.count ?? 0) + 1 } });
const failed = new ConditionalCheckFailedException({ message: 'no', $metadata: {} });

const gathered = async <T>(rows: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const row of rows) all.push(row);
  return all;
};

describe('what goes to DynamoDB', () => {
  const client = mockClient(DynamoDBClient);
  const ports = {
    table: dynamoTable(new DynamoDBClient({ region: 'local' }), 'audit', systemClock),
    random: seededRandom(),
  };
  const found = (item: Item | null) => ({ Responses: { audit: item ? [marshall(item)] : [] } });
  beforeEach(() => client.reset());
  afterAll(() => client.restore());

  it('reads consistently, each key once, and asks again for what was left over', async () => {
    const item: Counter = { ...key, version: 1, lastWrite: 'w', count: 3 };
    const left = { audit: { Keys: [marshall(key)] } };
    client
      .on(BatchGetItemCommand)
      .resolvesOnce({ ...found(null), UnprocessedKeys: left })
      .resolvesOnce(found(item));
    expect(await ports.table.get([key, key])).toEqual([item]);
    const [first] = client.commandCalls(BatchGetItemCommand);
    const wanted = { audit: { Keys: [marshall(key)], ConsistentRead: true } };
    expect(first?.args[0].input).toEqual({ RequestItems: wanted });
    expect(client.commandCalls(BatchGetItemCommand)).toHaveLength(2);
  });

  it('creates only what is not there, and changes only the version that was read', async () => {
    client.on(BatchGetItemCommand).resolves(found(null));
    client.on(PutItemCommand).resolves({});
    const made = await change<Counter>(ports, key, countUp);
    await change<Counter>(
      ports,
      key,
      (now) => ({
        next: { ...key, count: now?.count ?? 0 },
        condition: [
          { attribute: 'state', is: 'in', values: ['a', 'b'] },
          { attribute: 'dueAt', is: 'atMost', value: 5 },
          { attribute: 'held', is: 'absent' },
        ],
      }),
      made.item,
    );
    const puts = client.commandCalls(PutItemCommand).map(({ args }) => args[0].input);
    expect(puts[0]).toMatchObject({
      ConditionExpression: 'attribute_not_exists(#c0)',
      ExpressionAttributeNames: { '#c0': 'version' },
      Item: { version: { N: '1' } },
    });
    expect(puts[1]).toMatchObject({
      ConditionExpression: '#c0 = :c0 AND #c1 IN (:c1_0, :c1_1) AND #c2 <= :c2 AND attribute_not_exists(#c3)',
      ExpressionAttributeNames: { '#c0': 'version', '#c1': 'state', '#c2': 'dueAt', '#c3': 'held' },
      ExpressionAttributeValues: { ':c0': { N: '1' }, ':c1_0': { S: 'a' }, ':c1_1': { S: 'b' }, ':c2': { N: '5' } },
    });
  });

  it('knows its own write again whose answer was lost and whose repetition failed', async () => {
    client.on(BatchGetItemCommand).resolvesOnce(found(null));
    client.on(PutItemCommand).callsFake((input) => {
      client.on(BatchGetItemCommand).resolves({ Responses: { audit: [input.Item] } });
      throw failed;
    });
    expect(await change<Counter>(ports, key, countUp)).toMatchObject({ won: true, item: { count: 1 } });
    expect(client.commandCalls(PutItemCommand)).toHaveLength(1);
  });

  it('decides anew on what somebody else wrote, and rejects on any other error', async () => {
    const theirs: Counter = { ...key, version: 7, lastWrite: 'theirs', count: 41 };
    client.on(BatchGetItemCommand).resolvesOnce(found(null)).resolves(found(theirs));
    client.on(PutItemCommand).rejectsOnce(failed).resolvesOnce({}).rejects(new Error('no connection'));
    expect(await change<Counter>(ports, key, countUp)).toMatchObject({ won: true, item: { count: 42, version: 8 } });
    await expect(change<Counter>(ports, key, countUp)).rejects.toThrow('no connection');
  });

  it('asks an index page by page', async () => {
    client
      .on(QueryCommand)
      .resolvesOnce({ Items: [marshall(key)], LastEvaluatedKey: marshall(key) })
      .resolvesOnce({ Items: [] });
    const keys = await gathered(ports.table.query({ index: 'due', hash: 'due#1', to: 9 }));
    expect(keys).toEqual([key]);
    const [one, two] = client.commandCalls(QueryCommand).map(({ args }) => args[0].input);
    expect(one).toMatchObject({
      IndexName: 'due',
      KeyConditionExpression: '#h = :hash AND #r <= :to',
      ExpressionAttributeNames: { '#h': 'due', '#r': 'dueAt' },
      ExpressionAttributeValues: { ':hash': { S: 'due#1' }, ':to': { N: '9' } },
    });
    expect(two?.ExclusiveStartKey).toEqual(marshall(key));
  });
});
