import type { PolicyError, Problem } from '../policy/problem.ts';
import { type CommandError, type ExitCode, exit, type Failure, type Output } from './command.ts';

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

/** Any error as a failure for people. */
export const reportOf = (error: unknown): Reported => {
  if (!(error instanceof Error)) return reportOf(new Error(String(error)));
  if (error.name === 'CommandError') {
    const { failure, exitCode } = error as CommandError;
    return { failure, exitCode };
  }
  if (error.name === 'PolicyError') return policyFailure(error as PolicyError);
  if (isForPeople(error)) {
    const { code, hint, file } = error;
    const message = error.message.replace(`; ${hint}`, '');
    return { failure: { code, message, hint, ...(file && { file }) }, exitCode: exit.error };
  }
  const hint = 'this is not expected; run it again, and report it with what you typed if it stays';
  return { failure: { code: 'internal', message: `${error.name}: ${error.message}`, hint }, exitCode: exit.error };
};

const where = ({ file, line, column }: Partial<Problem>): string =>
  !file ? '' : line == null ? `${file}: ` : `${file}:${line}:${column}: `;

/** Prints a failure: as `error` in JSON, else on stderr with its place and what to do. */
export const printFailure = (out: Output, { failure }: Reported): void => {
  out.document({ error: failure });
  if (out.json) return;
  for (const problem of failure.problems ?? [failure]) {
    // A message about a file may name it already.
    const place = problem.file && problem.message.includes(problem.file) ? '' : where(problem);
    out.fail(`${place || 'hooksweep: '}${problem.message}`);
    out.fail(`  ${out.style.dim(`hint: ${problem.hint}`)}`);
  }
};
