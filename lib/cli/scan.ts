import { previewAccounts } from '../jobs/look.ts';
import { scanAccount } from '../jobs/scan.ts';
import { planDigest } from '../plan/ids.ts';
import type { Plan, ScopeStatus } from '../plan/item.ts';
import { planDocument } from '../plan/plan.ts';
import { textOf } from './args.ts';
import { type Command, type Context, type ExitCode, exit, type Session } from './command.ts';
import { chosenAccounts } from './option.ts';
import { checkOutFile, type OutFile, writeOutFile } from './plan-out.ts';
import { footer, planLines } from './plan-table.ts';
import { configName } from './session.ts';

const isShrunk = ({ error }: ScopeStatus): boolean => error?.code === 'shrink';

/** The exit code of a scan, the first that fits. */
export const scanExit = ({ accounts, summary }: Pick<Plan, 'accounts' | 'summary'>): ExitCode => {
  const scopes = accounts.flatMap((account) => account.scopes);
  const bad = scopes.filter(({ status }) => status !== 'complete');
  const readable = accounts.some(({ status }) => status === 'complete') || bad.length < scopes.length;
  if (!readable) return bad.length > 0 && bad.every(isShrunk) ? exit.refused : exit.error;
  if (bad.length > 0) return exit.partly;
  return summary.proposed > 0 ? exit.waits : exit.ok;
};

/** Writes down that a person believes what those scopes show now. */
const acceptShrink = async (
  { ports, directory }: Session,
  names: readonly string[],
  out: Context['out'],
): Promise<void> => {
  if (directory === null) return out.warn('nothing was kept of earlier scans here, so there is no shrink to accept');
  const shrunk = (await previewAccounts(ports, names, { acceptShrink: false })).filter(({ plan }) =>
    plan.scopes.some(isShrunk),
  );
  if (shrunk.length === 0) return out.warn('no account shrank: there is nothing to accept, and nothing was written');
  for (const { plan } of shrunk) {
    await scanAccount(ports, plan.account, { acceptShrink: true });
    out.warn(`accepted what ${plan.account} lists now as its last good scan, and wrote it to ${directory}`);
  }
};

const planOf = async (session: Session, names: readonly string[], out: Context['out']): Promise<Plan> => {
  const { policy, ports } = session;
  out.progress(`reading ${names.length} ${names.length === 1 ? 'account' : 'accounts'}`);
  const parts = await previewAccounts(ports, names, { acceptShrink: false });
  const plan = out.scrubbed(planDocument(policy, parts, ports.clock.now(), []));
  return { ...plan, digest: planDigest(plan) };
};

/** The whole scan as an error where nothing of it can be used. */
const failureOf = (plan: Plan, code: ExitCode): ScopeStatus['error'] => {
  if (code !== exit.error && code !== exit.refused) return undefined;
  const [first] = plan.accounts.flatMap(({ scopes }) => scopes.flatMap(({ error }) => (error ? [error] : [])));
  return (
    first ?? { code: 'unreadable', message: 'no account could be read', hint: 'check the credentials, then scan again' }
  );
};

/** The files that were asked for; a name under which nothing can be written is refused before anything is read. */
const outFiles = async (context: Context): Promise<{ plan: OutFile | null; report: OutFile | null }> => {
  const { values, cwd } = context;
  const [out, html] = [textOf(values, 'out'), textOf(values, 'html')];
  const plan: OutFile | null = out === undefined ? null : { option: 'out', what: 'plan', file: out };
  const report: OutFile | null = html === undefined ? null : { option: 'html', what: 'report', file: html };
  const taken = { 'the policy file': configName(context) };
  if (plan) await checkOutFile(cwd, plan, taken);
  if (report) await checkOutFile(cwd, report, { ...taken, ...(plan && { 'the file of --out': plan.file }) });
  return { plan, report };
};

const writeReport = async (cwd: string, file: OutFile, plan: Plan, lead: string): Promise<void> => {
  // Loaded only where it is needed, as few scans write one.
  const { renderReport } = await import('../report/report.ts');
  await writeOutFile(cwd, file, renderReport(plan, lead));
};

const run = async (context: Context): Promise<ExitCode> => {
  const { out, cwd } = context;
  const files = await outFiles(context);
  const names = chosenAccounts(context, await context.policy());
  const session = await context.session('none');
  try {
    if (context.values['accept-shrink']) await acceptShrink(session, names, out);
    const plan = await planOf(session, names, out);
    const code = scanExit(plan);
    const error = failureOf(plan, code);
    if (files.plan && !error) await writeOutFile(cwd, files.plan, `${JSON.stringify(plan, null, 2)}\n`);
    const lead = footer(session.policy, plan, files.plan?.file ?? null);
    if (files.report) await writeReport(cwd, files.report, plan, lead);
    out.document({ ...plan, ...(error && { error }) });
    for (const line of planLines(plan, out.style)) out.line(line);
    out.line(lead);
    if (error && !out.json)
      out.fail(`hooksweep: ${code === exit.refused ? 'refused, too much is missing' : 'no account could be read'}`);
    return code;
  } finally {
    await session.close();
  }
};

export const scan: Command = {
  name: 'scan',
  summary: 'Show what would go and why; reads only.',
  usage: '',
  about: `Reads the accounts of the policy and prints the plan: what would be deleted, what a guard keeps, what is only reported.
Sends nothing that changes a webhook, and writes nothing but the files of --out and --html. With --accept-shrink it also writes down,
in the folder of --local, that the present lists are to be believed although much is missing from them.
Exit codes: 0 nothing to propose, 2 proposals wait for a decision, 3 a part could not be read, 1 nothing could be read,
4 refused because too much is missing since the last good scan.`,
  effects: {
    reads: 'the policy, the accounts at their providers, what is kept',
    changes: 'writes the files of --out and --html; with --accept-shrink the last good scan',
  },
  options: {
    account: { type: 'string', multiple: true },
    out: { type: 'string' },
    html: { type: 'string' },
    'accept-shrink': { type: 'boolean' },
  },
  optionHelp: {
    account: 'NAME  only these accounts; repeat it or separate by commas',
    out: 'FILE  also write the plan to a file for hooksweep apply',
    html: 'FILE  also write a page to read, filter and print; it needs nothing but itself',
    'accept-shrink': 'believe the present lists although many webhooks are missing',
  },
  positionals: { min: 0, max: 0 },
  examples: [
    'hooksweep scan',
    'hooksweep scan --account modulus-sandbox --out plan.json',
    'hooksweep scan --html report.html',
    'hooksweep scan --json | jq .summary',
  ],
  run,
};
