import { subjectFrom } from '../jobs/decide.ts';
import type { RuleVerdict, Wanted, Why } from '../jobs/why.ts';
import { quote } from '../policy/wording.ts';
import { textOf } from './args.ts';
import { type Command, CommandError, type Context, type ExitCode, exit, type Output } from './command.ts';
import { plain } from './plain.ts';
import { storyLines, waitText } from './story.ts';
import { tableLines } from './table.ts';
import { timeText } from './time-text.ts';

const usageHint = 'write hooksweep why --account NAME --webhook ID, or hooksweep why RECORD as audit shows it';

const wantedBy = ({ values, positionals }: Context): Wanted => {
  const [record] = positionals;
  if (record !== undefined) {
    const subject = subjectFrom(record);
    if (subject) return subject;
    throw new CommandError({ code: 'bad-record', message: `${quote(record)} names no record`, hint: usageHint });
  }
  const [account, webhookId, scope] = ['account', 'webhook', 'scope'].map((name) => textOf(values, name));
  if (account && webhookId) return { account, webhookId, ...(scope !== undefined && { scope }) };
  throw new CommandError({ code: 'missing-argument', message: 'why wants to know which webhook', hint: usageHint });
};

const decisions: Readonly<Record<Why['decision'], string>> = {
  propose: 'would be deleted',
  keep: 'kept: a guard holds',
  report: 'reported only, never acted on',
  none: 'left alone',
};

const restoreText = ({ restore }: Why): string =>
  restore === null ? '' : `${restore.possible}${restore.lost.length > 0 ? `, without ${restore.lost.join(', ')}` : ''}`;

const earliestText = ({ earliest }: Why): string =>
  [
    earliest?.disable && `disabled ${timeText(earliest.disable)}`,
    earliest?.delete && `deleted ${timeText(earliest.delete)}`,
  ]
    .filter((part) => part)
    .join(', ');

/** What is known of it beside rules and guards, as label and text. */
export const whyFacts = (why: Why): (readonly [string, string])[] => {
  const { webhook, blocked, decision, survivor, needsApproval } = why;
  const rows: (readonly [string, string])[] = [
    ['listed', webhook ? `yes, ${webhook.enabled ? 'on' : 'off'}` : 'no, or it could not be read'],
    ['events', webhook?.events.join(', ') ?? ''],
    ['created', webhook?.createdAt ? timeText(webhook.createdAt) : ''],
    ['decision', decisions[decision]],
    ['blocked', blocked ? `nothing of its scope is touched now: ${blocked.message}` : ''],
    ['stays', survivor ? `${survivor.webhookId}: ${survivor.reason}` : ''],
    ['approval', needsApproval.join(', ')],
    ['earliest', decision === 'propose' ? earliestText(why) : ''],
    ['restore', restoreText(why)],
  ];
  return rows.filter(([, text]) => text !== '');
};

/** What came of a rule, in a word. */
export const verdictOf = ({ on, matched, proposes }: RuleVerdict): 'matches' | 'reported' | 'no' | 'off' => {
  if (matched) return proposes ? 'matches' : 'reported';
  return on ? 'no' : 'off';
};

const verdictStyles = { matches: 'red', reported: 'red', no: null, off: 'dim' } as const;

const whyLines = (why: Why, style: Output['style']): string[] => {
  const { rules, guards, record, webhook, account, webhookId, provider, environment } = why;
  const ruleRows = rules.map((verdict) => {
    const { rule, matched, confidence, evidence } = verdict;
    const text = verdictOf(verdict);
    const colour = verdictStyles[text];
    return [colour === null ? text : { text, style: style[colour] }, rule, matched ? `${confidence}: ${evidence}` : ''];
  });
  const guardRows = guards.map(({ guard, holds, detail }) => [
    holds ? { text: 'holds', style: style.green } : 'no',
    guard,
    detail ?? '',
  ]);
  return [
    `${style.bold(plain(`${account} ${webhookId}`))}  ${plain(webhook?.url ?? record?.url ?? '')}  ${provider}, ${environment}`,
    ...tableLines(whyFacts(why), '  '),
    'Rules:',
    ...tableLines(ruleRows, '  '),
    'Guards:',
    ...tableLines(guardRows, '  '),
    ...(record
      ? [
          `Record: ${record.record}  ${record.state}, cycle ${record.cycle}  ${plain(waitText(record))}`.trimEnd(),
          ...storyLines(record, '  '),
        ]
      : ['Record: none']),
  ];
};

const run = async (context: Context): Promise<ExitCode> => {
  const { out } = context;
  const wanted = wantedBy(context);
  const desk = await context.desk('none');
  try {
    const answer = await desk.ask('why', wanted);
    out.document(answer);
    for (const line of whyLines(answer, out.style)) out.line(line);
    return exit.ok;
  } finally {
    await desk.close();
  }
};

export const why: Command = {
  name: 'why',
  summary: 'Show every rule and guard for one webhook.',
  usage: '[RECORD]',
  about: `Reads the account and shows for one webhook: each rule with its evidence, each guard, the decision, who has to agree, the
earliest dates, what a restore would bring back, and the story of its record. Changes nothing. Exit codes: 0, 1 error.`,
  effects: { reads: 'the policy, the account at its provider, what is kept', changes: 'nothing' },
  options: { account: { type: 'string' }, webhook: { type: 'string' }, scope: { type: 'string' } },
  optionHelp: {
    account: 'NAME  the account',
    webhook: 'ID  the id at the provider',
    scope: 'NAME  the scope, where the id stands in several',
  },
  positionals: { min: 0, max: 1 },
  examples: [
    'hooksweep why --account modulus-sandbox --webhook 102',
    "hooksweep why 'modulus-sandbox#modulus-sandbox#endpoint#102'",
  ],
  run,
};
