import { iso } from '../clock.ts';
import { type Enqueued, enqueue as enqueueOne } from '../jobs/enqueue.ts';
import { type Command, CommandError, type Context, type ExitCode, exit } from './command.ts';
import { confirmProduction, refuseStopped } from './consent.ts';
import { chosenAccounts, requiredText } from './option.ts';

type Refusal = Extract<Enqueued, { ok: false }>['code'];

const refusals: Readonly<Record<Refusal, readonly [code: ExitCode, hint: string]>> = {
  'unknown-account': [exit.error, 'hooksweep validate lists the accounts'],
  'unknown-webhook': [exit.error, 'hooksweep scan --json lists ids; check --account and --scope'],
  unreadable: [exit.error, 'check the credential and the provider, then try again'],
  guarded: [exit.refused, 'hooksweep why tells what would have to change'],
  'never-on-production': [exit.refused, 'leave --now away: it is switched off first and watched'],
};

const run = async (context: Context): Promise<ExitCode> => {
  const { out, values } = context;
  const [account, webhookId, reason] = (['account', 'webhook', 'reason'] as const).map((name) =>
    requiredText(context, name),
  );
  const step = requiredText(context, 'step');
  if (step !== 'disable' && step !== 'delete')
    throw new CommandError({
      code: 'bad-option',
      message: `--step ${step} is no step`,
      hint: 'write disable or delete',
    });
  const session = await context.session('local');
  try {
    const { ports, policy } = session;
    const [name = ''] = chosenAccounts({ values: { account } }, policy);
    const request = {
      account: name,
      webhookId: webhookId ?? '',
      step,
      reason: reason ?? '',
      now: values.now === true,
    } as const;
    await refuseStopped(ports, [name]);
    const isNever = request.now && policy.accounts.find((one) => one.name === name)?.environment === 'production';
    if (!isNever) await confirmProduction(context, ports, [name], `the webhook ${webhookId} goes (${step})`);
    const scope = typeof values.scope === 'string' ? { scope: values.scope } : {};
    const result = await enqueueOne(ports, { ...request, ...scope });
    if (!result.ok) {
      const [code, hint] = refusals[result.code];
      throw new CommandError({ code: result.code, message: result.message, hint }, code);
    }
    const dueAt = result.dueAt === null ? null : iso(result.dueAt);
    out.document({ record: result.record, state: result.state, dueAt });
    out.line(`${result.record} is ${result.state}${dueAt ? `, its first step is due ${dueAt}` : ''}.`);
    out.line(
      session.running ? 'The hooksweep that runs on this folder carries it out.' : 'Next: hooksweep run --until-idle',
    );
    return exit.ok;
  } finally {
    await session.close();
  }
};

export const enqueue: Command = {
  name: 'enqueue',
  summary: 'Send one webhook on its way by hand.',
  usage: '--account NAME --webhook ID --step disable|delete --reason TEXT',
  about: `You are the finding and the approval; every guard still applies, now and again before each step. \`--step disable\` switches it
off and leaves it at that; \`--step delete\` switches it off, watches, then deletes.
Exit codes: 0 queued, 1 no such account or webhook, 4 refused (a guard, stopped, production without --yes).`,
  options: {
    account: { type: 'string' },
    webhook: { type: 'string' },
    scope: { type: 'string' },
    step: { type: 'string' },
    reason: { type: 'string' },
    now: { type: 'boolean' },
  },
  optionHelp: {
    account: 'NAME  the account in the policy',
    webhook: 'ID  the id at the provider',
    scope: 'SCOPE  where the account has several and the id is in more than one',
    step: 'disable|delete  how far it goes',
    reason: 'TEXT  why, for the history',
    now: 'skip the observation; never on production',
  },
  positionals: { min: 0, max: 0 },
  examples: ['hooksweep enqueue --account shop-sandbox --webhook 123 --step delete --reason "left over from a demo"'],
  run,
};
