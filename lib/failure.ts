import type { PolicyError, Problem } from './policy/problem.ts';

/** Exit codes, the first that fits. */
export const exit = {
  /** Nothing to do, or all done or queued. */
  ok: 0,
  /** Input, configuration, access; no account readable. */
  error: 1,
  /** Something waits for a decision: a scan with proposals. */
  waits: 2,
  /** Done in part. */
  partly: 3,
  /** Refused as a whole. */
  refused: 4,
} as const;
export type ExitCode = (typeof exit)[keyof typeof exit];

/** A failure meant for people: what, where and what to do. Printed, and answered by functions, as `error` in JSON. */
export type Failure = {
  code: string;
  message: string;
  hint: string;
  file?: string;
  line?: number;
  column?: number;
};

/** Thrown wherever a request of a person cannot be carried out. Told apart by `name`. */
export class CommandError extends Error {
  override name = 'CommandError' as const;
  readonly failure: Failure;
  readonly exitCode: ExitCode;
  constructor(failure: Failure, exitCode: ExitCode = exit.error) {
    super(failure.message);
    this.failure = failure;
    this.exitCode = exitCode;
  }
}

/** A failure as it is printed; `problems` are all that was found in a policy file. */
export type Reported = { failure: Failure & { problems?: readonly Problem[] }; exitCode: ExitCode };

const placed = ({ file, line, column }: Pick<Problem, 'file' | 'line' | 'column'>) => ({
  file,
  ...(line !== null && { line }),
  ...(column !== null && { column }),
});

/** All problems of a policy file as one failure: the first, and how many more there are. */
const policyFailure = ({ problems }: PolicyError): Reported => {
  const [first] = problems;
  if (!first)
    return {
      failure: { code: 'policy', message: 'the policy cannot be used', hint: 'check it' },
      exitCode: exit.error,
    };
  const { message, hint } = first;
  return { failure: { code: 'policy', message, hint, ...placed(first), problems }, exitCode: exit.error };
};

/** Errors of other layers that are made for people carry a code and a hint of their own. */
const isForPeople = (error: Error): error is Error & { code: string; hint: string; file?: string } => {
  const { code, hint } = error as { code?: unknown; hint?: unknown };
  return typeof code === 'string' && typeof hint === 'string';
};

/** An error that was made for people as a failure; null for any other. */
export const expected = (error: unknown): Reported | null => {
  if (!(error instanceof Error)) return null;
  if (error.name === 'CommandError') {
    const { failure, exitCode } = error as CommandError;
    return { failure, exitCode };
  }
  if (error.name === 'PolicyError') return policyFailure(error as PolicyError);
  if (!isForPeople(error)) return null;
  const { code, hint, file } = error;
  const message = error.message.replace(`; ${hint}`, '');
  return { failure: { code, message, hint, ...(file && { file }) }, exitCode: exit.error };
};

/** Any error as a failure for people. */
export const reportOf = (error: unknown): Reported => {
  const reported = expected(error);
  if (reported) return reported;
  const hint = 'this is not expected; run it again, and report it with what you typed if it stays';
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { failure: { code: 'internal', message: `${name}: ${message}`, hint }, exitCode: exit.error };
};
