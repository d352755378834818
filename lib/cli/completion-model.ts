import { states } from '../audit/states.ts';
import { ruleVersions } from '../detect/versions.ts';
import { providers } from '../providers/registry.ts';
import { globalHelp, globalOptions } from './args.ts';
import type { Command } from './command.ts';

/** What may stand at a place of a command line: one of these words, or what the shell or the policy file knows. */
export type Values = readonly string[] | 'files' | 'folders' | 'accounts' | 'anything';

export type CompletedOption = {
  name: string;
  short: string | null;
  about: string;
  /** null where it takes no value. */
  values: Values | null;
};
export type CompletedCommand = {
  name: string;
  summary: string;
  options: readonly CompletedOption[];
  arguments: Values;
};

const providerNames = Object.keys(providers);

/** Options whose values are known wherever they occur. */
const known: Readonly<Record<string, Values>> = {
  account: 'accounts',
  provider: providerNames,
  environment: ['sandbox', 'production'],
  state: states,
  rule: Object.keys(ruleVersions),
  step: ['disable', 'delete'],
};

const byPlaceholder = (placeholder: string): Values =>
  placeholder.includes('FILE') ? 'files' : placeholder.includes('DIR') ? 'folders' : 'anything';

const optionOf = (name: string, { type, short }: Command['options'][string], help: string): CompletedOption => {
  const [, placeholder = '', about = ''] = /^(?:(\S+) {2})?(.*)$/s.exec(help) ?? [];
  const values = known[name] ?? byPlaceholder(placeholder);
  return { name, short: short ?? null, about, values: type === 'boolean' ? null : values };
};

const argumentsOf = ({ positionals, usage }: Command): Values => {
  if (positionals.max === 0) return [];
  if (usage.includes('PROVIDER')) return providerNames;
  if (/\.json|FILE/.test(usage)) return 'files';
  const words = usage.replace(/--\S+ \S+/g, '').match(/\b[a-z]{2,}\b/g);
  return words ?? 'anything';
};

export const globals: readonly CompletedOption[] = Object.entries(globalOptions).map(([name, option]) =>
  optionOf(name, option, globalHelp[name as keyof typeof globalHelp]),
);

/** All that completion knows, from the same table as parsing and help. */
export const completed = (commands: readonly Command[]): CompletedCommand[] =>
  commands.map((command) => ({
    name: command.name,
    summary: command.summary,
    options: Object.entries(command.options).map(([name, option]) =>
      optionOf(name, option, command.optionHelp[name] ?? ''),
    ),
    arguments: argumentsOf(command),
  }));

/** Reads names of accounts out of the policy file as text: fast, and nothing of it is run or parsed. */
export const accountNames = (file: string): string =>
  `sed -nE 's/^ *(- *)?(\\{ *)?name: *"?([a-z0-9-]+)"? *([,}#].*)?$/\\3/p;s/^ *- *\\{ *name: *"?([a-z0-9-]+)"?[ ,].*/\\1/p' "${file}" 2>/dev/null | sort -u`;

export const isList = (values: Values): values is readonly string[] => typeof values !== 'string';
export const flag = ({ name }: CompletedOption): string => `--${name}`;

/** Of `hooksweep help COMMAND`, which is no command of its own. */
export const helpSummary = 'Show the help of a command.';
