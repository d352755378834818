import * as v from 'valibot';
import type { Outcome } from './contract.ts';
import type { Answer } from './http.ts';
import { Id } from './list-rows.ts';
import { type OutcomeTable, outcomeOf } from './outcome.ts';

const credential = { kind: 'retry', pause: 'credential' } as const;
const told = [200, 499] as const;

/**
 * Codes: the table "Possible error responses" of the page "Deleting a webhook signature". The code decides, also where
 * HTTP says 200.
 */
const table: OutcomeTable = {
  codeField: 'code',
  // There is none.
  referenceField: '',
  rows: [
    { status: told, code: /^3$/, kind: 'refused', why: 'a parameter is missing' },
    { status: told, code: /^6$/, ...credential, why: 'the session has expired or is not valid: log in again' },
    { status: told, code: /^19$/, kind: 'refused', why: 'the call does not take this HTTP method' },
    {
      status: told,
      code: /^68$/,
      ...credential,
      why: 'the session has no right to this (webhooks need write access to the chain, signatures delete access), or there is no such chain',
    },
    { status: told, code: /^528$/, kind: 'gone', why: 'no such webhook signature' },
    { status: 401, ...credential, why: 'the session was refused: log in again' },
    { status: [200, 299], code: /^1$/, kind: 'done', why: 'accepted' },
    {
      status: [200, 299],
      mutating: true,
      kind: 'unknown',
      why: 'success by HTTP, but result.code is missing or not documented',
    },
    { status: [200, 299], kind: 'retry', why: 'success by HTTP, but result.code is missing or not documented' },
  ],
};

const Envelope = v.looseObject({
  result: v.looseObject({
    code: v.union([v.pipe(v.number(), v.safeInteger()), v.pipe(v.string(), v.regex(/^\d{1,9}$/))]),
  }),
});

/** The answer with `result.code` where the table looks for it. A success without one fits no row of success. */
const flat = (answer: Answer): Answer => {
  if (answer.kind !== 'answer') return answer;
  const parsed = v.safeParse(Envelope, answer.json);
  return { ...answer, json: parsed.success ? { code: parsed.output.result.code } : undefined };
};

/** What an answer means, by HTTP status and `result.code`. */
export const judge = (answer: Answer, given: { mutating: boolean; secrets: readonly string[] }): Outcome =>
  outcomeOf(flat(answer), table, given);

const Results = v.looseObject({ results: v.looseObject({}) });
const Row = v.looseObject({ id: Id, deleted: v.optional(v.unknown()) });

/** The one row of an answer, under the name of its kind. */
export const rowOf = (answer: Answer, name: string): { id: string; deleted: boolean } | null => {
  const parsed = v.safeParse(Results, answer.kind === 'answer' ? answer.json : undefined);
  const results: Record<string, unknown> = parsed.success ? parsed.output.results : {};
  const row = v.safeParse(Row, Object.hasOwn(results, name) ? results[name] : undefined);
  return row.success ? { id: row.output.id, deleted: row.output.deleted === true } : null;
};
