import { html } from 'hono/html';
import type { AuditRecord } from '../audit/query.ts';
import { openStates, type State } from '../audit/states.ts';
import { plain } from '../cli/plain.ts';
import { timeText } from '../cli/time-text.ts';
import type { Ms } from '../clock.ts';
import type { AccountState, Status, WaitingPlan } from '../jobs/status.ts';
import { limits } from '../limits.ts';
import { cells, type Part, tableOf, tile } from '../report/totals.ts';
import { actLink, listOf, openRow, recordRow } from './rows.ts';
import type { Service } from './service.ts';

export type Overview = {
  status: Status;
  proposed: readonly AuditRecord[];
  failed: readonly AuditRecord[];
  deleted: readonly AuditRecord[];
};

export const readOverview = async (service: Service, now: Ms): Promise<Overview> => {
  const newest = async (state: State, since?: Ms) =>
    (await service.query({ filter: { state, ...(since !== undefined && { since }) }, limit: limits.consoleRowsMax }))
      .records;
  const since = now - limits.consoleLookBackMs;
  const [status, proposed, failed, deleted] = await Promise.all([
    service.status(),
    newest('proposed'),
    newest('failed', since),
    newest('deleted', since),
  ]);
  return { status, proposed, failed, deleted };
};

const code = (text: string): Part => html`<code>${text}</code>`;

const all = (state: State): Part => html`<a href="webhooks?state=${state}">all that are ${state}</a>`;

const planRow = ({ planId, account, status, items, createdAt, lapsesAt }: WaitingPlan): Part => html`
      <tr><th scope="row">${plain(account)}</th>${cells([status === 'halted' ? 'halted by its canary' : 'waits', timeText(createdAt), timeText(lapsesAt), items])}
        <td>${actLink('approve', planId, `of ${account}`, `Approve all ${items}`)}</td></tr>`;

/** A plan is agreed to as a whole; what is in it stands below, one by one. */
const plansPart = (plans: readonly WaitingPlan[]): Part =>
  tableOf('Plans', ['Account', 'State', 'Made', 'Lapses', 'Webhooks', 'Decide'], plans.map(planRow), 4);

const waiting = ({ status, proposed }: Overview): Part => {
  const plans = status.plans
    .filter((plan) => plan.status !== 'approved')
    .toSorted((a, b) => (a.account < b.account ? -1 : 1));
  const isNew = status.accounts.every(({ scopes }) => scopes.length === 0);
  const empty = isNew
    ? html`No account was scanned here yet. Next: ${code('hooksweep run')}, which scans, and lists here what it proposes.`
    : html`Nothing waits for you. The next scan by ${code('hooksweep run')} lists here what it proposes.`;
  const total = Math.max(status.records.proposed ?? 0, proposed.length);
  const rows = proposed.map(recordRow);
  return listOf('waiting', 'Waits for your approval', rows, {
    empty,
    total,
    more: all('proposed'),
    above: plansPart(plans),
  });
};

const underWay = ({ status }: Overview): Part => {
  const open = status.due.filter(({ state }) => state !== 'proposed');
  const empty = html`Nothing is under way. What you approve is switched off, watched and deleted, and stands here until then.`;
  const rows = open.slice(0, limits.consoleRowsMax).map(openRow);
  return listOf('under-way', 'Under way and being watched', rows, {
    empty,
    total: open.length,
    more: all('observing'),
  });
};

const failed = ({ status, failed: records }: Overview): Part => {
  const rows = [...status.held.map(openRow), ...records.map(recordRow)].slice(0, limits.consoleRowsMax);
  const empty = html`Nothing failed in the last 30 days, and nothing is held.`;
  const total = status.held.length + records.length;
  return listOf('failed', 'Failed, or held for a person', rows, { empty, total, more: all('failed') });
};

const deleted = ({ deleted: records }: Overview): Part => {
  const empty = html`Nothing was deleted in the last 30 days. ${all('deleted')}.`;
  return listOf('deleted', 'Deleted in the last 30 days', records.map(recordRow), {
    empty,
    total: records.length,
    more: all('deleted'),
  });
};

