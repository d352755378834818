import { textOf } from './args.ts';
import { type Command, CommandError, type Context, type ExitCode, exit } from './command.ts';
import { agreed } from './consent.ts';
import { nextStep } from './desk.ts';
import { requiredText } from './option.ts';

const run = async (context: Context): Promise<ExitCode> => {
  const { out, values } = context;
  const [account = '', webhookId = '', reason = ''] = (['account', 'webhook', 'reason'] as const).map((name) =>
    requiredText(context, name),
  );
  const step = requiredText(context, 'step');
  if (step !== 'disable' && step !== 'delete')
    throw new CommandError({
      code: 'bad-option',
      message: `--step ${step} is no step`,
      hint: 'write disable or delete',
    });
  const kind = textOf(values, 'kind');
  if (kind !== undefined && kind !== 'endpoint' && kind !== 'signing-secret')
    throw new CommandError({
      code: 'bad-option',
      message: `--kind ${kind} is no kind`,
      hint: 'write endpoint or signing-secret',
    });
  const scope = textOf(values, 'scope');
  const where = { ...(scope && { scope }), ...(kind && ({ kind } as const)) };
  const asked = { account, webhookId, step, reason, now: values.now === true, ...where } as const;
  const desk = await context.desk('local');
  try {
    const answer = await agreed(context, (yes) => desk.ask('enqueue', { ...asked, yes }));
    out.document(answer);
    const { record, state, dueAt } = answer;
    out.line(`${record} is ${state}${dueAt ? `, its first step is due ${dueAt}` : ''}.`);
    out.line(nextStep(desk));
    return exit.ok;
  } finally {
    await desk.close();
  }
};

export const enqueue: Command = {
  name: 'enqueue',
  summary: 'Send one webhook on its way by hand.',
  usage: '--account NAME --webhook ID --step disable|delete --reason TEXT',
  about: `You are the finding and the approval; every guard still applies, now and again before each step. \`--step disable\` switches it
off and leaves it at that; \`--step delete\` switches it off, watches, then deletes.
Exit codes: 0 queued, 1 no such account or webhook, 4 refused (a guard, stopped, production without --yes).`,
  effects: { reads: 'the account at its provider, what is kept', changes: 'opens a record and queues it; no webhook' },
  options: {
    account: { type: 'string' },
    webhook: { type: 'string' },
    scope: { type: 'string' },
    kind: { type: 'string' },
    step: { type: 'string' },
    reason: { type: 'string' },
    now: { type: 'boolean' },
  },
  optionHelp: {
    account: 'NAME  the account in the policy',
    webhook: 'ID  the id at the provider',
    scope: 'SCOPE  where the account has several and the id is in more than one',
    kind: 'endpoint|signing-secret  where both have the id',
    step: 'disable|delete  how far it goes',
    reason: 'TEXT  why, for the history',
    now: 'skip the observation; never on production',
  },
  positionals: { min: 0, max: 0 },
  examples: ['hooksweep enqueue --account shop-sandbox --webhook 123 --step delete --reason "left over from a demo"'],
  run,
};
