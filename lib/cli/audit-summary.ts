import type { AuditFilter } from '../audit/query.ts';
import { openStates } from '../audit/states.ts';
import { type Outcome, type Summary, summaryOf } from '../audit/summary.ts';
import type { Ms } from '../clock.ts';
import { guardNames } from '../jobs/why.ts';
import type { Ask } from './audit-source.ts';
import { bar, columns } from './chart.ts';
import { CommandError, type Context, type ExitCode, exit, type Output } from './command.ts';
import { tableLines } from './table.ts';

const dayMs: Ms = 86_400_000;
const presetMs: Ms = 30 * dayMs;
const barWidth = 30;

const outcomes = ['found', 'deleted', 'kept', 'gone', 'failed', 'restored'] as const satisfies readonly Outcome[];

const bars = (counts: Readonly<Record<string, number>>, most: number, note: (name: string) => string): string[] =>
  tableLines(
    Object.entries(counts).map(([name, value]) => [
      name,
      String(value).padStart(6),
      bar(value, most, barWidth),
      note(name),
    ]),
    '  ',
  );

/** How much of what was deleted had to come back: the figure by which rules are judged. */
const regretText = ({ deleted, restored }: Summary): string =>
  restored === 0 ? '' : `came back${deleted > 0 ? `, against ${deleted} deleted` : ''}`;

const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, value]) => `${value} ${name}`)
    .join(', ');

/** No more columns than fit a terminal: neighbouring days are put together. */
const columnsMax = 60;

const perColumn = (days: Summary['days'], outcome: Outcome): number[] => {
  const size = Math.ceil(days.length / columnsMax);
  return Array.from({ length: Math.ceil(days.length / size) }, (_, at) =>
    days.slice(at * size, (at + 1) * size).reduce((sum, day) => sum + day[outcome], 0),
  );
};

const ruleRows = (rules: Summary['rules']): string[][] =>
  Object.entries(rules)
    .sort(([, a], [, b]) => b.found - a.found)
    .map(([rule, tally]) => [rule, ...outcomes.map((name) => String(tally[name]).padStart(name.length))]);

const summaryLines = (summary: Summary, style: Output['style']): string[] => {
  const { days, rules, keptWhy, waiting, waitingFor } = summary;
  const counts = { ...Object.fromEntries(outcomes.map((name) => [name, summary[name]])), waiting };
  const most = Math.max(...Object.values(counts));
  const notes: Readonly<Record<string, string>> = {
    kept: listed(keptWhy),
    restored: regretText(summary),
    waiting: listed(waitingFor),
  };
  const [first, last] = [days[0]?.day ?? '', days.at(-1)?.day ?? ''];
  return [
    style.bold(`${first} to ${last}`),
    ...bars(counts, most, (name) => notes[name] ?? ''),
    ...(Object.keys(rules).length === 0
      ? []
      : ['', style.bold('By rule'), ...tableLines([['', ...outcomes], ...ruleRows(rules)], '  ')]),
    '',
    style.bold('Over time'),
    ...(['found', 'deleted', 'restored'] as const).map(
      (name) => `  ${name.padEnd(8)}  |${columns(perColumn(days, name))}|`,
    ),
  ];
};

/** What came of webhooks in a time, and what waits now. */
export const summary = async ({ out, values }: Context, ask: Ask, filter: AuditFilter, now: Ms): Promise<ExitCode> => {
  if (values.state !== undefined || values.guard !== undefined)
    throw new CommandError({
      code: 'bad-value',
      message: 'a summary tells of all states and guards',
      hint: 'leave out --state and --guard',
    });
  const since = filter.since ?? now - presetMs;
  const until = filter.until ?? now + 1;
  const asked = { ...filter, since: undefined, until: undefined };
  const changed = await ask({ ...asked, since });
  const open = await ask({ ...asked, state: openStates });
  const found = summaryOf(changed, open, guardNames, since, until);
  out.document(found);
  for (const line of summaryLines(found, out.style)) out.line(line);
  return exit.ok;
};
