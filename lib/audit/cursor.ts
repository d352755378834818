import * as v from 'valibot';
import { canonical, sha256 } from '../canonical.ts';
import { CommandError } from '../failure.ts';
import type { AuditFilter, Place } from './query.ts';

const schema = v.strictObject({ at: v.pipe(v.number(), v.integer()), pk: v.string() });

/** A cursor goes on with one query; the time range alone may move, as `7d` does. */
const sumOf = (text: string, { since: _, until: __, ...filter }: AuditFilter): string =>
  sha256(canonical([text, filter])).slice(0, 16);

/** Where a page ended, as an opaque text that goes on with the same query only. It holds nothing that gives a right. */
export const cursorOf = (place: Place, filter: AuditFilter): string => {
  const text = Buffer.from(JSON.stringify(place)).toString('base64url');
  return `${text}.${sumOf(text, filter)}`;
};

/**
 * The place of a cursor.
 *
 * @throws CommandError where it was altered, cut off, or made by another query
 */
export const placeOfCursor = (cursor: string, filter: AuditFilter): Place => {
  const [text = '', sum] = cursor.split('.');
  if (sum !== sumOf(text, filter))
    throw new CommandError({
      code: 'bad-cursor',
      message: 'the cursor was altered, or belongs to another query',
      hint: 'give `next` of an answer unchanged with the same filter, or begin again without a cursor',
    });
  return v.parse(schema, JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
};
