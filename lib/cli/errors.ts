import type { Reported } from '../failure.ts';
import type { Problem } from '../policy/problem.ts';
import type { Output } from './command.ts';

const where = ({ file, line, column }: Partial<Problem>): string =>
  !file ? '' : line == null ? `${file}: ` : `${file}:${line}:${column}: `;

/** The command that helps, by code; for any other it is the help of the command that was typed. */
const remedies: Readonly<Record<string, string>> = {
  policy: 'hooksweep validate',
  'unknown-account': 'hooksweep validate',
  access: 'hooksweep doctor',
  credential: 'hooksweep doctor',
  unreadable: 'hooksweep doctor',
  incomplete: 'hooksweep doctor',
  throttled: 'hooksweep status',
  internal: 'hooksweep doctor',
};

const namesCommand = /\bhooksweep -?-?[a-z]|`[^`]+`/;

/** A failure whose hint ends with the one command that helps. */
export const withRemedy = (reported: Reported, command: string | undefined): Reported => {
  const { failure, exitCode } = reported;
  if (namesCommand.test(failure.hint)) return reported;
  const remedy = remedies[failure.code] ?? ['hooksweep', command, '--help'].filter((word) => word).join(' ');
  const helped = <Told extends { hint: string }>(told: Told): Told => ({
    ...told,
    hint: `${told.hint}; see ${remedy}`,
  });
  const problems = failure.problems?.map((problem, at, all) => (at === all.length - 1 ? helped(problem) : problem));
  return { failure: { ...helped(failure), ...(problems && { problems }) }, exitCode };
};

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
