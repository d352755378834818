import { html } from 'hono/html';
import { recordName } from '../audit/record.ts';
import { plain } from '../cli/plain.ts';
import { waitText } from '../cli/story.ts';
import { verdictOf, whyFacts } from '../cli/why.ts';
import type { AccountState } from '../jobs/status.ts';
import type { GuardVerdict, RuleVerdict, Wanted, Why } from '../jobs/why.ts';
import { type Part, tableOf } from '../report/totals.ts';
import { actsAt } from './acts.ts';
import { actLink, badge, storyPath } from './rows.ts';
import { subjectNamed, titleOf } from './subject.ts';

/** What somebody wants to know of; '' for what was not said. A record stands for all of it. */
export type AskedWhy = { record: string; account: string; webhook: string; scope: string };

/**
 * Which webhook is meant; null where too little was said.
 *
 * @throws CommandError where `record` is the name of none
 */
export const wantedBy = ({ record, account, webhook, scope }: AskedWhy): Wanted | null => {
  if (record === '') {
    if (account === '' || webhook === '') return null;
    return { account, webhookId: webhook, ...(scope !== '' && { scope }) };
  }
  return subjectNamed(record);
};

const input = (name: 'webhook' | 'scope', label: string, value: string): Part => html`
  <div><label for="${name}">${label}</label><input id="${name}" name="${name}" value="${value}" autocomplete="off"></div>`;

/** Asks which webhook is meant, also one of which nothing was kept yet. */
export const askWhyPart = (accounts: readonly AccountState[], asked: AskedWhy): Part => html`
<p>Every rule and guard for one webhook, as a scan would find it now. It asks the provider for its lists and changes nothing.</p>
<form class="panel filters" aria-label="Choose a webhook" action="why">
  <div><label for="account">Account</label><select id="account" name="account">${accounts.map(
    ({ account }) =>
      html`<option value="${account}"${account === asked.account ? html` selected` : ''}>${account}</option>`,
  )}</select></div>
  ${input('webhook', 'Id at the provider', asked.webhook)}${input('scope', 'Scope, where the id stands in several', asked.scope)}<button>Ask</button></form>`;

const verdict = (kind: 'propose' | 'keep' | 'report' | '', text: string): Part =>
  kind === '' ? html`<td>${text}</td>` : html`<td><span class="badge ${kind}">${text}</span></td>`;

const ruleKinds = { matches: 'propose', reported: 'report', no: '', off: '' } as const;

const ruleRow = (one: RuleVerdict): Part => {
  const text = verdictOf(one);
  return html`
      <tr><th scope="row">${one.rule}</th><td>${plain(one.matched ? `${one.confidence}: ${one.evidence}` : '')}</td>${verdict(ruleKinds[text], text)}</tr>`;
};

const guardRow = ({ guard, holds, detail }: GuardVerdict): Part => html`
      <tr><th scope="row">${guard}</th><td>${plain(detail ?? '')}</td>${verdict(holds ? 'keep' : '', holds ? 'holds' : 'no')}</tr>`;

const kept = ({ record }: Why): Part =>
  record === null
    ? html`<p class="empty">Nothing is kept of it: no scan proposed it, and nobody chose it.</p>`
    : html`<p>${badge(record.state)} cycle ${record.cycle} ${plain(waitText(record))}
  <a href="${storyPath(record.record)}">Its story</a></p>`;

export const whyTitle = (why: Why): string => titleOf({ ...why, url: why.webhook?.url ?? why.record?.url ?? null });

/** Rules, guards and what follows from them for one webhook, as of when it was asked. */
export const whyPart = (why: Why): Part => {
  const { account, provider, environment, scope, webhookId, kind } = why;
  const facts = [
    ['account', `${account} (${provider}, ${environment})`],
    ['scope', scope === account ? '' : scope],
    ['id', `${webhookId} (${kind})`],
    ...whyFacts(why),
  ].filter(([, text]) => text !== '');
  const name = recordName(why);
  return html`
<section aria-label="Facts"><dl class="panel facts">${facts.map(
    ([label, text]) => html`<dt>${label}</dt><dd>${plain(text ?? '')}</dd>`,
  )}</dl>
  <p class="acts">${actsAt(why).map((act) => actLink(act, name, whyTitle(why)))}</p></section>
<section class="verdicts" aria-label="Rules and guards">
  ${tableOf('Rules', ['Rule', 'Evidence', 'Verdict'], why.rules.map(ruleRow), 3)}
  ${tableOf('Guards', ['Guard', 'Why', 'Verdict'], why.guards.map(guardRow), 3)}</section>
<section aria-labelledby="kept"><h2 id="kept">Record</h2>${kept(why)}</section>`;
};

/** The way to it, from whatever shows a record. */
export const whyPath = (record: string): string => `why?${new URLSearchParams({ record })}`;
