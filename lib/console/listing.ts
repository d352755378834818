import { html } from 'hono/html';
import type { AuditFilter } from '../audit/query.ts';
import { type State, states } from '../audit/states.ts';
import { limits } from '../limits.ts';
import type { Part } from '../report/totals.ts';
import { recordRow } from './rows.ts';
import type { Service } from './service.ts';

/** What the list of all webhooks is asked for; '' for no matter what. */
export type Asked = { state: string; account: string; url: string; cursor: string };

const filterOf = ({ state, account, url }: Asked): AuditFilter => {
  const known: State | undefined = states.find((one) => one === state);
  return { ...(known && { state: known }), ...(account !== '' && { account }), ...(url !== '' && { url }) };
};

const input = (name: 'account' | 'url', label: string, value: string): Part => html`
  <div><label for="${name}">${label}</label><input id="${name}" name="${name}" value="${value}" autocomplete="off"></div>`;

const filters = ({ state, account, url }: Asked): Part => html`
<form class="panel filters" role="search" aria-label="Filter the webhooks" action="webhooks">
  <div><label for="state">State</label><select id="state" name="state"><option value="">all</option>
    ${states.map((one) => html`<option value="${one}"${one === state ? html` selected` : ''}>${one}</option>`)}</select></div>
  ${input('account', 'Account', account)}${input('url', 'Part of the URL', url)}<button>Show</button></form>`;

const nextLink = ({ cursor: _, ...asked }: Asked, next: string | undefined): Part =>
  next === undefined
    ? ''
    : html`<p><a href="webhooks?${new URLSearchParams({ ...asked, cursor: next })}">Older ones</a></p>`;

/** Every webhook that has a record, newest change first, a page at a time. */
export const listingPart = async (service: Service, asked: Asked): Promise<Part> => {
  const {
    records,
    next,
    unreadable = [],
  } = await service.query({
    filter: filterOf(asked),
    limit: limits.consoleRowsMax,
    ...(asked.cursor !== '' && { cursor: asked.cursor }),
  });
  return html`${filters(asked)}
<section aria-labelledby="found"><h2 id="found">Newest change first</h2>${
    records.length === 0
      ? html`<p class="empty">No record matches. Choose another state, or clear a field.</p>`
      : html`<ul class="rows" role="list">${records.map(recordRow)}</ul>`
  }${
    unreadable.length === 0
      ? ''
      : html`<p class="problem">${unreadable.length} left out, because they cannot be read: <code>hooksweep audit verify</code> says why.</p>`
  }${nextLink(asked, next)}</section>`;
};
