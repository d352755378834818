import { html } from 'hono/html';
import { plain } from '../cli/plain.ts';
import { limits } from '../limits.ts';
import type { Part } from '../report/totals.ts';
import { acts } from './acts.ts';
import { type Meant, titleOf } from './meant.ts';
import { storyPath } from './rows.ts';

/** What a person has written so far; shown again where something is missing. */
export type Written = { reason: string; word: string; until: string };
export const unwritten: Written = { reason: '', word: '', until: '' };

/** What is wrong with each field, in words. */
export type Problems = Partial<Record<keyof Written, string>>;

const field = (name: keyof Written, label: string, written: Written, problems: Problems, more: Part): Part => {
  const problem = problems[name];
  return html`
  <div class="field"><label for="${name}">${label}</label>
    <input id="${name}" name="${name}" value="${written[name]}" autocomplete="off" ${more}${
      problem ? html` aria-invalid="true" aria-describedby="${name}-problem" autofocus` : ''
    }>
    ${problem ? html`<p class="problem" id="${name}-problem">${problem}</p>` : ''}</div>`;
};

const subject = ({ records, account }: Meant): Part =>
  records.length === 0
    ? html`<p class="subject"><strong>${plain(account)}</strong></p>`
    : html`
  <ul class="panel subjects" aria-label="What is meant">${records.map(
    (record) => html`<li><bdi><a href="${storyPath(record.record)}"><code>${plain(titleOf(record))}</code></a></bdi>
      <span class="quiet">${plain(`${record.account}, ${record.environment}, ${record.state}`)}</span></li>`,
  )}</ul>`;

const buttonText = ({ act, records, account }: Meant): string => {
  const [first] = records;
  const what = first === undefined ? account : records.length === 1 ? titleOf(first) : `${records.length} webhooks`;
  return `${acts[act].label} ${what}`;
};

/** Asks for a reason, and for a yes that names what is meant. */
export const confirmPart = (meant: Meant, form: string, written: Written, problems: Problems): Part => {
  const { act, target, word, notes, obstacle } = meant;
  if (obstacle !== null)
    return html`
<section class="panel said">${subject(meant)}<p>${plain(`This cannot be done now: ${obstacle}`)}</p>
  <p><a href="./">Back to the overview</a></p></section>`;
  const most = html`maxlength="${limits.reasonCharactersMax}" required`;
  return html`
<form method="post" action="${act}" class="panel ask">${subject(meant)}
  <p>${acts[act].says}</p>${notes.map((note) => html`<p>${plain(note)}</p>`)}
  <input type="hidden" name="form" value="${form}"><input type="hidden" name="target" value="${target}">
  ${field('reason', 'Your reason, for the history', written, problems, most)}
  ${act === 'veto' ? field('until', 'Until when (a date, or a duration like 90d; empty for as long as nothing changes)', written, problems, '') : ''}
  ${word === null ? '' : field('word', `This is production. Type ${plain(word)} to go on`, written, problems, html`required spellcheck="false"`)}
  <p class="acts"><button class="${act}">${plain(buttonText(meant))}</button> <a href="./">No, go back</a></p></form>`;
};
