import type { AuditRecord } from '../audit/printed.ts';
import type { AuditFilter } from '../audit/query.ts';
import { states } from '../audit/states.ts';
import type { Verification } from '../audit/verify.ts';
import type { Ms } from '../clock.ts';
import { guardNames, ruleNames } from '../jobs/why.ts';
import { parseHostPattern } from '../policy/host-pattern.ts';
import { quote, suggestion } from '../policy/wording.ts';
import { providers } from '../providers/registry.ts';
import { hintAccount } from './account-hint.ts';
import { textOf } from './args.ts';
import { exportAll } from './audit-export.ts';
import { follow } from './audit-follow.ts';
import { type Ask, askDesk, askedFilter, pagesOf } from './audit-source.ts';
import { summary } from './audit-summary.ts';
import { verbOf } from './audit-verb.ts';
import { brokenLines, verifyExport } from './audit-verify.ts';
import { type Command, CommandError, type Context, type ExitCode, exit, type Output } from './command.ts';
import { csvText } from './csv.ts';
import type { Desk } from './desk.ts';
import { storyLines, waitText } from './story.ts';
import { tableLines } from './table.ts';
import { parsePast, timeText } from './time-text.ts';

const environments = ['sandbox', 'production'] as const;

/** The word of an option that knows only some; a slip of the pen must not look like an empty answer. */
const oneOf = <T extends string>(values: Context['values'], name: string, allowed: readonly T[]): T | undefined => {
  const text = textOf(values, name);
  const found = allowed.find((one) => one === text);
  if (text === undefined || found !== undefined) return found;
  throw new CommandError({
    code: 'bad-value',
    message: `--${name} cannot be ${quote(text)}`,
    hint: suggestion(text, allowed),
  });
};

const time = (values: Context['values'], name: string, now: Ms): Ms | undefined => {
  const text = textOf(values, name);
  return text === undefined ? undefined : parsePast(text, name, now);
};

const hostOf = (values: Context['values']): string | undefined => {
  const text = textOf(values, 'host');
  if (text === undefined || parseHostPattern(text) !== null) return text;
  throw new CommandError({
    code: 'bad-value',
    message: `--host cannot be ${quote(text)}`,
    hint: 'write a host: example.com, or *.example.com for all below it',
  });
};

const freeTexts = ['account', 'webhook', 'url', 'actor', 'plan'] as const;

const filterOf = (values: Context['values'], now: Ms): AuditFilter => {
  const all: AuditFilter = {
    ...Object.fromEntries(freeTexts.map((name) => [name, textOf(values, name)])),
    host: hostOf(values),
    provider: oneOf(values, 'provider', Object.keys(providers)),
    environment: oneOf(values, 'environment', environments),
    state: oneOf(values, 'state', states),
    rule: oneOf(values, 'rule', [...ruleNames, 'manual']),
    guard: oneOf(values, 'guard', guardNames),
    since: time(values, 'since', now),
    until: time(values, 'until', now),
  } as AuditFilter;
  if (all.since !== undefined && all.until !== undefined && all.since >= all.until)
    throw new CommandError({
      code: 'bad-value',
      message: '--since is not before --until: no time lies between them',
      hint: 'exchange them',
    });
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
};

const limitOf = (values: Context['values']): number => {
  const text = textOf(values, 'limit');
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new CommandError({
    code: 'bad-value',
    message: `--limit cannot be ${quote(text)}`,
    hint: 'write a whole number, e.g. --limit 20',
  });
};

const lines = (records: readonly AuditRecord[], withHistory: boolean, style: Output['style']): string[] => {
  const heads = tableLines(
    records.map((record) => [
      record.history.at(-1) ? timeText(record.history.at(-1)?.at ?? '') : '',
      { text: record.state, style: style.bold },
      record.record,
      record.findings.map(({ rule }) => rule).join(' '),
      record.url ?? '',
      waitText(record),
    ]),
  );
  const stories = records.map((record) => (withHistory ? storyLines(record, '    ') : []));
  const count = `${records.length} ${records.length === 1 ? 'record' : 'records'}`;
  return [...heads.flatMap((head, at) => [head, ...(stories[at] ?? [])]), count];
};

const verify = async (desk: Desk, filter: AuditFilter, out: Output): Promise<ExitCode> => {
  let [records, entries] = [0, 0];
  const found = new Map<string, Verification['broken'][number]>();
  for await (const page of pagesOf((from) => desk.ask('verify', { filter: askedFilter(filter), ...from }))) {
    records += page.records;
    entries += page.entries;
    for (const one of page.broken) found.set(one.record, one);
  }
  const broken = [...found.values()];
  out.document({ records, entries, broken });
  for (const line of brokenLines(broken, out.style)) out.line(line);
  out.line(`${records} records, ${entries} entries, ${broken.length} broken`);
  return broken.length > 0 ? exit.error : exit.ok;
};

