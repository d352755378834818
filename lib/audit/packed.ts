import type { Item } from './table.ts';

/*
 * How items lie in DynamoDB, where each begun kilobyte is paid for at every write: hashes as the bytes that they are, and
 * without a line's `prev` where it is the hash of the line before. A record stays below two kilobytes that way.
 */

type Fields = Readonly<Record<string, unknown>>;
const hex = /^(sha256:)?([0-9a-f]{64})$/;
const marked = 33;

const packHash = (value: unknown): unknown => {
  const [, prefix, digits] = (typeof value === 'string' && hex.exec(value)) || [];
  if (digits === undefined) return value;
  return new Uint8Array(Buffer.from(prefix ? `00${digits}` : digits, 'hex'));
};

const unpackHash = (value: unknown): unknown => {
  if (!(value instanceof Uint8Array)) return value;
  const digits = Buffer.from(value).toString('hex');
  return value.length === marked ? `sha256:${digits.slice(2)}` : digits;
};

const each = (fields: Fields, change: (value: unknown) => unknown): Fields =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, change(value)]));

const packLine = (line: Fields, before: Fields | undefined): Fields => {
  const { prev, ...rest } = line;
  return each(before !== undefined && prev === before.hash ? rest : line, packHash);
};

const unpackLines = (lines: readonly Fields[]): Fields[] => {
  const told: Fields[] = [];
  for (const line of lines) {
    const whole = each(line, unpackHash);
    const before = told.at(-1);
    told.push('prev' in whole || before === undefined ? whole : { ...whole, prev: before.hash });
  }
  return told;
};

const isLines = (value: unknown): value is readonly Fields[] =>
  Array.isArray(value) && value.every((line) => typeof line === 'object' && line !== null);

/** The item as it is stored. */
export const packed = (item: Item): Fields => {
  const fields = each(item as unknown as Fields, packHash);
  const { history } = fields;
  return isLines(history) ? { ...fields, history: history.map((line, at) => packLine(line, history[at - 1])) } : fields;
};

/** The item as it was before it was stored; what was never packed stays as it is. */
export const unpacked = (stored: Fields): Item => {
  const fields = each(stored, unpackHash);
  const { history } = fields;
  return (isLines(history) ? { ...fields, history: unpackLines(history) } : fields) as unknown as Item;
};
