import * as v from 'valibot';
import { canonical, sha256 } from '../canonical.ts';
import { CommandError } from '../failure.ts';
import type { AuditFilter, Place } from './query.ts';
import type { Spot } from './walk.ts';

const placeSchema = v.strictObject({ at: v.pipe(v.number(), v.integer()), pk: v.string() });
const spotSchema = v.strictObject({
  hash: v.string(),
  row: v.strictObject({ pk: v.string(), sk: v.string(), at: v.union([v.string(), v.number()]) }),
});

/** A cursor goes on with one query; the time range alone may move, as `7d` does. */
const sumOf = (text: string, { since: _, until: __, ...filter }: AuditFilter): string =>
  sha256(canonical([text, filter])).slice(0, 16);

/** Where a page ended, as an opaque text that goes on with the same query only. It holds nothing that gives a right. */
export const cursorOf = (place: Place | Spot, filter: AuditFilter): string => {
  const text = Buffer.from(JSON.stringify(place)).toString('base64url');
  return `${text}.${sumOf(text, filter)}`;
};

/** @throws CommandError where it was altered, cut off, or made by another query */
const within = <T>(schema: v.GenericSchema<unknown, T>, cursor: string, filter: AuditFilter): T => {
  const [text = '', sum] = cursor.split('.');
  const told = sum === sumOf(text, filter) ? JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) : null;
  const parsed = v.safeParse(schema, told);
  if (!parsed.success)
    throw new CommandError({
      code: 'bad-cursor',
      message: 'the cursor was altered, or belongs to another query',
      hint: 'give `next` of an answer unchanged with the same filter, or begin again without a cursor',
    });
  return parsed.output;
};

/** The place of a cursor of a query. */
export const placeOfCursor = (cursor: string, filter: AuditFilter): Place => within(placeSchema, cursor, filter);
/** The spot of a cursor of a walk. */
export const spotOfCursor = (cursor: string, filter: AuditFilter): Spot => within(spotSchema, cursor, filter);
