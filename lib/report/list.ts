import { html } from 'hono/html';
import type { Part } from './totals.ts';
import type { Row } from './view.ts';

const decisions = [
  ['propose', 'to delete'],
  ['keep', 'kept by a guard'],
  ['report', 'only reported'],
] as const satisfies readonly (readonly [Row['decision'], string])[];

const choice = (kind: string, label: string, values: readonly (readonly [value: string, text: string])[]) => html`
    <div><label for="${kind}">${label}</label><select id="${kind}" name="${kind}"><option value="">all</option>
      ${values.map(([value, text]) => html`<option value="${value}">${text}</option>`)}</select></div>`;

const filters = (rows: readonly Row[]): Part => {
  const names = (of: (row: Row) => readonly string[]) =>
    [...new Set(rows.flatMap(of))].sort().map((name) => [name, name] as const);
  return html`
  <form id="filters" class="panel filters" role="search" aria-label="Filter the webhooks">
    <div class="search"><label for="query">Search in all that is shown (/ comes here, Escape clears)</label>
      <input id="query" name="query" type="search" autocomplete="off" spellcheck="false"></div>
    ${choice('decision', 'Decision', decisions)}
    ${choice(
      'account',
      'Account',
      names(({ account }) => [account]),
    )}
    ${choice(
      'rule',
      'Rule',
      names(({ rules }) => rules),
    )}
    ${choice(
      'guard',
      'Guard',
      names(({ guards }) => guards),
    )}
    <button type="button" id="clear">Clear all</button>
  </form>`;
};

/** The filters and the place of the list; the rows come from the embedded data. */
export const listSection = (rows: readonly Row[]): Part =>
  rows.length === 0
    ? html`
<section aria-labelledby="list"><h2 id="list">Webhooks with a finding</h2>
  <p>No rule matched any webhook that was read.</p></section>`
    : html`
<section aria-labelledby="list"><h2 id="list" tabindex="-1">Webhooks with a finding</h2>${filters(rows)}
  <div class="bar"><p id="count" role="status"></p></div>
  <noscript><p>The list needs JavaScript. The totals do not, and <code>hooksweep scan</code> prints the same.</p></noscript>
  <ul id="rows" class="rows" role="list"></ul>
  <nav class="bar" aria-label="Pages"><button type="button" id="back">Back</button><p id="page"></p>
    <button type="button" id="next">Next</button></nav>
</section>`;
