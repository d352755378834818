import { canonical } from '../canonical.ts';
import type { Item } from './table.ts';

/*
 * How items lie in DynamoDB, where each begun kilobyte is paid for at every write: hashes as the bytes that they are, and
 * without a line's `prev` where it is the hash of the line before, and what a scope says of its busy ids once for all alike. A
 * record stays below two kilobytes that way, and a scope about one.
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

/** What is said of several ids in the same words is stored once, with the ids. */
const packBusy = (busy: Fields): Fields[] =>
  [...Map.groupBy(Object.entries(busy), ([, said]) => canonical(said)).values()].map((alike) => ({
    ...(alike[0]?.[1] as Fields),
    ids: alike.map(([id]) => id),
  }));

type Alike = Fields & { ids: readonly string[] };
const isAlike = (value: unknown): value is readonly Alike[] =>
  isLines(value) && value.every(({ ids }) => Array.isArray(ids));

const unpackBusy = (groups: readonly Alike[]): Fields =>
  Object.fromEntries(groups.flatMap(({ ids, ...said }) => ids.map((id) => [id, { ...said }])));

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The item as it is stored. */
export const packed = (item: Item): Fields => {
  const fields = each(item as unknown as Fields, packHash);
  const { history, busy } = fields;
  return {
    ...fields,
    ...(isLines(history) && { history: history.map((line, at) => packLine(line, history[at - 1])) }),
    ...(isMap(busy) && { busy: packBusy(busy) }),
  };
};

/** The item as it was before it was stored; what was never packed stays as it is. */
export const unpacked = (stored: Fields): Item => {
  const fields = each(stored, unpackHash);
  const { history, busy } = fields;
  return {
    ...fields,
    ...(isLines(history) && { history: unpackLines(history) }),
    ...(isAlike(busy) && { busy: unpackBusy(busy) }),
  } as unknown as Item;
};
