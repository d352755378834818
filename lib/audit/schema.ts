import { type Item, type Key, putOnce, read, type Table, type WritePorts } from './table.ts';

/** Of the items of the table, as this version writes and reads them. It rises when an older version could misread one. */
export const tableSchema = 1;

const key: Key = { pk: 'schema', sk: 'schema' };
type SchemaItem = Item & { schema: number };

const advice = (found: unknown): string =>
  typeof found === 'number' && found > tableSchema
    ? 'use the version of hooksweep that wrote it, or a newer one'
    : 'CHANGELOG.md says how to bring the table up to date; until then use the version of hooksweep that wrote it';

const refusal = (found: unknown): Error => {
  const hint = `${advice(found)}; nothing was touched`;
  const message = `the table is of schema ${JSON.stringify(found)}, this version works on schema ${tableSchema}; ${hint}`;
  return Object.assign(new Error(message), { code: 'table-schema', hint });
};

const check = (found: SchemaItem | undefined): void => {
  if (found && found.schema !== tableSchema) throw refusal(found.schema);
};

/**
 * Read once before a process does anything with a table. One without a mark is new, or of schema 1.
 *
 * @throws where the table is of another schema, with a code and a hint for people
 */
export const requireSchema = async (table: Table): Promise<void> => check(await read<SchemaItem>(table, key));

/** As `requireSchema`, and marks a table that has no mark yet. */
export const markSchema = async (ports: WritePorts): Promise<void> => {
  const found = await read<SchemaItem>(ports.table, key);
  check(found ?? (await putOnce<SchemaItem>(ports, key, { schema: tableSchema })).item);
};
