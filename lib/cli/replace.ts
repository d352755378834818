import { textOf } from './args.ts';
import { type Command, type Context, type ExitCode, exit } from './command.ts';
import { agreed } from './consent.ts';
import { nextStep } from './desk.ts';
import { givenSecrets, secretHelp, secretOptions, secretPlace } from './given-secrets.ts';
import { requiredText } from './option.ts';

const run = async (context: Context): Promise<ExitCode> => {
  const { out, values } = context;
  const scope = textOf(values, 'scope');
  const asked = {
    webhookId: requiredText(context, 'webhook'),
    url: requiredText(context, 'url'),
    reason: requiredText(context, 'reason'),
    account: requiredText(context, 'account'),
    secrets: givenSecrets(context),
    secretTo: secretPlace(context),
    ...(scope && { scope }),
  };
  const desk = await context.desk('local');
  try {
    const answer = await agreed(context, (yes) => desk.ask('replace', { ...asked, yes }));
    const { created, adopted, old, warning } = answer;
    if (warning) out.warn(warning);
    out.document(answer);
    out.line(`${created} ${adopted ? 'was there already' : 'is created'} and listed.`);
    if (!old.ok) {
      out.line(`The old one stays as it is: ${old.message}`);
      return exit.partly;
    }
    out.line(`${old.record} is ${old.state}${old.dueAt === null ? '' : `, its first step is due ${old.dueAt}`}.`);
    out.line(nextStep(desk));
    return exit.ok;
  } finally {
    await desk.close();
  }
};

export const replace: Command = {
  name: 'replace',
  summary: 'Put a new webhook in the place of an old one.',
  usage: '--account NAME --webhook ID --url URL --reason TEXT',
  about: `Creates the new one with the settings of the old, proves by a list that it is there, and only then sends the old one down the
normal way: switched off, watched, deleted. Running it again after a failure adopts what was created.
Exit codes: 0 created and queued, 1 nothing created or not proven, 3 created but the old one is guarded, 4 refused.`,
  effects: {
    reads: 'the account at its provider, what is kept',
    changes: 'creates the new webhook, and queues the old one',
  },
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
