import { html } from 'hono/html';
import type { AuditRecord } from '../audit/printed.ts';
import { openStates, type State } from '../audit/states.ts';
import { plain } from '../cli/plain.ts';
import { timeText } from '../cli/time-text.ts';
import type { Ms } from '../clock.ts';
import type { Status, WaitingPlan } from '../jobs/status.ts';
import { limits } from '../limits.ts';
import { cells, type Part, tableOf, tile } from '../report/totals.ts';
import { accountsPart, killSwitch, workPart } from './accounts.ts';
import { actLink, listOf, openRow, recordRow } from './rows.ts';
import type { Service } from './service.ts';

/** The newest of a kind, as many as are shown, and whether there are more. */
type Newest = { records: readonly AuditRecord[]; isCut: boolean };

export type Overview = { status: Status; proposed: Newest; failed: Newest; deleted: Newest };

/** Asks for what there is by the status: each further question costs as much as the status itself. */
export const readOverview = async (service: Service, now: Ms): Promise<Overview> => {
  const status = await service.status();
  const newest = async (state: State, since?: Ms): Promise<Newest> => {
    if ((status.records[state] ?? 0) === 0) return { records: [], isCut: false };
    const filter = { state, ...(since !== undefined && { since }) };
    const { records, next } = await service.query({ filter, limit: limits.consoleRowsMax });
    return { records, isCut: next !== undefined };
  };
  const since = now - limits.consoleLookBackMs;
  const [proposed, failed, deleted] = await Promise.all([
    newest('proposed'),
    newest('failed', since),
    newest('deleted', since),
  ]);
  return { status, proposed, failed, deleted };
};

const countText = (count: number, isCut: boolean): string => `${count.toLocaleString('en')}${isCut ? ' or more' : ''}`;

const code = (text: string): Part => html`<code>${text}</code>`;

const all = (state: State): Part => html`<a href="webhooks?state=${state}">all that are ${state}</a>`;

const planRow = ({ planId, account, status, items, createdAt, lapsesAt }: WaitingPlan): Part => html`
      <tr><th scope="row">${plain(account)}</th>${cells([status === 'halted' ? 'halted by its canary' : 'waits', timeText(createdAt), timeText(lapsesAt), items])}
        <td>${actLink('approve', planId, `of ${account}`, `Approve all ${items}`)}</td></tr>`;

/** A plan is agreed to as a whole; what is in it stands below, one by one. */
const plansPart = (plans: readonly WaitingPlan[]): Part =>
  tableOf('Plans', ['Account', 'State', 'Made', 'Lapses', 'Webhooks', 'Decide'], plans.map(planRow), 4);

const waiting = ({ status, proposed: { records, isCut } }: Overview): Part => {
  const plans = status.plans
    .filter((plan) => plan.status !== 'approved')
    .toSorted((a, b) => (a.account < b.account ? -1 : 1));
  const isNew = status.accounts.every(({ scopes }) => scopes.length === 0);
  const empty = isNew
    ? html`No account was scanned here yet. Next: ${code('hooksweep run')}, which scans, and lists here what it proposes.`
    : html`Nothing waits for you. The next scan lists here what it proposes.`;
  const count = countText(status.records.proposed ?? 0, false);
  const rest = isCut ? all('proposed') : '';
  const above = plansPart(plans);
  return listOf({
    id: 'waiting',
    title: 'Waits for your approval',
    rows: records.map(recordRow),
    count,
    empty,
    rest,
    above,
  });
};

const underWay = ({ status }: Overview): Part => {
  const open = status.due.filter(({ state }) => state !== 'proposed');
  const rows = open.slice(0, limits.consoleRowsMax).map(openRow);
  const empty = html`Nothing is under way. What you approve is switched off, watched and deleted, and stands here until then.`;
  const count = countText(open.length, false);
  const rest = open.length > rows.length ? all('observing') : '';
  return listOf({ id: 'under-way', title: 'Under way and being watched', rows, count, empty, rest });
};

const failed = ({ status, failed: { records, isCut } }: Overview): Part => {
  const rows = [...status.held.map(openRow), ...records.map(recordRow)];
  const empty = html`Nothing failed in the last 30 days, and nothing is held.`;
  const count = countText(rows.length, isCut);
  return listOf({
    id: 'failed',
    title: 'Failed, or held for a person',
    rows,
    count,
    empty,
    rest: isCut ? all('failed') : '',
  });
};

const deleted = ({ deleted: { records, isCut } }: Overview): Part => {
  const rows = records.map(recordRow);
  const empty = html`Nothing was deleted in the last 30 days. Before that: ${all('deleted')}.`;
  const count = countText(rows.length, isCut);
  return listOf({
    id: 'deleted',
    title: 'Deleted in the last 30 days',
    rows,
    count,
    empty,
    rest: isCut ? all('deleted') : '',
  });
};

const jump = (id: string, name: string): Part => html`<a href="#${id}">${name}</a>`;

const totals = ({ status: { records, held }, failed: failures, deleted: gone }: Overview): Part => {
  const troubles = failures.records.length + held.length;
  const open = openStates
    .filter((state) => state !== 'proposed')
    .reduce((sum, state) => sum + (records[state] ?? 0), 0);
  return html`
<section aria-label="Totals" data-live="totals"><dl class="tiles">
  ${tile(jump('waiting', 'wait for approval'), countText(records.proposed ?? 0, false), 'report')}
  ${tile(jump('under-way', 'under way'), countText(open, false))}
  ${tile(jump('failed', 'failed or held'), countText(troubles, failures.isCut), troubles > 0 ? 'propose' : '')}
  ${tile(jump('deleted', 'deleted in 30 days'), countText(gone.records.length, gone.isCut))}</dl></section>`;
};

const filter = html`
<form id="filters" class="filters" role="search" aria-label="Filter this page" hidden>
  <label for="query">Show only what contains (/ comes here, Escape clears)</label>
  <input id="query" type="search" autocomplete="off" spellcheck="false"><p id="count" role="status"></p></form>`;

/**
 * What waits, what is under way, what failed and what is gone.
 *
 * @param worker who carries out what is decided; null where nobody does now
 */
export const overviewPart = (overview: Overview, worker: string | null): Part =>
  html`<div class="bar">${workPart(worker)}${killSwitch(overview.status)}</div>${totals(overview)}${filter}${waiting(overview)}
${underWay(overview)}${failed(overview)}${deleted(overview)}${accountsPart(overview)}`;
