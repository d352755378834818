import { globalHelp, globalOptions } from './args.ts';
import type { Command } from './command.ts';

const columns = (rows: readonly (readonly [string, string])[]): string[] => {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
};

const optionRows = (options: Command['options'], about: Readonly<Record<string, string>>) =>
  Object.entries(options).map(([name, { short }]) => {
    const [, value = '', text = ''] = /^(?:(\S+) {2})?(.*)$/s.exec(about[name] ?? '') ?? [];
    return [`${short ? `-${short}, ` : ''}--${name}${value && ` ${value}`}`, text] as const;
  });

/** What `hooksweep --help` prints. */
export const overview = (commands: readonly Command[]): string =>
  [
    'hooksweep keeps webhook registrations clean: it finds stale, duplicate and test webhooks, and removes what was approved.',
    '',
    'Usage: hooksweep COMMAND [OPTIONS]',
    '',
    'Commands:',
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    'Options of every command:',
    ...columns(optionRows(globalOptions, globalHelp)),
    '',
    'hooksweep COMMAND --help tells more. Exit codes: 0 done or nothing to do, 1 error, 2 waits for a decision,',
    '3 done in part, 4 refused as a whole.',
    'Start with: hooksweep init',
  ].join('\n');

/** What `hooksweep COMMAND --help` prints. */
export const helpOf = (command: Command): string => {
  const own = optionRows(command.options, command.optionHelp);
  return [
    `Usage: hooksweep ${command.name} ${command.usage}`.trimEnd(),
    '',
    command.about,
    '',
    ...(own.length > 0 ? ['Options:', ...columns(own), ''] : []),
    'Options of every command:',
    ...columns(optionRows(globalOptions, globalHelp)),
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
  ].join('\n');
};
