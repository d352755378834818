import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localClients } from '../../infra/local/clients.ts';
import { type Stack, startStack } from '../../infra/local/stack.ts';
import { memoryTable } from '../../lib/audit/memory-table.ts';
import { change, dynamoTable, type Item, type Row, type Table } from '../../lib/audit/table.ts';
import { systemClock } from '../../lib/clock.ts';
import { seededRandom } from '../jobs/world.ts';

type Counter = Item & { count: number; state?: string };

const gathered = async (rows: AsyncIterable<Row>): Promise<Row[]> => {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  return all;
};

let stack: Stack;
let close = () => {};
beforeAll(async () => {
  stack = await startStack(null);
});
afterAll(async () => {
  close();
  await stack.close();
});

describe.each(['memory', 'DynamoDB'] as const)('the table in %s', (where) => {
  let table: Table;
  beforeAll(() => {
    if (where === 'memory') {
      table = memoryTable();
      return;
    }
    const { dynamodb } = localClients(stack);
    close = () => dynamodb.destroy();
    table = dynamoTable(dynamodb, stack.environment.TABLE_NAME ?? '', systemClock);
  });
  const ports = () => ({ table, random: seededRandom(5) });

  it('answers nothing for what is not there and one item for a key asked twice', async () => {
    expect(await table.get([{ pk: 'none', sk: 'x' }])).toEqual([]);
    const item: Counter = { pk: 'twice', sk: 'record', version: 1, lastWrite: 'w', count: 1 };
    expect(await table.put(item, [{ attribute: 'version', is: 'absent' }])).toBe(true);
    expect(await table.get([item, item, { pk: 'none', sk: 'x' }])).toEqual([item]);
  });

  it('reads more keys than fit into one request', async () => {
    const items = Array.from({ length: 130 }, (_, at) => ({
      pk: `many#${at}`,
      sk: 'record',
      version: 1,
      lastWrite: 'w',
    }));
    for (const item of items) await table.put(item, []);
    expect((await table.get(items)).length).toBe(130);
  });

  it('holds each kind of condition', async () => {
    const item: Counter = { pk: 'held', sk: 'record', version: 2, lastWrite: 'w', count: 5, state: 'approved' };
    await table.put(item, []);
    const holds = async (clause: Parameters<Table['put']>[1][number]) => table.put(item, [clause]);
    expect([
      await holds({ attribute: 'version', is: 'absent' }),
      await holds({ attribute: 'held', is: 'absent' }),
      await holds({ attribute: 'count', is: 'equal', value: 5 }),
      await holds({ attribute: 'count', is: 'equal', value: '5' }),
      await holds({ attribute: 'count', is: 'atMost', value: 5 }),
      await holds({ attribute: 'count', is: 'atMost', value: 4 }),
      await holds({ attribute: 'dueAt', is: 'atMost', value: 4 }),
      await holds({ attribute: 'state', is: 'in', values: ['proposed', 'approved'] }),
      await holds({ attribute: 'state', is: 'in', values: ['kept'] }),
      await holds({ attribute: 'missing', is: 'in', values: ['kept'] }),
    ]).toEqual([false, true, true, false, true, false, false, true, false, false]);
  });

  it('drops what is undefined and forgets an attribute that a newer version lacks', async () => {
    const item = { pk: 'drop', sk: 'record', version: 1, lastWrite: 'w', due: 'due#9', dueAt: 1, held: undefined };
    await table.put(item, []);
    await table.put({ pk: 'drop', sk: 'record', version: 2, lastWrite: 'v' }, []);
    expect(await table.get([item])).toEqual([{ pk: 'drop', sk: 'record', version: 2, lastWrite: 'v' }]);
    expect(await gathered(table.query({ index: 'due', hash: 'due#9' }))).toEqual([]);
  });

  it('answers an index in the order of its range, both bounds inclusive', async () => {
    for (const [at, dueAt] of [30, 10, 20, 40].entries())
      await table.put({ pk: `order#${at}`, sk: 'record', version: 1, lastWrite: 'w', due: 'due#2', dueAt } as Item, []);
    const asked = async (over: object) =>
      (await gathered(table.query({ index: 'due', hash: 'due#2', ...over }))).map(({ pk }) => pk.slice(-1)).join('');
    expect([
      await asked({}),
      await asked({ to: 20 }),
      await asked({ from: 20, to: 30 }),
      await asked({ from: 30 }),
    ]).toEqual(['1203', '12', '20', '03']);
    expect(await asked({ descending: true })).toBe('3021');
  });

  it('goes on in an index behind any of its rows, also where that row is gone', async () => {
    for (const [at, day] of ['03', '01', '02', '02', '02', '04'].entries())
      await table.put({ pk: `walk#${at}`, sk: 'record', version: 1, lastWrite: 'w', month: 'walk', day } as Item, []);
    for (const descending of [false, true]) {
      const query = { index: 'time', hash: 'walk', descending } as const;
      const all = await gathered(table.query(query));
      expect(all.map(({ at }) => at)).toEqual(
        descending ? ['04', '03', '02', '02', '02', '01'] : ['01', '02', '02', '02', '03', '04'],
      );
      for (const [at, after] of all.entries())
        expect(await gathered(table.query({ ...query, after }))).toEqual(all.slice(at + 1));
      expect(await gathered(table.query({ ...query, after: all[2] as Row, from: '02', to: '03' }))).toEqual(
        all.slice(3).filter(({ at }) => at >= '02' && at <= '03'),
      );
    }
    const [first, ...rest] = await gathered(table.query({ index: 'time', hash: 'walk' }));
    await table.put({ ...(first as Row), version: 2, lastWrite: 'w', month: 'walk', day: '09' } as never, []);
    const behind = await gathered(table.query({ index: 'time', hash: 'walk', after: first as Row }));
    expect(behind.slice(0, -1)).toEqual(rest);
  });

  it('lets exactly one of many writers make each version', async () => {
    const counter = { pk: 'race', sk: 'record' };
    const up = (_: unknown, seed: number) =>
      change<Counter>({ table, random: seededRandom(seed) }, counter, (now) => ({
        next: { ...counter, count: (now?.count ?? 0) + 1 },
      }));
    await Promise.all(Array.from({ length: 8 }, up));
    expect((await table.get([counter]))[0]).toMatchObject({ count: 8, version: 8 });
  });

  it('keeps what a change decided also where its key is a whole item', async () => {
    const item: Counter = { pk: 'whole', sk: 'record', version: 1, lastWrite: 'w', count: 1 };
    await table.put(item, []);
    await change<Counter>(ports(), item, (now) => (now ? { next: { ...now, count: 2 } } : null), item);
    expect((await table.get([item]))[0]).toMatchObject({ count: 2, version: 2 });
  });
});
