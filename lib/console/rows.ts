import { html } from 'hono/html';
import type { AuditRecord } from '../audit/printed.ts';
import { isOpen, type State } from '../audit/states.ts';
import { plain } from '../cli/plain.ts';
import { waitText } from '../cli/story.ts';
import { timeText } from '../cli/time-text.ts';
import type { OpenRecord } from '../jobs/status.ts';
import type { Part } from '../report/totals.ts';
import { type ActName, acts, actsFor } from './acts.ts';
import { titleOf } from './subject.ts';

const badges: Readonly<Record<State, 'propose' | 'keep' | 'report'>> = {
  proposed: 'report',
  approved: 'report',
  disabling: 'propose',
  observing: 'report',
  deleting: 'propose',
  restoring: 'keep',
  disabled: 'report',
  deleted: 'propose',
  kept: 'keep',
  gone: 'report',
  failed: 'propose',
  restored: 'keep',
};

export const badge = (state: State): Part => html`<span class="badge ${badges[state]}">${state}</span>`;

const pathOf = (path: string, query: Readonly<Record<string, string>>): string =>
  `${path}?${new URLSearchParams(query)}`;

export const storyPath = (record: string): string => pathOf('webhook', { record });

/** A way to a form. Every link says what it is about to those who hear it. */
export const actLink = (act: ActName, target: string, about: string, label: string = acts[act].label): Part =>
  html`<a class="button ${act}" href="${pathOf(act, { target })}">${label}<span class="hidden-text"> ${plain(about)}</span></a>`;

type Row = {
  record: string;
  title: string;
  state: State;
  details: readonly (readonly [label: string, text: string])[];
  acts: readonly ActName[];
};

const rowPart = ({ record, title, state, details, acts: possible }: Row): Part => html`
  <li class="panel"><h3>${badge(state)}<bdi><a href="${storyPath(record)}">${plain(title)}</a></bdi></h3>
    <dl>${details
      .filter(([, text]) => text !== '')
      .map(([label, text]) => html`<dt>${label}</dt><dd>${plain(text)}</dd>`)}</dl>
    <p class="acts">${possible.map((act) => actLink(act, record, title))}</p></li>`;

/** A record of the audit: why, by whom, and what it waits for. */
export const recordRow = (record: AuditRecord): Part => {
  const last = record.history.at(-1);
  return rowPart({
    record: record.record,
    title: titleOf(record),
    state: record.state,
    details: [
      ['account', `${record.account} (${record.provider}, ${record.environment})`],
      ...record.findings.map(({ rule, confidence, evidence }) => [`${rule} (${confidence})`, evidence] as const),
      ['waits', waitText(record)],
      ['ended', last && !isOpen(record.state) ? `${timeText(last.at)} ${last.event}: ${last.detail}` : ''],
    ],
    acts: actsFor(record),
  });
};

/** An open record of the status. */
export const openRow = ({ record, url, state, dueAt, waitFor, held }: OpenRecord): Part =>
  rowPart({
    record,
    title: url ?? record,
    state,
    details: [
      ['record', record],
      ['held', held ?? ''],
      ['waits', held === null ? `${waitFor ?? 'for its turn'}${dueAt ? ` until ${timeText(dueAt)}` : ''}` : ''],
    ],
    acts: actsFor({ state, held }),
  });

type List = {
  id: string;
  title: string;
  rows: readonly Part[];
  /** How many there are. */
  count: string;
  /** What to do where there is none. */
  empty: Part;
  /** Where the rest is; '' where all are shown. */
  rest: Part;
  above?: Part;
};

/** A titled list that says what to do where it is empty, and where the rest is where it is cut. */
export const listOf = ({ id, title, rows, count, empty, rest, above = '' }: List): Part => html`
<section aria-labelledby="${id}" data-live="${id}"><h2 id="${id}">${title} <span class="count">${count}</span></h2>${above}
  ${
    rows.length === 0
      ? html`<p class="empty">${empty}</p>`
      : html`<ul class="rows" role="list" data-rows>${rows}</ul>${rest === '' ? '' : html`<p class="quiet">More: ${rest}</p>`}`
  }
</section>`;
