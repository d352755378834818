import { html } from 'hono/html';
import { plain } from '../cli/plain.ts';
import { timeText } from '../cli/time-text.ts';
import type { AccountState, Status } from '../jobs/status.ts';
import { cells, type Part, tableOf } from '../report/totals.ts';
import { actLink } from './rows.ts';

const stateText = ({ stopped, paused, scopes }: AccountState): string => {
  if (stopped) return `stopped by ${stopped.actor}: ${stopped.reason}`;
  if (paused) return `paused until ${timeText(paused.until)}: ${paused.why}`;
  const failure = scopes.find(({ lastFailure }) => lastFailure)?.lastFailure;
  return failure ? `newest scan ${failure.status}: ${failure.message ?? 'no reason kept'}` : 'ready';
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

/** Each account: where, how its last scan went, and what it may still do today. */
export const accountsPart = ({ status }: { status: Status }): Part => html`
<section data-live="accounts" aria-labelledby="accounts"><h2 id="accounts">Accounts</h2>
  ${tableOf('What may be done where', ['Account', 'Where', 'Last good scan', 'State', 'Let through today', 'Of at most', 'Switch'], status.accounts.map(accountRow), 4)}
</section>`;

/** The kill switch, as it stands. */
export const killSwitch = ({ stopped }: Status): Part =>
  stopped
    ? html`
<section class="alarm" data-live="stop" aria-labelledby="stop"><h2 id="stop">Everything is stopped</h2>
  <p>${plain(`${timeText(stopped.at)} by ${stopped.actor}: ${stopped.reason}`)}. Nothing is switched off or deleted.</p>
  <p class="acts">${actLink('start', '', 'everything')}</p></section>`
    : html`
<section class="switch" data-live="stop"><p class="acts">${actLink('stop', '', '', 'Stop everything')}</p></section>`;

/** @param worker who carries out what is decided; null where nobody does now */
export const workPart = (worker: string | null): Part => html`
<section class="note" data-live="rest">${
  worker !== null
    ? html`<p>${plain(worker)} is at work: what you decide is carried out, and this page keeps up with it.</p>`
    : html`<p>Nobody is at work here. What you decide is written down now, and carried out by the next <code>hooksweep run</code>.</p>`
}</section>`;
