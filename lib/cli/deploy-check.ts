import { readFile, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { type Difference, policyDifferences } from '../policy/difference.ts';
import { loadPolicy } from '../policy/load.ts';
import { parsePolicyDocument } from '../policy/packaged.ts';
import type { Policy } from '../policy/policy.ts';
import { providers } from '../providers/registry.ts';
import { textOf } from './args.ts';
import { type Command, CommandError, type Context, type ExitCode, exit } from './command.ts';
import { configName } from './session.ts';
import { tableLines } from './table.ts';
import { durationText } from './time-text.ts';

const packagedName = 'hooksweep.policy.json';

const isFolder = async (path: string): Promise<boolean> => (await stat(path).catch(() => null))?.isDirectory() ?? false;

/** Where in a folder a packaged policy may lie: in that of one function, or of all as they are built. */
const filesIn = (folder: string): string[] => [join(folder, packagedName), join(folder, 'worker', packagedName)];

const readPackaged = async (file: string): Promise<Policy | null> => {
  try {
    return parsePolicyDocument(await readFile(file, 'utf8'), file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    const message = error instanceof SyntaxError ? `${file} is not JSON` : (error as Error).message;
    throw new CommandError({
      code: 'against',
      message,
      hint: 'package the service again, or name another --against',
      file,
    });
  }
};

const packagedPolicyAt = async (path: string, shown: string): Promise<Policy> => {
  for (const file of (await isFolder(path)) ? filesIn(path) : [path]) {
    const policy = await readPackaged(file);
    if (policy) return policy;
  }
  const hint = 'package it with `npm run package`, name a file or folder with --against, or a stack with --stack';
  throw new CommandError({ code: 'against', message: `no policy was packaged in ${shown}`, hint, file: shown });
};

/** What the present file is compared with, and what to call it. */
const other = async (context: Context): Promise<{ name: string; policy: Policy }> => {
  const { values, env, cwd, signal } = context;
  const against = textOf(values, 'against');
  const stack = textOf(values, 'stack') || (against === undefined ? env.HOOKSWEEP_STACK : undefined);
  if (against !== undefined && stack) {
    const message = '--against and --stack say two different things';
    throw new CommandError({ code: 'bad-option', message, hint: 'leave one of them out' });
  }
  if (stack) {
    const { deployedPolicy } = await import('./deployed-policy.ts');
    return { name: stack, policy: await deployedPolicy(stack, { signal }) };
  }
  const name = against ?? 'dist';
  const path = resolve(cwd, name);
  if (/^\.ya?ml$/.test(extname(path))) return { name, policy: await loadPolicy(path, providers) };
  return { name, policy: await packagedPolicyAt(path, name) };
};

const shown = (what: string, value: Difference['before']): string => {
  if (value === null) return '—';
  if (typeof value === 'number' && what.endsWith('Ms')) return durationText(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const rows = (differences: readonly Difference[], { style }: Context['out']) => {
  const colour = { loosens: style.yellow, tightens: style.green, neutral: style.dim };
  return differences.map(({ account, what, change, before, after, effect }) => [
    account,
    { text: effect, style: colour[effect] },
    what === '' ? `account ${change}` : what.replace(/Ms$/, ''),
    `${shown(what, before)} → ${shown(what, after)}`,
  ]);
};

const run = async (context: Context): Promise<ExitCode> => {
  const { out } = context;
  const after = await context.policy();
  const { name, policy: before } = await other(context);
  const differences = policyDifferences(before, after);
  const loosens = differences.filter(({ effect }) => effect === 'loosens').length;
  out.document({ against: name, before: before.hash, after: after.hash, differences, loosens });
  for (const line of tableLines(rows(differences, out))) out.line(line);
  const told =
    differences.length === 0 ? 'nothing would change' : `${differences.length} changes, ${loosens} loosen it`;
  out.line(`${configName(context)} instead of the policy of ${name}: ${told}`);
  return loosens > 0 ? exit.waits : exit.ok;
};

export const deployCheck: Command = {
  name: 'deploy-check',
  summary: 'Show what a deployment would change in behaviour.',
  usage: '',
  about: `Compares the policy file with the one that is packaged (in dist), that lies in --against, or that a deployed stack
works by: accounts, modes, rules, limits, waits and protect entries that are added, removed or changed. What lets more be
changed, or with less ado, loosens it; so does what points an account elsewhere. Reads only; calls no provider.
Exit codes: 0 nothing loosens, 2 something loosens and waits for your decision, 1 a policy could not be read.`,
  effects: { reads: 'the policy file and the packaged or deployed one', changes: 'nothing' },
  options: { against: { type: 'string' } },
  optionHelp: { against: 'FILE|DIR  a packaged policy, a folder with one, or another policy file (default dist)' },
  positionals: { min: 0, max: 0 },
  examples: [
    'hooksweep deploy-check --config hooksweep.prod.yml',
    'hooksweep deploy-check --config hooksweep.prod.yml --stack hooksweep-prod',
    'hooksweep deploy-check --against main.yml --json',
  ],
  run,
};
