import { checkPolicy } from '../policy/check.ts';
import { type Command, type Context, type ExitCode, exit } from './command.ts';
import { configName } from './session.ts';

const run = async (context: Context): Promise<ExitCode> => {
  const { out } = context;
  const policy = await context.policy();
  const warnings = checkPolicy(policy);
  const accounts = policy.accounts.map(({ name, provider, environment, mode, rules }) => ({
    account: name,
    ...{ provider, environment, mode },
    rules: Object.keys(rules),
  }));
  out.document({ ok: true, policy: policy.hash, accounts, warnings });
  for (const { account, message, hint } of warnings)
    out.warn(`${account ? `account ${account}: ` : ''}${message}; ${hint}`);
  const count = `${accounts.length} ${accounts.length === 1 ? 'account' : 'accounts'}`;
  out.line(
    `${configName(context)} is valid: ${count} (${accounts.map(({ account, mode }) => `${account}: ${mode}`).join(', ')})`,
  );
  out.line('Next: hooksweep scan');
  return exit.ok;
};

export const validate: Command = {
  name: 'validate',
  summary: 'Check the policy file, offline.',
  usage: '',
  about: `Checks the policy file without calling anybody: each problem with file, line, column and what to write instead.
Changes nothing. Exit codes: 0 valid (there may be warnings), 1 not valid.`,
  effects: { reads: 'the policy file', changes: 'nothing' },
  options: {},
  optionHelp: {},
  positionals: { min: 0, max: 0 },
  examples: ['hooksweep validate', 'hooksweep validate --config production.yml --json'],
  run,
};
