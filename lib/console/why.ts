import { html } from 'hono/html';
import { recordName } from '../audit/record.ts';
import { plain } from '../cli/plain.ts';
import { waitText } from '../cli/story.ts';
import { verdictOf, whyFacts } from '../cli/why.ts';
import { CommandError } from '../failure.ts';
import { subjectFrom } from '../jobs/decide.ts';
import type { AccountState } from '../jobs/status.ts';
import type { GuardVerdict, RuleVerdict, Wanted, Why } from '../jobs/why.ts';
import { type Part, tableOf } from '../report/totals.ts';
import { actsFor } from './acts.ts';
import { titleOf } from './meant.ts';
import { actLink, badge, storyPath } from './rows.ts';

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
  const subject = subjectFrom(record);
  if (subject) return subject;
  const hint = 'go back to the overview and choose it there';
  throw new CommandError({ code: 'bad-record', message: `${record} names no record`, hint });
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

/** Rules, guards and what follows from them for one webhook, as of when it was asked. */
export const whyPart = (why: Why): Part => {
  const { account, provider, environment, scope, webhookId, kind, record } = why;
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
  <p class="acts">${(record === null ? [] : actsFor(record)).map((act) => actLink(act, name, webhookId))}</p></section>
<section class="verdicts" aria-label="Rules and guards">
  ${tableOf('Rules', ['Rule', 'Evidence', 'Verdict'], why.rules.map(ruleRow), 3)}
  ${tableOf('Guards', ['Guard', 'Why', 'Verdict'], why.guards.map(guardRow), 3)}</section>
<section aria-labelledby="kept"><h2 id="kept">Record</h2>${kept(why)}</section>`;
};

export const whyTitle = (why: Why): string => titleOf({ ...why, url: why.webhook?.url ?? why.record?.url ?? null });

/** The way to it, from whatever shows a record. */
export const whyPath = (record: string): string => `why?${new URLSearchParams({ record })}`;
