import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Environment } from '../policy/policy.ts';
import { variableFor } from '../policy/reference.ts';
import { starterPolicy } from '../policy/starter.ts';
import { either, quote, suggestion } from '../policy/wording.ts';
import { capabilitiesOf } from '../providers/capabilities.ts';
import type { ProviderDefinition } from '../providers/contract.ts';
import { providers } from '../providers/registry.ts';
import { textOf } from './args.ts';
import { type Command, CommandError, type Context, type ExitCode, exit } from './command.ts';
import { providerNamed } from './provider-name.ts';
import { configName, defaultFolder } from './session.ts';

/** PROVIDER and --provider are one thing; two different ones are a slip that must not be guessed at. */
const wantedProvider = ({ positionals, values }: Context): string => {
  const [named, option] = [positionals[0], textOf(values, 'provider')];
  const names = Object.keys(providers);
  if (named !== undefined && option !== undefined && named !== option) {
    const message = `PROVIDER is ${quote(named)} and --provider is ${quote(option)}`;
    throw new CommandError({ code: 'bad-option', message, hint: 'leave one of them out: a starter has one account' });
  }
  const wanted = named ?? option;
  if (wanted !== undefined) return wanted;
  const hint = `write hooksweep init ${either(names)}; hooksweep providers tells of each`;
  throw new CommandError({ code: 'unknown-provider', message: 'init wants to know the provider', hint });
};

const environments: readonly Environment[] = ['sandbox', 'production'];

const chosenEnvironment = (wanted: string | undefined): Environment => {
  const environment = environments.find((one) => one === (wanted ?? 'sandbox'));
  if (environment) return environment;
  const message = `--environment cannot be ${quote(wanted)}`;
  throw new CommandError({ code: 'unknown-environment', message, hint: suggestion(wanted, environments) });
};

const fileError = (file: string, error: unknown): CommandError => {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST')
    return new CommandError({
      code: 'exists',
      message: 'it is there already and is left as it is',
      hint: 'name another file with --config, or edit this one',
      file,
    });
  const hint = 'name a file in a folder that this user may write with --config';
  return new CommandError({
    code: 'not-writable',
    message: `it cannot be written (${code ?? String(error)})`,
    hint,
    file,
  });
};

/** The text of a file, empty where there is none. */
const textIn = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw fileError(file, error);
  }
};

const write = async (file: string, text: string, flag: 'w' | 'wx'): Promise<void> => {
  try {
    await writeFile(file, text, { flag });
  } catch (error) {
    throw fileError(file, error);
  }
};

const ignored = `${defaultFolder}/`;

/** Adds what must not be committed; false where it stands there already. */
const addIgnored = async (file: string): Promise<boolean> => {
  const before = await textIn(file);
  const lines = before.split(/\r?\n/).map((line) => line.trim());
  if (lines.some((line) => [ignored, defaultFolder, `/${ignored}`, `/${defaultFolder}`].includes(line))) return false;
  await write(file, `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${ignored}\n`, 'w');
  return true;
};

/** Those that must be there, and where there are alternatives the first of them, as the starter has it. */
const neededCredentials = ({ credentials, oneOf }: ProviderDefinition): readonly string[] =>
  Object.keys(credentials).filter((name) => credentials[name]?.required || oneOf?.[0]?.includes(name));

const run = async (context: Context): Promise<ExitCode> => {
  const { values, out, cwd } = context;
  const definition = providerNamed(wantedProvider(context));
  const environment = chosenEnvironment(textOf(values, 'environment'));
  const name = configName(context);
  const file = resolve(cwd, name);
  const folder = dirname(file);
  const starter = starterPolicy(definition, environment, definition.exampleOptions, capabilitiesOf(definition));
  const beside = (other: string) => join(dirname(name), other);
  await write(file, starter, 'wx').catch((error: CommandError) => {
    throw new CommandError({ ...error.failure, file: name });
  });
  // Loaded only here: nothing else needs JSON Schema.
  const { policySchemaText } = await import('../policy/json-schema.ts');
  await write(join(folder, 'hooksweep.schema.json'), policySchemaText(providers), 'w');
  const written = [name, beside('hooksweep.schema.json')];
  if (await addIgnored(join(folder, '.gitignore'))) written.push(beside('.gitignore'));
  const exports = neededCredentials(definition).map((name) => `export ${variableFor(definition.id, name)}=…`);
  const next = [...exports, 'hooksweep validate', 'hooksweep scan'];
  out.document({ written, next });
  for (const one of written) out.line(`wrote ${one}`);
  out.line(`Next: ${next.join(' && ')}`);
  return exit.ok;
};

export const init: Command = {
  name: 'init',
  summary: 'Write a starter policy file.',
  usage: '[PROVIDER]',
  about: `Writes hooksweep.yml for one account, hooksweep.schema.json beside it for editors, and a line in .gitignore.
A policy file that is there already is never overwritten. Calls nobody. Providers: ${Object.keys(providers).join(', ')}.
Exit codes: 0 written, 1 not.`,
  effects: { reads: 'nothing', changes: 'writes the policy file and hooksweep.schema.json, adds a line to .gitignore' },
  options: { provider: { type: 'string' }, environment: { type: 'string' } },
  optionHelp: { provider: 'NAME  the same as PROVIDER', environment: 'NAME  sandbox (default) or production' },
  positionals: { min: 0, max: 1 },
  examples: ['hooksweep init github', 'hooksweep init modulus --environment production --config production.yml'],
  run,
};
