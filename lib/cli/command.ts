import type { ParseArgsConfig } from 'node:util';
import type { ExitCode } from '../failure.ts';
import type { Ports } from '../jobs/ports.ts';
import type { Policy } from '../policy/policy.ts';
import type { Heard } from '../providers/hearing.ts';
import type { Desk } from './desk.ts';

export { CommandError, type ExitCode, exit, type Failure } from '../failure.ts';

/** Where a command writes. Results go to stdout, everything else to stderr; every text is scrubbed of known secrets. */
export type Output = {
  json: boolean;
  quiet: boolean;
  /** A person is at stdin and stdout. */
  interactive: boolean;
  /** The one document of a command, on stdout; only with `--json`. */
  document(value: unknown): void;
  /** A line for people on stdout; nothing with `--json`. */
  line(text?: string): void;
  /** Progress on stderr; nothing with `--quiet`. A later line of the same key replaces the earlier on a terminal. */
  progress(text: string): void;
  /** A warning on stderr. */
  warn(text: string): void;
  /** A failure on stderr. */
  fail(text: string): void;
  /** The same value with each known secret replaced, for what goes into a file. */
  scrubbed<T>(value: T): T;
  /** Colours; identities where colour is off. */
  style: Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', (text: string) => string>;
  /** Asks a yes/no question on the terminal; false where nobody can answer. */
  confirm(question: string): Promise<boolean>;
};

/** A policy with everything that commands work through, on the chosen stack. */
export type Session = {
  policy: Policy;
  ports: Ports;
  /** The folder of the embedded stack, or null without one. */
  directory: string | null;
  /** Another process runs this folder's stack now, and will carry on what is queued. */
  running: boolean;
  /** What an account's provider told of itself by answering at all; null while it has not. */
  heard(account: string): Heard | null;
  close(): Promise<void>;
};

export type Context = {
  values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  positionals: readonly string[];
  out: Output;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** Aborts on Ctrl-C. */
  signal: AbortSignal;
  /** The policy of `--config`, parsed; throws a `CommandError` with file, line and column. */
  policy(): Promise<Policy>;
  /**
   * Opens the policy and its stack: `none` works on an empty table in memory (or on the folder, where one was named),
   * `local` on the folder of `--local` (default `.hooksweep`).
   */
  session(stack: 'none' | 'local'): Promise<Session>;
  /** The same command line with the policy still to be read, for a command that outlives a change of it. */
  fresh(): Context;
  /** Where to ask: the stack of `--stack` or `HOOKSWEEP_STACK`, else what `session` opens. */
  desk(stack: 'none' | 'local'): Promise<Desk>;
};

/** One command as data: help, completion and parsing come from it. */
export type Command = {
  name: string;
  /** One line, in the imperative. */
  summary: string;
  /** Behind the name: `[PROVIDER]`, `PLAN.json`. */
  usage: string;
  /** A few lines of what it does, and `Exit codes: 0 …, 1 ….` at the end. */
  about: string;
  /** What it looks at and what is different afterwards, each in a few words. */
  effects: { reads: string; changes: string };
  options: NonNullable<ParseArgsConfig['options']>;
  /** What each option is for, with the name of its value. */
  optionHelp: Readonly<Record<string, string>>;
  positionals: { min: number; max: number };
  examples: readonly string[];
  /** It is nothing but what it prints, so it ends where nobody reads that any more. Any other goes on to its end. */
  endsUnread?: true;
  run(context: Context): Promise<ExitCode>;
};
