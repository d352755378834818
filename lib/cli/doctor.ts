import { accountOf } from '../jobs/ports.ts';
import { type Command, type Context, type ExitCode, exit } from './command.ts';
import { type Check, checkAccount, checkStore } from './doctor-checks.ts';
import { chosenAccounts } from './option.ts';
import { tableLines } from './table.ts';

const statuses = ['ok', 'warn', 'fail', 'skipped'] as const;
type Summary = Record<Check['status'], number>;

const summaryOf = (checks: readonly Check[]): Summary =>
  Object.fromEntries(
    statuses.map((status) => [status, checks.filter((one) => one.status === status).length]),
  ) as Summary;

/** Nothing works where what is shared is broken, or every account is. */
const exitOf = (checks: readonly Check[]): ExitCode => {
  const failed = checks.filter(({ status }) => status === 'fail');
  if (failed.length === 0) return exit.ok;
  const broken = new Set(failed.map(({ account }) => account));
  const accounts = new Set(checks.flatMap(({ account }) => account ?? []));
  return broken.has(null) || [...accounts].every((account) => broken.has(account)) ? exit.error : exit.partly;
};

const show = ({ out }: Context, checks: readonly Check[], summary: Summary): void => {
  const { style } = out;
  const looks = { ok: style.green, warn: style.yellow, fail: style.red, skipped: style.dim };
  const rows = checks.map(({ check, account, status, detail }) => [
    account ?? '(all)',
    check,
    { text: status, style: looks[status] },
    detail,
  ]);
  for (const line of tableLines(rows)) out.line(line);
  out.line();
  const hints = new Set(checks.flatMap(({ hint, account, check }) => (hint ? [`${account ?? check}: ${hint}`] : [])));
  for (const hint of hints) out.line(`hint: ${hint}`);
  const { ok, warn, fail, skipped } = summary;
  out.line(`${ok} in order, ${warn} to look at, ${fail} broken, ${skipped} not tried. Nothing was changed.`);
};

const run = async (context: Context): Promise<ExitCode> => {
  const { out } = context;
  const policy = await context.policy();
  const accounts = chosenAccounts(context, policy).flatMap((name) => accountOf(policy, name) ?? []);
  const session = await context.session('none');
  try {
    const checks: Check[] = [];
    for (const account of accounts) {
      out.progress(`asking the provider of ${account.name}`);
      checks.push(...(await checkAccount(session, account)));
    }
    checks.push(...(await checkStore(session)));
    const summary = summaryOf(checks);
    out.document({ checks, summary });
    show(context, checks, summary);
    return exitOf(checks);
  } finally {
    await session.close();
  }
};

export const doctor: Command = {
  name: 'doctor',
  summary: 'Check credentials, rights, clock, reachability and the table.',
  usage: '',
  about: `Asks the provider of each account for what a scan reads, and looks at what is kept: whether credentials are there and work,
whether the provider can be reached and lists every scope, how far the clock of this machine is from the provider's, and whether
table and queue are in order. Only reads: the right to change is not tried.
Exit codes: 0 all in order, 3 something is broken, 1 nothing works: every account, or what they share.`,
  effects: { reads: 'the policy, the accounts at their providers, table and queue', changes: 'nothing' },
  options: { account: { type: 'string', multiple: true } },
  optionHelp: { account: 'NAME  only these accounts; repeat it or separate by commas' },
  positionals: { min: 0, max: 0 },
  examples: ['hooksweep doctor', 'hooksweep doctor --account shop-production', 'hooksweep doctor --json | jq .summary'],
  run,
};
