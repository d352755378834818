import { type Clock, systemClock } from '../clock.ts';
import { reportOf } from '../failure.ts';
import { version } from '../version.ts';
import { parseFor, splitCommand, unknownCommand } from './args.ts';
import { type Command, type Context, exit, type Output } from './command.ts';
import { commands } from './commands.ts';
import { localDesk } from './desk.ts';
import { printFailure, withRemedy } from './errors.ts';
import { helpOf, overview } from './help.ts';
import { createOutput, type Streams } from './output.ts';
import { heedReaders, tellUnwritten } from './readers.ts';
import { openSession, readPolicy } from './session.ts';
import { stackDesk, stackName } from './stack.ts';
import { standing } from './standing.ts';

/** What a run of the command line is connected to. */
export type Surroundings = Streams & {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  clock: Clock;
  /** Aborts on Ctrl-C. */
  signal: AbortSignal;
};

/** As a shell tells of a process that a Ctrl-C ended. */
const interrupted = 130;

const ofProcess = (signal: AbortSignal): Surroundings => ({
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  clock: systemClock,
  signal,
});

const contextFor = (
  around: Surroundings,
  out: Output,
  secrets: Set<string>,
  parsed: ReturnType<typeof parseFor>,
): Context => {
  const settings = { ...around, ...parsed, out, secrets };
  let policy: ReturnType<typeof readPolicy> | undefined;
  const policyOnce = () => {
    policy ??= readPolicy(settings);
    return policy;
  };
  const { env, cwd, signal } = around;
  const session: Context['session'] = async (stack) => openSession(stack, await policyOnce(), settings);
  const fresh = () => contextFor(around, out, secrets, parsed);
  const desk: Context['desk'] = async (stack) => {
    const name = stackName(settings);
    return name === null ? localDesk(await session(stack)) : stackDesk(name, settings, settings.clock);
  };
  return { ...parsed, out, env, cwd, signal, policy: policyOnce, session, desk, fresh };
};

const execute = async (
  around: Surroundings,
  out: Output,
  secrets: Set<string>,
  argv: readonly string[],
  unread: AbortSignal,
): Promise<number> => {
  const names = commands.map(({ name }) => name);
  const asked = splitCommand(argv, names);
  const { name, rest } = asked.name === 'help' ? splitCommand([...asked.rest, '--help'], names) : asked;
  if (name === undefined && argv.includes('--version')) {
    out.line(version);
    out.document({ version });
    return 0;
  }
  if (name === undefined && (rest.includes('--help') || rest.includes('-h'))) {
    out.line(overview(commands));
    out.document({ commands: commands.map(({ name: command, summary }) => ({ command, summary })) });
    return 0;
  }
  if (name === undefined) return standing.run(contextFor(around, out, secrets, parseFor(standing, rest)));
  const command: Command | undefined = commands.find((one) => one.name === name);
  if (!command) throw unknownCommand(name, names);
  const parsed = parseFor(command, rest);
  if (parsed.values.help === true) {
    out.line(helpOf(command));
    out.document({ help: helpOf(command) });
    return 0;
  }
  if (!command.endsUnread) return command.run(contextFor(around, out, secrets, parsed));
  const signal = AbortSignal.any([around.signal, unread]);
  return command.run(contextFor({ ...around, signal }, out, secrets, parsed)).catch((error: unknown) => {
    if (unread.aborted) return exit.ok;
    throw error;
  });
};

const nameIn = (argv: readonly string[]): string | undefined => {
  const names = commands.map(({ name }) => name);
  return names.find((name) => name === splitCommand(argv, names).name);
};

/**
 * Runs one command line, and waits until what it printed was taken. Where nobody reads any more it works on unheard, with the
 * same exit code; a command that is nothing but its output ends.
 *
 * @param argv what stands behind the program's name
 * @returns the exit code; 130 after a Ctrl-C
 */
export const runWith = async (argv: readonly string[], around: Surroundings): Promise<number> => {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const flags = argv.slice(0, end);
  const secrets = new Set<string>();
  const { env, signal } = around;
  const { unread, flushed } = heedReaders(around);
  const out = createOutput(around, {
    json: flags.includes('--json'),
    quiet: flags.includes('--quiet'),
    env,
    secrets,
    signal,
  });
  const run = async (): Promise<number> => {
    try {
      return await execute(around, out, secrets, argv, unread);
    } catch (error) {
      if (signal.aborted) return interrupted;
      const reported = withRemedy(reportOf(error), nameIn(argv));
      printFailure(out, reported);
      return reported.exitCode;
    }
  };
  const code = await run();
  const failed = await flushed();
  if (failed !== null) tellUnwritten(out, failed);
  if (signal.aborted) return interrupted;
  return failed === null ? code : exit.error;
};

/** The command line of this process. The first Ctrl-C ends cleanly, the second at once. */
export const main = async (argv: readonly string[]): Promise<number> => {
  const interrupt = new AbortController();
  const onSignal = () => {
    if (interrupt.signal.aborted) process.exit(interrupted);
    interrupt.abort();
    process.stderr.write('\nhooksweep: ending cleanly; once more ends at once\n');
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    return await runWith(argv, ofProcess(interrupt.signal));
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
};

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
