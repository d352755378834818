import { html } from 'hono/html';
import { plain } from '../cli/plain.ts';
import type { Part } from '../report/totals.ts';
import { acts } from './acts.ts';
import type { Field, Problems, Written } from './fields.ts';
import type { Meant } from './meant.ts';
import { fieldsOf } from './submission.ts';

const fieldPart = (field: Field, written: Written, problems: Problems): Part => {
  const { name, label, wanted, choices, charactersMax, isShown } = field;
  const problem = problems[name];
  const given = written[name] ?? '';
  const text = isShown?.(given) === false ? '' : given;
  const marks = html`${wanted === null ? '' : html` required`}${
    problem === undefined ? '' : html` aria-invalid="true" aria-describedby="${name}-problem" autofocus`
  }`;
  return html`
  <div class="field"><label for="${name}">${plain(label)}</label>
    ${
      choices
        ? html`<select id="${name}" name="${name}"${marks}>${choices.map(
            ([value, said]) => html`<option value="${value}"${value === text ? html` selected` : ''}>${said}</option>`,
          )}</select>`
        : html`<input id="${name}" name="${name}" value="${text}" autocomplete="off" spellcheck="false"${
            charactersMax === undefined ? '' : html` maxlength="${charactersMax}"`
          }${marks}>`
    }
    ${problem === undefined ? '' : html`<p class="problem" id="${name}-problem">${plain(problem)}</p>`}</div>`;
};

const subject = ({ subjects, account }: Meant): Part =>
  subjects.length === 0
    ? html`<p class="subject"><strong>${plain(account)}</strong></p>`
    : html`
  <ul class="panel subjects" aria-label="What is meant">${subjects.map(
    ({ title, path, about }) => html`<li><bdi><a href="${path}"><code>${plain(title)}</code></a></bdi>
      <span class="quiet">${plain(about)}</span></li>`,
  )}</ul>`;

const buttonText = ({ act, subjects, account }: Meant): string => {
  const [first] = subjects;
  const what = first === undefined ? account : subjects.length === 1 ? first.title : `${subjects.length} webhooks`;
  return `${acts[act].label} ${what}`;
};

/** Asks for a reason, and for a yes that names what is meant. */
export const confirmPart = (meant: Meant, form: string, written: Written, problems: Problems): Part => {
  const { act, target, notes, obstacle } = meant;
  if (obstacle !== null)
    return html`
<section class="panel said">${subject(meant)}<p>${plain(`This cannot be done now: ${obstacle}`)}</p>
  <p><a href="./">Back to the overview</a></p></section>`;
  return html`
<form method="post" action="${act}" class="panel ask">${subject(meant)}
  <p>${acts[act].says}</p>${notes.map((note) => html`<p>${plain(note)}</p>`)}
  <input type="hidden" name="form" value="${form}"><input type="hidden" name="target" value="${target}">
  ${fieldsOf(meant).map((field) => fieldPart(field, written, problems))}
  <p class="acts"><button class="${act}">${plain(buttonText(meant))}</button> <a href="./">No, go back</a></p></form>`;
};
