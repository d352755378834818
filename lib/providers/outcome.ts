import type { Ms } from '../clock.ts';
import type { Listing, Outcome } from './contract.ts';
import type { Answer } from './http.ts';
import { quotable } from './quote.ts';

/** One row: which answers it is about, and what they mean. The first that fits holds. */
export type Row = {
  /** One status, or from and to, both included. */
  status: number | readonly [number, number];
  /** The provider's own code; absent: any. */
  code?: RegExp;
  /** A header of the answer that must be there and match; absent: any. */
  header?: readonly [name: string, value: RegExp];
  /** Absent: reading and mutating calls alike. */
  mutating?: boolean;
  kind: Outcome['kind'];
  pause?: 'throttle' | 'credential';
  /** For `retry`: how long to wait where the answer does not say. */
  afterMs?: Ms;
  /** In our own words; status, code and reference are added. */
  why: string;
};

/** What is particular to one provider. */
export type OutcomeTable = {
  /** Where an error body holds the provider's code and the number that its support asks for. */
  codeField: string;
  referenceField: string;
  /** The header that holds that number, where the body has none. */
  referenceHeader?: string;
  rows: readonly Row[];
};

const throttled = { kind: 'retry', pause: 'throttle' } as const;

const defaults: readonly Row[] = [
  { status: [200, 299], kind: 'done', why: 'accepted' },
  { status: [300, 399], kind: 'refused', why: 'redirected' },
  { status: 401, kind: 'retry', pause: 'credential', why: 'the credential was refused' },
  { status: 403, kind: 'retry', pause: 'credential', why: 'the credential has no right to this' },
  { status: 404, kind: 'gone', why: 'not there for this credential' },
  { status: 408, ...throttled, why: 'the provider gave up waiting for the request' },
  { status: 409, kind: 'refused', why: 'in conflict with what is there' },
  { status: 410, kind: 'gone', why: 'not there any more' },
  { status: 425, ...throttled, why: 'too early' },
  { status: 429, ...throttled, why: 'too many requests' },
  { status: [400, 499], kind: 'refused', why: 'the provider refused the request' },
  { status: [100, 999], mutating: true, kind: 'unknown', why: 'the provider failed and may have done it' },
  { status: [100, 999], kind: 'retry', why: 'the provider failed' },
];

const within = (status: number, bounds: Row['status']): boolean =>
  typeof bounds === 'number' ? status === bounds : status >= bounds[0] && status <= bounds[1];

const headed = (headers: Headers, [name, value]: NonNullable<Row['header']>): boolean => {
  const given = headers.get(name);
  return given !== null && value.test(given);
};

const fits = (row: Row, { status, headers }: Replied, code: string | null, mutating: boolean): boolean =>
  within(status, row.status) &&
  (row.code === undefined || (code !== null && row.code.test(code))) &&
  (row.header === undefined || headed(headers, row.header)) &&
  (row.mutating === undefined || row.mutating === mutating);

const field = (json: unknown, name: string): unknown =>
  typeof json === 'object' && json !== null && Object.hasOwn(json, name)
    ? (json as Record<string, unknown>)[name]
    : undefined;

const retry = (why: string, afterMs: number | null, pause: Row['pause']): Outcome => ({
  kind: 'retry',
  why,
  ...(afterMs === null ? {} : { afterMs }),
  ...(pause === undefined ? {} : { pause }),
});

/** Nobody can say whether it happened: mutating calls are read back, reading calls simply made again. */
const unclear = (why: string, mutating: boolean): Outcome => ({ kind: mutating ? 'unknown' : 'retry', why });

type Replied = Extract<Answer, { status: number }>;

const replied = (answer: Replied, table: OutcomeTable, mutating: boolean, secrets: readonly string[]): Outcome => {
  const json = answer.kind === 'answer' ? answer.json : undefined;
  const rawCode = field(json, table.codeField);
  const code = typeof rawCode === 'string' || typeof rawCode === 'number' ? String(rawCode) : null;
  const row = [...table.rows, ...defaults].find((candidate) => fits(candidate, answer, code, mutating));
  if (row === undefined) return unclear(`a status that HTTP does not know (${answer.status})`, mutating);

  const shownCode = quotable(code, secrets);
  const { referenceField, referenceHeader } = table;
  const given = field(json, referenceField) ?? (referenceHeader && answer.headers.get(referenceHeader));
  const reference = quotable(given, secrets);
  const facts = [`HTTP ${answer.status}`, shownCode && `code ${shownCode}`, reference && `reference ${reference}`];
  const detail = answer.kind === 'unreadable' ? `: ${answer.why}` : '';
  const why = `${row.why} (${facts.filter(Boolean).join(', ')})${detail}`;

  if (answer.kind === 'unreadable' && row.kind === 'done')
    return unclear(`not to be believed (HTTP ${answer.status})${detail}`, mutating);
  if (row.kind !== 'retry') return { kind: row.kind, why };
  return retry(
    why,
    answer.retryAfterMs ?? row.afterMs ?? null,
    row.pause ?? (answer.retryAfterMs === null ? undefined : 'throttle'),
  );
};

/** What an answer means, by data alone: status and code, never the text of a message. */
export const outcomeOf = (
  answer: Answer,
  table: OutcomeTable,
  { mutating, secrets }: { mutating: boolean; secrets: readonly string[] },
): Outcome => {
  switch (answer.kind) {
    case 'unsent':
      return { kind: answer.again ? 'retry' : 'refused', why: answer.why };
    case 'lost':
      return unclear(answer.why, mutating);
    default:
      return replied(answer, table, mutating, secrets);
  }
};

/** The listing that an outcome other than `done` of a reading call stands for. */
export const unlisted = (outcome: Outcome): Listing =>
  outcome.kind === 'retry' || outcome.kind === 'refused'
    ? { status: 'error', outcome }
    : { status: 'error', outcome: { kind: 'refused', why: `${outcome.why}: there is no list here, correct baseUrl` } };
