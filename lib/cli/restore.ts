import type { RestoreAnswer } from '../jobs/restore.ts';
import { textOf } from './args.ts';
import { type Command, type Context, type ExitCode, exit } from './command.ts';
import { agreed } from './consent.ts';
import { nextStep } from './desk.ts';
import { givenSecrets, secretHelp, secretOptions, secretPlace } from './given-secrets.ts';

const show = ({ out }: Context, { target, ok, detail, url, lost }: RestoreAnswer): void => {
  out.line(`${ok ? out.style.green('yes') : out.style.red('no')}  ${target}  ${url ?? ''}: ${detail}`);
  if (lost.length > 0) out.line(`     will not come back: ${lost.join(', ')}`);
};

const run = async (context: Context): Promise<ExitCode> => {
  const { out, values, positionals } = context;
  const plan = textOf(values, 'plan');
  const asked = {
    records: [...positionals],
    ...(plan && { plan }),
    secrets: givenSecrets(context),
    secretTo: secretPlace(context),
    reason: textOf(values, 'reason') || 'restored by hand',
  };
  const isDry = values['dry-run'] === true;
  const desk = await context.desk('local');
  try {
    if (isDry || !out.json) {
      const { results } = await desk.ask('restore', { ...asked, dryRun: true });
      for (const answer of results) show(context, answer);
      if (isDry) {
        out.document({ results });
        return results.every(({ ok }) => ok) ? exit.ok : exit.partly;
      }
    }
    const { results } = await agreed(context, (yes) => desk.ask('restore', { ...asked, yes }));
    out.document({ results });
    const done = results.filter(({ ok }) => ok).length;
    out.line(`${done} of ${results.length} on their way back.`);
    if (done > 0) out.line(nextStep(desk));
    if (done === 0) return exit.error;
    return done < results.length ? exit.partly : exit.ok;
  } finally {
    await desk.close();
  }
};

export const restore: Command = {
  name: 'restore',
  summary: 'Bring back what was switched off or deleted.',
  usage: '[RECORD…] [--plan ID]',
  about: `Switches on what is still there and creates from its backup what is gone. Says before what cannot come back: the id, a secret
that the provider makes up, parts of a URL that were never kept. Asking twice changes nothing. What was restored is not swept again.
Exit codes: 0 all on their way, 1 none, 3 some, 4 production without --yes.`,
  effects: {
    reads: 'what is kept, the account at its provider',
    changes: 'queues the way back; the next run creates or switches on',
  },
  options: { plan: { type: 'string' }, 'dry-run': { type: 'boolean' }, reason: { type: 'string' }, ...secretOptions },
  optionHelp: {
    plan: 'ID  all that a plan removed',
    'dry-run': 'only say what would happen and what would be lost',
    reason: 'TEXT  why, for the history',
    ...secretHelp,
  },
  positionals: { min: 0, max: 100 },
  examples: [
    'hooksweep restore "shop#shop#endpoint#123" --dry-run',
    'hooksweep restore --plan sha256:… --reason "partner still uses it"',
  ],
  run,
};
