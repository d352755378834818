import type { Backtest, BacktestItem } from '../backtest/backtest.ts';
import { iso } from '../clock.ts';
import { packagedPolicy } from '../policy/packaged.ts';
import { textOf, textsOf } from './args.ts';
import { backtestMarkdown } from './backtest-markdown.ts';
import { type Command, CommandError, type Context, type ExitCode, exit } from './command.ts';
import { requiredText } from './option.ts';
import { configName, policyNamed } from './session.ts';
import { stackName } from './stack.ts';
import { tableLines } from './table.ts';
import { parsePast } from './time-text.ts';

const day = (iso: string | null): string => (iso ?? '').slice(0, 10);
const shownMax = 20;

const rowOf =
  ({ style }: Context['out'], other: string) =>
  ({ account, url, name, webhookId, findings, firstAt, otherFirstAt, regret }: BacktestItem) => [
    account,
    url ?? name ?? webhookId,
    findings.map(({ rule }) => rule).join(', '),
    `since ${day(firstAt)}${otherFirstAt === null ? '' : `, ${other} ${day(otherFirstAt)}`}`,
    regret === null ? '' : { text: `regret: ${regret.detail} (${day(regret.at)})`, style: style.red },
  ];

const section = (out: Context['out'], title: string, items: readonly BacktestItem[], other: string): void => {
  if (items.length === 0) return;
  out.line();
  out.line(out.style.bold(title));
  for (const line of tableLines(items.slice(0, shownMax).map(rowOf(out, other)), '  ')) out.line(line);
  if (items.length > shownMax) out.line(`  and ${items.length - shownMax} more (--json has all)`);
};

const show = (out: Context['out'], result: Backtest, names: { present: string; changed: string }): void => {
  const { scans, from, to, accounts, summary } = result;
  out.line(`Recorded scans: ${scans}, from ${day(from)} to ${day(to)}; ${names.changed} in place of ${names.present}`);
  const rows = accounts.map((one) => [
    one.account,
    `${one.scans} ${one.scans === 1 ? 'scan' : 'scans'}`,
    `${one.present} proposed`,
    `${one.changed} with the change`,
  ]);
  for (const line of tableLines(rows, '  ')) out.line(line);
  section(out, 'Proposed in addition:', result.additional, 'before the change');
  section(out, 'No longer proposed:', result.noLonger, 'with the change');
  out.line();
  const { additional, regret, noLonger, spared } = summary;
  out.line(
    `${additional} proposed in addition, ${regret} of them later seen alive or restored (regret); ` +
      `${noLonger} no longer, ${spared} of them later seen alive or restored.`,
  );
};

const noScans = (): CommandError =>
  new CommandError({
    code: 'no-snapshots',
    message: 'no scan is kept here that a back-test could run over',
    hint: 'scans of `hooksweep run` are kept, one a day and scope: hooksweep run --until-idle',
  });

const exitOf = ({ unreadable, summary }: Backtest): ExitCode => {
  if (unreadable > 0) return exit.partly;
  return summary.additional > 0 ? exit.waits : exit.ok;
};

const run = async (context: Context): Promise<ExitCode> => {
  const { out, values, cwd } = context;
  const file = requiredText(context, 'policy');
  if (values.markdown === true && out.json) {
    const message = '--markdown and --json are two forms of one document';
    throw new CommandError({ code: 'bad-option', message, hint: 'leave one of them out' });
  }
  const changed = packagedPolicy(await policyNamed(file, cwd));
  const desk = await context.desk('none');
  try {
    const asked = textOf(values, 'since');
    const since = asked === undefined ? {} : { since: iso(parsePast(asked, 'since', desk.clock.now())) };
    const result = await desk.ask('backtest', { changed, accounts: textsOf(values, 'account'), ...since });
    if (result.scans === 0 && result.unreadable === 0) throw noScans();
    for (const warning of result.warnings) out.warn(warning);
    if (result.unreadable > 0) out.warn(`${result.unreadable} recorded scans are left out: they are not as written`);
    out.document(result);
    if (values.markdown === true) for (const line of backtestMarkdown(result, file)) out.line(line);
    else show(out, result, { present: stackName(context) ?? configName(context), changed: file });
    return exitOf(result);
  } finally {
    await desk.close();
  }
};

export const backtest: Command = {
  name: 'backtest',
  summary: 'Show what a changed policy would have proposed in the scans that are kept.',
  usage: '--policy FILE',
  about: `Runs a changed policy and the present one over the recorded scans, by the same rules and guards as a scan, each at the time
of its scan. Prints which webhooks would have been proposed in addition and which no longer, and how many of those were later seen
alive (a delivery, switched on or edited by somebody, vetoed) or restored. \`run\` and the scheduled scanner record the first good
scan of each day and scope, for 90 days, with secrets redacted. Reads the table only; calls no provider and changes nothing.
Exit codes: 0 nothing in addition, 2 something in addition, for you to judge, 3 a recorded scan could not be read, 1 error or
nothing recorded.`,
  effects: { reads: 'both policy files and the recorded scans', changes: 'nothing' },
  options: {
    policy: { type: 'string' },
    account: { type: 'string', multiple: true },
    since: { type: 'string' },
    markdown: { type: 'boolean' },
  },
  optionHelp: {
    policy: 'FILE  the changed policy; the present one is that of --config, or of the stack',
    account: 'NAME  only these accounts; repeat it or separate by commas',
    since: 'TIME  only scans since: a date, a time, or 30d',
    markdown: 'print it as a comment for a pull request',
  },
  positionals: { min: 0, max: 0 },
  examples: [
    'hooksweep backtest --policy new.yml',
    'hooksweep backtest --policy new.yml --since 30d --account shop-production',
    'hooksweep backtest --policy new.yml --stack hooksweep-prod --markdown > comment.md',
  ],
  run,
};
