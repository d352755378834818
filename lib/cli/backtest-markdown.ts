import type { Backtest, BacktestItem } from '../backtest/backtest.ts';
import { plain } from './plain.ts';

/** Rows of each table in a comment on a pull request; its longest text is 65,536 characters. */
const rowsMax = 50;

/** A text that somebody else chose, as a table's cell: nothing in it is markup, a link or a mention. */
const cell = (text: string): string => {
  const shown = plain(text).replaceAll('|', '\\|');
  const fence = '`'.repeat(Math.max(0, ...(shown.match(/`+/g) ?? []).map(({ length }) => length)) + 1);
  return shown === '' ? '' : `${fence}${shown.includes('`') ? ` ${shown} ` : shown}${fence}`;
};

const day = (iso: string): string => iso.slice(0, 10);

const row = ({ account, url, name, webhookId, findings, firstAt, otherFirstAt, regret }: BacktestItem): string => {
  const cells = [
    cell(account),
    cell(url ?? name ?? webhookId),
    cell(findings.map(({ rule }) => rule).join(', ')),
    otherFirstAt === null ? day(firstAt) : `${day(firstAt)} (the other: ${day(otherFirstAt)})`,
    regret === null ? '' : `${day(regret.at)}: ${cell(regret.detail)}`,
  ];
  return `| ${cells.join(' | ')} |`;
};

const section = (title: string, items: readonly BacktestItem[]): string[] => {
  if (items.length === 0) return [];
  const more = items.length - rowsMax;
  return [
    '',
    `**${title}**`,
    '',
    '| account | webhook | rules | since | later |',
    '|---|---|---|---|---|',
    ...items.slice(0, rowsMax).map(row),
    ...(more > 0 ? ['', `… and ${more} more.`] : []),
  ];
};

/** The back-test as a comment on a pull request. */
export const backtestMarkdown = (result: Backtest, policyFile: string): string[] => {
  const { summary, scans, from, to, warnings } = result;
  const { additional, regret, noLonger, spared } = summary;
  return [
    `### Back-test of ${cell(policyFile)}`,
    '',
    `Recorded scans: ${scans}, from ${day(from ?? '')} to ${day(to ?? '')}.`,
    '',
    '| | webhooks | later seen alive or restored |',
    '|---|---|---|',
    `| proposed in addition | ${additional} | ${regret} |`,
    `| no longer proposed | ${noLonger} | ${spared} |`,
    ...section('In addition', result.additional),
    ...section('No longer', result.noLonger),
    ...(warnings.length > 0 ? ['', ...warnings.map((warning) => `- ${cell(warning)}`)] : []),
  ];
};
