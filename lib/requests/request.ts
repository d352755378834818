import * as v from 'valibot';
import { CommandError } from '../failure.ts';
import type { Ports } from '../jobs/ports.ts';
import { quote, suggestion } from '../policy/wording.ts';

type Fields = v.StrictObjectSchema<v.ObjectEntries, undefined>;

/**
 * One thing that a person may ask for. On one machine the command line asks itself, with a stack it asks a function: both
 * carry out this, so both give one answer. Failures are CommandErrors.
 */
export type Request<S extends Fields = Fields, Answer = unknown> = {
  schema: S;
  handle(ports: Ports, asked: v.InferOutput<S>): Promise<Answer>;
};

export const request = <S extends Fields, Answer>(
  schema: S,
  handle: (ports: Ports, asked: v.InferOutput<S>) => Promise<Answer>,
): Request<S, Answer> => ({ schema, handle });

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The fields that the object at this path may have. */
const fieldsAt = (schema: unknown, path: readonly unknown[]): string[] => {
  if (!isMap(schema)) return [];
  if ('wrapped' in schema) return fieldsAt(schema.wrapped, path);
  if (!isMap(schema.entries)) return [];
  const [first, ...rest] = path;
  return first === undefined ? Object.keys(schema.entries) : fieldsAt(schema.entries[String(first)], rest);
};

/** What is wrong, and what to write instead. A value that may be a secret is not shown. */
const refusal = (name: string, schema: Fields, issue: v.BaseIssue<unknown>): CommandError => {
  const at = v.getDotPath(issue);
  const path = (issue.path ?? []).map(({ key }) => key);
  const failure = (message: string, hint: string) => new CommandError({ code: 'bad-request', message, hint });
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return failure(`${name} takes no field ${quote(at)}`, suggestion(path.at(-1), fieldsAt(schema, path.slice(0, -1))));
  if (issue.type === 'strict_object' && at !== null) return failure(`${name} lacks ${at}`, `add ${at}`);
  const wants = issue.kind === 'validation' ? issue.message : `write ${issue.expected}`;
  return failure(`${at === null ? name : `${at} of ${name}`} cannot be ${quote(issue.input)}`, wants);
};

/**
 * What is asked for, checked.
 *
 * @throws CommandError that names the field, and what is allowed
 */
export const parsedAs = <S extends Fields>(name: string, schema: S, asked: unknown): v.InferOutput<S> => {
  const result = v.safeParse(schema, asked);
  if (result.success) return result.output;
  throw refusal(name, schema, result.issues[0]);
};

/** A text that says something. */
export const words = v.pipe(v.string(), v.nonEmpty('write a text that is not empty'));
export const flag = v.optional(v.boolean(), false);
export const moment = v.pipe(v.string(), v.isoTimestamp('write a time like 2026-01-31T12:00:00Z'));
