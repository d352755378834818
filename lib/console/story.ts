import { html } from 'hono/html';
import { brokenAt, type Entry } from '../audit/chain.ts';
import type { AuditRecord } from '../audit/printed.ts';
import { recordKey } from '../audit/record.ts';
import { plain } from '../cli/plain.ts';
import { waitText } from '../cli/story.ts';
import { timeText } from '../cli/time-text.ts';
import type { Part } from '../report/totals.ts';
import { actsFor } from './acts.ts';
import { actLink, badge } from './rows.ts';
import { titleOf } from './subject.ts';
import { whyPath } from './why.ts';

const entryPart = ({ seq, at, event, actor, detail, hash }: Entry): Part => html`
  <li><time datetime="${at}">${timeText(at)}</time><div><h3>${plain(event)}</h3><p>${plain(detail)}</p>
    <p class="quiet">${plain(actor)} · entry ${seq} · <code title="${hash}">${hash.slice(0, 12)}</code></p></div></li>`;

const nextPart = (record: AuditRecord): Part => {
  const text = waitText(record);
  return text === ''
    ? ''
    : html`<li class="next"><span>now</span><div><h3>${record.state}</h3><p>${plain(text)}</p></div></li>`;
};

const chainText = (record: AuditRecord): string => {
  const broken = brokenAt(recordKey(record).pk, record.history, record.head);
  return broken === null
    ? `${record.history.length === 1 ? '1 entry' : `${record.history.length} entries`}, chained without a gap`
    : `This story was tampered with or damaged: ${broken}`;
};

const backupText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const backupPart = ({ backup, backupHash }: AuditRecord): Part =>
  backup === null
    ? html`<p class="empty">There is none yet: it is written before the first call that changes something.</p>`
    : html`
  <dl class="panel facts">${Object.entries(backup).map(
    ([name, value]) => html`<dt>${name}</dt><dd>${plain(backupText(value))}</dd>`,
  )}<dt>hash</dt><dd><code>${backupHash}</code></dd></dl>`;

const facts = (record: AuditRecord): (readonly [string, string])[] => [
  ['account', `${record.account} (${record.provider}, ${record.environment})`],
  ['scope', record.scope === record.account ? '' : record.scope],
  ['id', `${record.webhookId} (${record.kind})`],
  ['record', record.record],
  ...record.findings.map(({ rule, confidence, evidence }) => [`${rule} (${confidence})`, evidence] as const),
  ['plan', record.planId ?? ''],
  ['outcome', record.outcome ?? ''],
  ['kept by', record.guard ?? ''],
  ['left', record.leftAs ?? ''],
  ['restored as', record.restoredAs ?? ''],
];

/** One webhook: what it is, what happened to it, and what is kept of it. */
export const storyPart = (record: AuditRecord): Part => html`
<section data-live="facts" aria-label="Facts"><p class="subject">${badge(record.state)}</p>
  <dl class="panel facts">${facts(record)
    .filter(([, text]) => text !== '')
    .map(([label, text]) => html`<dt>${label}</dt><dd>${plain(text)}</dd>`)}</dl>
  <p class="acts">${actsFor(record).map((act) => actLink(act, record.record, titleOf(record)))}
    <a class="button" href="${whyPath(record.record)}">Why<span class="hidden-text"> ${plain(titleOf(record))}</span></a></p></section>
<section data-live="story" aria-labelledby="story"><h2 id="story">Story</h2>
  <ol class="story">${record.history.map(entryPart)}${nextPart(record)}</ol><p class="quiet">${chainText(record)}</p></section>
<section data-live="backup" aria-labelledby="backup"><h2 id="backup">Backup</h2>${backupPart(record)}</section>`;
