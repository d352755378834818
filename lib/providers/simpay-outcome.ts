import type { Outcome } from './contract.ts';
import type { Answer } from './http.ts';
import { type OutcomeTable, outcomeOf } from './outcome.ts';

/**
 * The provider has no codes: the messages that its pages document stand in for them, and only as a whole. Any other
 * text says nothing.
 */
const documented: ReadonlySet<unknown> = new Set(['Company not found', 'Account is closed', 'Webhook not found']);

/** Which field an error has is not documented either. */
const places = ['message', 'error', 'detail', 'code'] as const;

const table: OutcomeTable = {
  codeField: 'code',
  // There is none.
  referenceField: '',
  rows: [
    {
      status: 400,
      code: /^Company not found$/,
      kind: 'retry',
      pause: 'credential',
      why: 'the provider knows no company for this credential: check client id and secret',
    },
    {
      status: 400,
      code: /^Account is closed$/,
      kind: 'refused',
      why: 'the source account is closed, and webhooks of a closed account cannot be changed',
    },
    {
      status: 404,
      code: /^Webhook not found$/,
      kind: 'gone',
      why: 'not there, or of another company, or the user has no active policy for the account',
    },
    { status: 404, kind: 'gone', why: 'nothing there for this credential, or options.paths is not right' },
  ],
};

const coded = (answer: Answer): Answer => {
  if (answer.kind !== 'answer') return answer;
  const { json } = answer;
  const fields = typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  const code = places
    .flatMap((name) => (Object.hasOwn(fields, name) ? [fields[name]] : []))
    .find((text) => documented.has(text));
  return { ...answer, json: { code } };
};

/** What an answer means: the table of the page "Delete Webhook". */
export const judge = (answer: Answer, given: { mutating: boolean; secrets: readonly string[] }): Outcome =>
  outcomeOf(coded(answer), table, given);
