import type { AccountState, OpenRecord, ScopeState, Status } from '../jobs/status.ts';
import { type Command, type Context, type ExitCode, exit, type Output } from './command.ts';
import { plain } from './plain.ts';
import { tableLines } from './table.ts';
import { timeText } from './time-text.ts';

type Style = Output['style'];

/** Lines of open records that are shown; JSON has them all. */
const shownMax = 20;

const scopeText = (account: string, { scope, lastGood, lastFailure, busy }: ScopeState): string => {
  const good = lastGood ? `last good scan ${timeText(lastGood.at)}, ${lastGood.webhooks} webhooks` : 'no good scan yet';
  const failure = lastFailure
    ? `; newest scan ${timeText(lastFailure.at)} ${lastFailure.status}: ${lastFailure.message ?? 'no reason kept'}`
    : '';
  return plain(
    `${scope === account ? '' : `${scope}: `}${good}${failure}${busy > 0 ? `; ${busy} held by a worker` : ''}`,
  );
};

const accountLines = (style: Style, state: AccountState): string[] => {
  const { account, provider, environment, mode, stopped, paused, budget, scopes } = state;
  return [
    `${style.bold(account)}  ${provider}, ${environment}, mode ${mode}, budget today ${budget.used} of ${budget.limit}`,
    ...(stopped
      ? [`  ${style.red('stopped')} ${timeText(stopped.at)} by ${plain(`${stopped.actor}: ${stopped.reason}`)}`]
      : []),
    ...(paused ? [`  ${style.yellow('paused')} until ${timeText(paused.until)}: ${plain(paused.why)}`] : []),
    ...(scopes.length === 0 ? ['  never scanned'] : scopes.map((scope) => `  ${scopeText(account, scope)}`)),
  ];
};

const recordRows = (records: readonly OpenRecord[]): string[][] =>
  records.map(({ record, url, state, dueAt, waitFor, held }) => [
    state,
    record,
    url ?? '',
    held === null ? `${waitFor ?? 'due'}${dueAt ? ` until ${timeText(dueAt)}` : ''}` : `held: ${held}`,
  ]);

const listed = (title: string, records: readonly OpenRecord[]): string[] => {
  if (records.length === 0) return [];
  const more = records.length - shownMax;
  return [
    '',
    title,
    ...tableLines(recordRows(records.slice(0, shownMax)), '  '),
    ...(more > 0 ? [`  and ${more} more (--json has all)`] : []),
  ];
};

const planRows = ({ plans }: Status): string[] =>
  plans.length === 0
    ? []
    : [
        '',
        'Plans that wait:',
        ...tableLines(
          plans.map(({ planId, account, status, items, lapsesAt }) => [
            status,
            account,
            `${items} webhooks`,
            `lapses ${timeText(lapsesAt)}`,
            planId,
          ]),
          '  ',
        ),
      ];

/** The status for people. */
const statusLines = (status: Status, style: Style): string[] => {
  const { stopped, accounts, records, due, held, deadLetters } = status;
  const counts = Object.entries(records).map(([state, count]) => `${count} ${state}`);
  return [
    ...(stopped
      ? [
          style.red(
            `STOPPED ${timeText(stopped.at)} by ${plain(`${stopped.actor}: ${stopped.reason}`)}; hooksweep start goes on`,
          ),
          '',
        ]
      : []),
    ...accounts.flatMap((account) => accountLines(style, account)),
    '',
    `Records: ${counts.length > 0 ? counts.join(', ') : 'none'}. Dead letters: ${deadLetters ?? 'not known'}.`,
    ...listed('Due:', due),
    ...listed('Held for a person (hooksweep release):', held),
    ...planRows(status),
  ];
};

const run = async ({ out, desk }: Context): Promise<ExitCode> => {
  const asked = await desk('none');
  try {
    if (asked.nothingKept !== null) out.warn(asked.nothingKept);
    const status = await asked.ask('status', {});
    out.document(status);
    for (const line of statusLines(status, out.style)) out.line(line);
    return exit.ok;
  } finally {
    await asked.close();
  }
};

export const status: Command = {
  name: 'status',
  summary: 'Show scans, pauses, budget, what is due and what waits.',
  usage: '',
  about: `Shows last good scans and failures, pauses, today's budget, open records with their due dates, what is held, which plans
wait for an approval, whether hooksweep is stopped, and dead letters. Reads only, and calls no provider. Exit codes: 0, 1 error.`,
  effects: { reads: 'the policy and what is kept', changes: 'nothing' },
  options: {},
  optionHelp: {},
  positionals: { min: 0, max: 0 },
  examples: ['hooksweep status', 'hooksweep status --local /var/lib/hooksweep --json'],
  run,
};
