import type { CleanupRecord } from '../audit/record.ts';
import { subjectFrom } from '../jobs/decide.ts';
import { plansOf, recordKeysOf } from '../jobs/plans.ts';
import type { Ports } from '../jobs/ports.ts';
import { readRecord, readRecords } from '../jobs/records.ts';
import { type RestoreAnswer, type RestoreRequest, requestRestore } from '../jobs/restore.ts';
import { textOf } from './args.ts';
import { type Command, CommandError, type Context, type ExitCode, exit } from './command.ts';
import { confirmProduction } from './consent.ts';
import { givenSecrets, secretHelp, secretOptions, secretPlace } from './given-secrets.ts';

const noSuch = (message: string) =>
  new CommandError({ code: 'unknown-record', message, hint: 'hooksweep audit lists records as account#scope#kind#id' });

const named = async (ports: Ports, name: string): Promise<CleanupRecord> => {
  const subject = subjectFrom(name);
  const record = subject ? await readRecord(ports, subject) : undefined;
  if (!record) throw noSuch(`there is no record ${name}`);
  return record;
};

/** The records that are meant: those named, or what a plan deleted, switched off or failed at. */
const chosen = async ({ positionals, values }: Context, ports: Ports): Promise<CleanupRecord[]> => {
  const plan = textOf(values, 'plan');
  if (!plan && positionals.length === 0)
    throw new CommandError({
      code: 'nothing-named',
      message: 'no record and no plan is named',
      hint: 'name records, or --plan ID',
    });
  const records = await Promise.all(positionals.map((name) => named(ports, name)));
  if (!plan) return records;
  const keys = (
    await Promise.all((await plansOf(ports, plan)).map(({ planId }) => recordKeysOf(ports, planId)))
  ).flat();
  const ofPlan = (await readRecords(ports, keys)).filter(
    ({ state }) => !['proposed', 'approved', 'kept', 'gone'].includes(state),
  );
  if (ofPlan.length === 0) throw noSuch(`the plan ${plan} left nothing to be restored here`);
  return [...records, ...ofPlan];
};

const show = ({ out }: Context, { target, ok, detail, url, lost }: RestoreAnswer): void => {
  out.line(`${ok ? out.style.green('yes') : out.style.red('no')}  ${target}  ${url ?? ''}: ${detail}`);
  if (lost.length > 0) out.line(`     will not come back: ${lost.join(', ')}`);
};

const run = async (context: Context): Promise<ExitCode> => {
  const { out, values } = context;
  const asked: RestoreRequest = {
    secrets: givenSecrets(context),
    secretTo: secretPlace(context),
    reason: textOf(values, 'reason') || 'restored by hand',
    dryRun: true,
  };
  const session = await context.session('local');
  try {
    const { ports } = session;
    const records = await chosen(context, ports);
    const before = await Promise.all(records.map((record) => requestRestore(ports, record, asked)));
    const isDry = values['dry-run'] === true;
    if (isDry || !out.json) for (const answer of before) show(context, answer);
    if (isDry) {
      out.document({ results: before });
      return before.every(({ ok }) => ok) ? exit.ok : exit.partly;
    }
    const accounts = [...new Set(records.map(({ account }) => account))];
    await confirmProduction(context, ports, accounts, `${records.length} webhooks come back`);
    const results: RestoreAnswer[] = [];
    for (const [at, record] of records.entries())
      results.push(
        before[at]?.ok
          ? await requestRestore(ports, record, { ...asked, dryRun: false })
          : (before[at] as RestoreAnswer),
      );
    out.document({ results });
    const done = results.filter(({ ok }) => ok).length;
    out.line(`${done} of ${results.length} on their way back.`);
    if (done > 0 && !session.running) out.line('Next: hooksweep run --until-idle');
    if (done === 0) return exit.error;
    return done < results.length ? exit.partly : exit.ok;
  } finally {
    await session.close();
  }
};

export const restore: Command = {
  name: 'restore',
  summary: 'Bring back what was switched off or deleted.',
  usage: '[RECORD…] [--plan ID]',
  about: `Switches on what is still there and creates from its backup what is gone. Says before what cannot come back: the id, a secret
that the provider makes up, parts of a URL that were never kept. Asking twice changes nothing. What was restored is not swept again.
Exit codes: 0 all on their way, 1 none, 3 some, 4 production without --yes.`,
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
