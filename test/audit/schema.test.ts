import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../lib/audit/memory-table.ts';
import { markSchema, requireSchema, tableSchema } from '../../lib/audit/schema.ts';
import type { Item } from '../../lib/audit/table.ts';
import { systemRandom } from '../../lib/clock.ts';

const key = { pk: 'schema', sk: 'schema' };
const marked = async (schema: unknown) => {
  const table = memoryTable();
  await table.put({ ...key, version: 1, lastWrite: 'x', schema } as Item, []);
  return { table, random: systemRandom };
};

describe('a table', () => {
  it('without a mark is taken, and marked by who may write', async () => {
    const ports = { table: memoryTable(), random: systemRandom };
    await requireSchema(ports.table);
    expect(await ports.table.get([key])).toEqual([]);
    await markSchema(ports);
    await markSchema(ports);
    expect(await ports.table.get([key])).toMatchObject([{ schema: tableSchema, version: 1 }]);
  });

  it.each([
    ['newer', tableSchema + 1, 'or a newer one'],
    ['older', 0, 'CHANGELOG.md says how'],
    ['unknown', 'one', 'CHANGELOG.md says how'],
    ['absent', undefined, 'CHANGELOG.md says how'],
  ])('of a schema that is %s is refused with what to do, and left as it is', async (_what, schema, hint) => {
    const ports = await marked(schema);
    const before = await ports.table.get([key]);
    for (const refused of [requireSchema(ports.table), markSchema(ports)])
      await expect(refused).rejects.toMatchObject({ code: 'table-schema', hint: expect.stringContaining(hint) });
    expect(await ports.table.get([key])).toEqual(before);
  });

  it('of the schema of this version is taken', async () => {
    const ports = await marked(tableSchema);
    await requireSchema(ports.table);
    await markSchema(ports);
  });
});
