import { iso } from '../clock.ts';
import type { Ports } from '../jobs/ports.ts';
import { replace as replaceOne } from '../jobs/replace.ts';
import { type Command, CommandError, type Context, type ExitCode, exit } from './command.ts';
import { confirmProduction, refuseStopped } from './consent.ts';
import { givenSecrets, secretHelp, secretOptions, secretPlace } from './given-secrets.ts';
import { chosenAccounts, requiredText } from './option.ts';

/** The values behind `--secret`, read here because the creation happens here. */
const valuesOf = async (
  ports: Ports,
  references: Readonly<Record<string, string>>,
): Promise<Record<string, string>> => {
  const values: Record<string, string> = {};
  for (const [name, reference] of Object.entries(references)) {
    const read = await ports.secrets?.read(reference);
    if (read?.status !== 'ok')
      throw new CommandError({
        code: 'no-secret',
        message: `--secret ${name}: ${read?.why ?? 'no secrets can be read here'}`,
        hint: read?.hint ?? 'set the variable',
      });
    values[name] = read.value;
  }
  return values;
};

const run = async (context: Context): Promise<ExitCode> => {
  const { out, values } = context;
  const webhookId = requiredText(context, 'webhook');
  const url = requiredText(context, 'url');
  const reason = requiredText(context, 'reason');
  const session = await context.session('local');
  try {
    const { ports, policy } = session;
    const [account = ''] = chosenAccounts({ values: { account: requiredText(context, 'account') } }, policy);
    await refuseStopped(ports, [account]);
    await confirmProduction(
      context,
      ports,
      [account],
      `a webhook is created, and ${webhookId} goes after its observation`,
    );
    const scope = typeof values.scope === 'string' ? { scope: values.scope } : {};
    const secrets = await valuesOf(ports, givenSecrets(context));
    const result = await replaceOne(ports, {
      account,
      webhookId,
      url,
      reason,
      secrets,
      secretTo: secretPlace(context),
      ...scope,
    });
    if (!result.ok) {
      const { code, message, hint } = result;
      throw new CommandError({ code, message, hint });
    }
    const { createdId, adopted, old, warning } = result;
    if (warning) out.warn(warning);
    out.document({ created: createdId, adopted, old, warning });
    out.line(`${createdId} ${adopted ? 'was there already' : 'is created'} and listed.`);
    if (!old.ok) {
      out.line(`The old one stays as it is: ${old.message}`);
      return exit.partly;
    }
    out.line(`${old.record} is ${old.state}${old.dueAt === null ? '' : `, its first step is due ${iso(old.dueAt)}`}.`);
    if (!session.running) out.line('Next: hooksweep run --until-idle');
    return exit.ok;
  } finally {
    await session.close();
  }
};

export const replace: Command = {
  name: 'replace',
  summary: 'Put a new webhook in the place of an old one.',
  usage: '--account NAME --webhook ID --url URL --reason TEXT',
  about: `Creates the new one with the settings of the old, proves by a list that it is there, and only then sends the old one down the
normal way: switched off, watched, deleted. Running it again after a failure adopts what was created.
Exit codes: 0 created and queued, 1 nothing created or not proven, 3 created but the old one is guarded, 4 refused.`,
  options: {
    account: { type: 'string' },
    webhook: { type: 'string' },
    scope: { type: 'string' },
    url: { type: 'string' },
    reason: { type: 'string' },
    ...secretOptions,
  },
  optionHelp: {
    account: 'NAME  the account in the policy',
    webhook: 'ID  the old one',
    scope: 'SCOPE  where the account has several',
    url: 'URL  where the new one delivers',
    reason: 'TEXT  why, for the history',
    ...secretHelp,
  },
  positionals: { min: 0, max: 0 },
  examples: [
    'hooksweep replace --account shop --webhook 123 --url https://hooks.example.com/modulus --reason "new host"',
  ],
  run,
};