const show = async (ask: Ask, filter: AuditFilter, { values, out }: Context): Promise<ExitCode> => {
  const records = await ask(filter, limitOf(values));
  out.document({ records });
  if (values.csv) out.line(csvText(records));
  else for (const line of lines(records, values.history === true, out.style)) out.line(line);
  return exit.ok;
};

type Asked = ReturnType<typeof verbOf>;

const answer = async (context: Context, desk: Desk, { verb, directory = '' }: Asked): Promise<ExitCode> => {
  const { values, out } = context;
  const filter = filterOf(values, desk.clock.now());
  await hintAccount(desk, filter.account, out);
  const ask = askDesk(desk, out);
  switch (verb) {
    case 'show':
      return values.follow ? follow(context, desk, ask, filter) : show(ask, filter, context);
    case 'verify':
      return verify(desk, filter, out);
    case 'summary':
      return summary(context, ask, filter, desk.clock.now());
    case 'export':
      return exportAll(context, desk, (told) => askDesk(desk, out, told), filter, directory);
    default:
      return verb satisfies never;
  }
};

const run = async (context: Context): Promise<ExitCode> => {
  const asked = verbOf(context);
  const { out } = context;
  // An export is checked anywhere, without a policy.
  if (asked.verb === 'verify' && asked.directory !== undefined) return verifyExport(context, asked.directory);
  const desk = await context.desk('none');
  try {
    if (desk.nothingKept !== null) out.warn(desk.nothingKept);
    return await answer(context, desk, asked);
  } finally {
    await desk.close();
  }
};

const texts = [
  'account',
  'provider',
  'environment',
  'webhook',
  'url',
  'host',
  'state',
  'rule',
  'guard',
  'actor',
  'plan',
  'since',
  'until',
  'limit',
  'key',
  'fingerprint',
];

export const audit: Command = {
  name: 'audit',
  summary: 'Show what happened to webhooks, or prove that nobody changed the story.',
  usage: '[summary | verify [DIR] | export DIR]',
  about: `Shows the records that match all options, newest change first; --follow shows new entries as they come, until Ctrl-C.
audit summary adds up what was found, deleted, kept and why, and restored, and what waits now.
audit verify checks the chain of each story and each backup; with DIR, an export, offline and without a policy.
audit export writes the records that match as JSON lines with a manifest of hashes, signed with --key or with a key that is
made for the folder of --local. Reads only, but for what export writes.
Exit codes: 0; 1 error, or verify found something broken; 3 exported, and something was broken before.`,
  effects: { reads: 'what is kept, or an export', changes: 'nothing; export writes its folder' },
  options: {
    ...Object.fromEntries(texts.map((name) => [name, { type: 'string' as const }])),
    csv: { type: 'boolean' },
    history: { type: 'boolean' },
    follow: { type: 'boolean' },
  },
  optionHelp: {
    account: 'NAME  of this account',
    provider: 'NAME  at this provider',
    environment: 'NAME  sandbox or production',
    webhook: 'ID  the id at the provider, or the whole record name',
    url: 'TEXT  a part of the redacted URL',
    host: 'NAME  with this host; *.example.com for all below it',
    state: `NAME  ${states.join(', ')}`,
    rule: 'NAME  found by this rule',
    guard: 'NAME  ended by this guard',
    actor: 'NAME  somebody who had a hand in it',
    plan: 'ID  of this plan',
    since: 'TIME  changed since: a date, a time, or 7d',
    until: 'TIME  changed before',
    limit: 'N  at most so many',
    csv: 'as CSV, safe for spreadsheets',
    history: 'with each line of their stories',
    follow: 'new entries as they come; with --json a document a line',
    key: 'env:NAME or file:PATH  an Ed25519 private key in PEM that signs the export',
    fingerprint: 'SHA256:…  the key that must have signed the export',
  },
  positionals: { min: 0, max: 2 },
  examples: [
    'hooksweep audit --state deleted --since 7d',
    'hooksweep audit --webhook 102 --history',
    'hooksweep audit --account shop --follow',
    'hooksweep audit summary --since 30d',
    'hooksweep audit export evidence --since 90d && hooksweep audit verify evidence',
  ],
  endsUnread: true,
  run,
};
