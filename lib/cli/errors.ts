import type { Reported } from '../failure.ts';
import type { Problem } from '../policy/problem.ts';
import type { Output } from './command.ts';

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
