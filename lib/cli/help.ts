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
    'hooksweep alone shows where you stand, and the next step.',
  ].join('\n');

/** The sentence on exit codes, which ends every `about`, as rows. */
const exitRows = (about: string): { text: string; rows: readonly (readonly [string, string])[] } => {
  const [, text = about, codes = ''] = /^(.*?)\s*Exit codes: (.*)\.$/s.exec(about) ?? [];
  const rows = codes
    .replace(/\s+/g, ' ')
    .split(/[,;] (?=\d)/)
    .map((code) => [code.slice(0, 1), code.slice(2) || 'done'] as const)
    .toSorted();
  return { text, rows: codes === '' ? [] : rows };
};

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length > 0 ? ['', `${title}:`, ...lines] : [];

/** What `hooksweep COMMAND --help` prints. */
export const helpOf = ({ name, summary, usage, about, effects, options, optionHelp, examples }: Command): string => {
  const { text, rows } = exitRows(about);
  const own = optionRows(options, optionHelp);
  return [
    `hooksweep ${name}: ${summary}`,
    '',
    `Usage: hooksweep ${name} ${usage}`.trimEnd() + (own.length > 0 ? ' [OPTIONS]' : ''),
    '',
    text,
    '',
    `Reads:    ${effects.reads}.`,
    `Changes:  ${effects.changes}.`,
    ...section('Options', own.length > 0 ? columns(own) : []),
    ...section('Options of every command', columns(optionRows(globalOptions, globalHelp))),
    ...section('Exit codes', rows.length > 0 ? columns(rows) : []),
    ...section(
      'Examples',
      examples.map((example) => `  ${example}`),
    ),
  ].join('\n');
};
