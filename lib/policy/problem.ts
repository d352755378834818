/** One thing that is wrong in a policy file. `line` and `column` count from 1; null where the file as a whole is meant. */
export type Problem = {
  file: string;
  line: number | null;
  column: number | null;
  message: string;
  /** What to do instead. */
  hint: string;
};

/** When a policy cannot be used. Holds every problem that was found, in the order of the file. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(problemLine).join('\n'));
    this.problems = problems;
  }
}

const problemLine = ({ file, line, column, message, hint }: Problem): string =>
  `${line === null ? file : `${file}:${line}:${column}`}: ${message}; ${hint}`;
