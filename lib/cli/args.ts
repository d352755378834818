import { parseArgs } from 'node:util';
import { quote, suggestion } from '../policy/wording.ts';
import { type Command, CommandError } from './command.ts';

/** Taken by every command. */
export const globalOptions = {
  config: { type: 'string' },
  json: { type: 'boolean' },
  yes: { type: 'boolean' },
  quiet: { type: 'boolean' },
  local: { type: 'string' },
  stack: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies Command['options'];

export const globalHelp: Readonly<Record<keyof typeof globalOptions, string>> = {
  config: 'FILE  the policy (default ./hooksweep.yml)',
  json: 'one JSON document on stdout, nothing else there',
  yes: 'answer yes to questions',
  quiet: 'no progress on stderr',
  local: '[DIR]  work on the embedded stack of this folder (default .hooksweep)',
  stack: 'NAME  work on a deployed stack (or HOOKSWEEP_STACK)',
  help: 'show this help',
};

/** What was typed, split into the command's name and the rest. */
export type Split = { name: string | undefined; rest: readonly string[] };

const takesValue = (argument: string): boolean => argument === '--config' || argument === '--stack';

/** The first argument that is neither an option nor the value of a global one names the command. */
export const splitCommand = (argv: readonly string[], names: readonly string[]): Split => {
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] ?? '';
    if (takesValue(argument)) at += 1;
    else if (argument === '--local' && !(argv[at + 1] ?? '-').startsWith('-') && !names.includes(argv[at + 1] ?? ''))
      at += 1;
    else if (!argument.startsWith('-')) return { name: argument, rest: argv.toSpliced(at, 1) };
  }
  return { name: undefined, rest: argv };
};

/** `--local` may stand alone, which parseArgs does not know. */
const withLocalFolder = (argv: readonly string[]): string[] =>
  argv.map((argument, at) => {
    const next = argv[at + 1];
    return argument === '--local' && (next === undefined || next.startsWith('-')) ? '--local=' : argument;
  });

const usageError = (code: string, message: string, hint: string): CommandError =>
  new CommandError({ code, message, hint });

export const unknownCommand = (name: string, names: readonly string[]): CommandError =>
  usageError(
    'unknown-command',
    `there is no command ${quote(name)}`,
    `${suggestion(name, names)}; see hooksweep --help`,
  );

type Values = Record<string, string | boolean | readonly string[]>;

const checkCount = (command: Command, positionals: readonly string[]): void => {
  const { min, max } = command.positionals;
  const usage = `hooksweep ${command.name} ${command.usage}`.trim();
  if (positionals.length < min)
    throw usageError('missing-argument', `${command.name} needs more than it was given`, `write ${usage}`);
  if (positionals.length > max)
    throw usageError(
      'extra-argument',
      `${command.name} takes nothing like ${quote(positionals[max])}`,
      `write ${usage}`,
    );
};

/** Options and positionals of one command. Throws a CommandError that says what was meant. */
export const parseFor = (command: Command, rest: readonly string[]): { values: Values; positionals: string[] } => {
  const options: Command['options'] = { ...globalOptions, ...command.options };
  const args = withLocalFolder(rest);
  const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });
  const values: Values = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (!option) {
      const known = Object.keys(options).map((name) => `--${name}`);
      const hint = `${suggestion(token.rawName, known)}; see hooksweep ${command.name} --help`;
      throw usageError('unknown-option', `${command.name} has no option ${quote(token.rawName)}`, hint);
    }
    const bare = !token.inlineValue && (token.value ?? '-').startsWith('-');
    if (option.type === 'string' && bare)
      throw usageError('missing-value', `--${token.name} wants a value`, `write --${token.name}=VALUE`);
    if (option.type === 'boolean' && token.value !== undefined)
      throw usageError('extra-value', `--${token.name} takes no value`, `write --${token.name} alone`);
    const value = token.value ?? true;
    values[token.name] = option.multiple ? [...((values[token.name] as string[]) ?? []), String(value)] : value;
  }
  if (values.help !== true) checkCount(command, positionals);
  return { values, positionals };
};

type Given = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** The text of an option, or undefined. */
export const textOf = (values: Given, name: string): string | undefined => {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
};

/** The texts of an option that may be repeated and separated by commas. */
export const textsOf = (values: Given, name: string): string[] => {
  const value = values[name];
  const texts = Array.isArray(value) ? (value as readonly string[]) : typeof value === 'string' ? [value] : [];
  return texts.flatMap((text) => text.split(',')).filter((text) => text !== '');
};