const stateText = ({ stopped, paused, scopes }: AccountState): string => {
  if (stopped) return `stopped by ${stopped.actor}: ${stopped.reason}`;
  if (paused) return `paused until ${timeText(paused.until)}: ${paused.why}`;
  const failure = scopes.find(({ lastFailure }) => lastFailure)?.lastFailure;
  return failure ? `newest scan ${failure.status}: ${failure.message ?? 'no reason kept'}` : 'at work';
};

const lastScan = ({ scopes }: AccountState): string => {
  const times = scopes.flatMap(({ lastGood }) => lastGood?.at ?? []).sort();
  return times[0] === undefined ? 'never' : timeText(times[0]);
};

const accountRow = (state: AccountState): Part => {
  const { account, provider, environment, mode, budget, stopped } = state;
  const where = `${provider}, ${environment}, mode ${mode}`;
  const texts = [where, lastScan(state), stateText(state), budget.used, budget.limit];
  return html`
      <tr><th scope="row">${plain(account)}</th>${cells(texts.map((text) => (typeof text === 'string' ? plain(text) : text)))}
        <td>${actLink(stopped ? 'start' : 'stop', account, account)}</td></tr>`;
};

const accounts = ({ status }: Overview): Part => html`
<section data-live="accounts" aria-labelledby="accounts"><h2 id="accounts">Accounts</h2>
  ${tableOf('What may be done where', ['Account', 'Where', 'Last good scan', 'State', 'Deleted today', 'Of at most', 'Switch'], status.accounts.map(accountRow), 4)}
</section>`;

/** The kill switch, as it stands. */
const killSwitch = ({ stopped }: Status): Part =>
  stopped
    ? html`
<section class="alarm" data-live="stop" aria-labelledby="stop"><h2 id="stop">Everything is stopped</h2>
  <p>${plain(`${timeText(stopped.at)} by ${stopped.actor}: ${stopped.reason}`)}. Nothing is switched off or deleted.</p>
  <p class="acts">${actLink('start', '', 'everything')}</p></section>`
    : html`
<section class="switch" data-live="stop"><p class="acts">${actLink('stop', '', '', 'Stop everything')}</p></section>`;

const rest = (atWork: boolean): Part => html`
<section class="note" data-live="rest">${
  atWork
    ? html`<p><code>hooksweep run</code> is at work here: what you decide is carried out, and this page keeps up with it.</p>`
    : html`<p>Nobody is at work here. What you decide is written down now, and carried out by the next <code>hooksweep run</code>.</p>`
}</section>`;

const jump = (id: string, name: string): Part => html`<a href="#${id}">${name}</a>`;

const totals = ({ status, failed: { length: failures }, deleted: { length: gone } }: Overview): Part => {
  const { records } = status;
  const troubles = failures + status.held.length;
  const open = openStates
    .filter((state) => state !== 'proposed')
    .reduce((sum, state) => sum + (records[state] ?? 0), 0);
  return html`
<section aria-label="Totals" data-live="totals"><dl class="tiles">
  ${tile(jump('waiting', 'wait for approval'), records.proposed ?? 0, 'report')}${tile(jump('under-way', 'under way'), open)}
  ${tile(jump('failed', 'failed or held'), troubles, troubles > 0 ? 'propose' : '')}${tile(jump('deleted', 'deleted in 30 days'), gone)}</dl></section>`;
};

const filter = html`
<form id="filters" class="filters" role="search" aria-label="Filter this page" hidden>
  <label for="query">Show only what contains (/ comes here, Escape clears)</label>
  <input id="query" type="search" autocomplete="off" spellcheck="false"><p id="count" role="status"></p></form>`;

/** What waits, what is under way, what failed and what is gone. */
export const overviewPart = (overview: Overview, atWork: boolean): Part =>
  html`<div class="bar">${rest(atWork)}${killSwitch(overview.status)}</div>${totals(overview)}${filter}${waiting(overview)}
${underWay(overview)}${failed(overview)}${deleted(overview)}${accounts(overview)}`;
