import { html } from 'hono/html';
import { plain } from '../cli/plain.ts';
import type { AccountPlan, Plan } from '../plan/item.ts';
import { type Tally, tallies } from './rows.ts';
import type { Row } from './view.ts';
import { guardWords } from './words.ts';

/** Markup by `hono/html`, which escapes each value that it is given; nothing where there is nothing to say. */
export type Part = ReturnType<typeof html> | '';

/** A number and what it counts. */
export const tile = (name: string | Part, count: number | string, kind = '') => html`
  <div class="panel ${kind}"><dt>${name}</dt><dd>${count.toLocaleString('en')}</dd></div>`;

/** A name in a table that sets the filter of this kind to it. */
const pick = (kind: 'account' | 'rule' | 'guard', name: string) =>
  html`<button type="button" class="link" data-filter="${kind}" data-value="${name}">${name}</button>`;

/** Cells of a row: texts start, numbers end. */
export const cells = (values: readonly (string | number)[]) =>
  values.map((value) => html`<td${typeof value === 'number' ? html` class="number"` : ''}>${value}</td>`);

export const tableOf = (caption: string, heads: readonly string[], rows: readonly Part[], texts: number): Part =>
  rows.length === 0
    ? ''
    : html`
  <div class="panel wide"><table><caption>${caption}</caption>
    <thead><tr>${heads.map((head, at) => html`<th scope="col"${at < texts ? '' : html` class="number"`}>${head}</th>`)}</tr></thead>
    <tbody>${rows}</tbody>
  </table></div>`;

const countHeads = ['To delete', 'Kept', 'Reported'];
const counts = ({ propose, keep, report }: Tally): number[] => [propose, keep, report];

const accountRow = ({ account, provider, environment, webhooks, status }: AccountPlan, tally: Tally) => {
  const where = `${provider}, ${environment}${status === 'complete' ? '' : `, ${status}`}`;
  return html`
      <tr><th scope="row">${pick('account', plain(account))}</th>${cells([where, webhooks, ...counts(tally)])}</tr>`;
};

const accountTable = ({ accounts }: Plan, rows: readonly Row[]): Part => {
  const found = new Map(tallies(rows, ({ account }) => [account]));
  const none: Tally = { propose: 0, keep: 0, report: 0 };
  const heads = ['Account', 'Provider', 'Webhooks', ...countHeads];
  const made = accounts.map((account) => accountRow(account, found.get(plain(account.account)) ?? none));
  return tableOf('Accounts', heads, made, 2);
};

const ruleTable = (rows: readonly Row[]): Part =>
  tableOf(
    'Rules',
    ['Rule', ...countHeads],
    tallies(rows, ({ rules }) => rules).map(
      ([rule, tally]) => html`
      <tr><th scope="row">${pick('rule', rule)}</th>${cells(counts(tally))}</tr>`,
    ),
    1,
  );

const guardTable = (rows: readonly Row[]): Part =>
  tableOf(
    'Kept, and why',
    ['Guard', 'Meaning', 'Webhooks'],
    tallies(rows, ({ guards }) => guards).map(
      ([guard, { keep }]) => html`
      <tr><th scope="row">${pick('guard', guard)}</th>${cells([guardWords[guard] ?? '', keep])}</tr>`,
    ),
    2,
  );

/** How many there are of what, by account, rule and guard. */
export const totalsSection = (plan: Plan, rows: readonly Row[]): Part => {
  const { webhooks, proposed, kept, reported } = plan.summary;
  return html`
<section class="totals" aria-labelledby="totals"><h2 id="totals">Totals</h2>
  <dl class="tiles">${tile('webhooks', webhooks)}${tile('to delete', proposed, 'propose')}
  ${tile('kept by a guard', kept, 'keep')}${tile('only reported', reported, 'report')}</dl>
  <div class="tables">${accountTable(plan, rows)}
    <div class="tables">${ruleTable(rows)}${guardTable(rows)}</div></div>
</section>`;
};
