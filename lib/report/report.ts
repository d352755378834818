import { html, raw } from 'hono/html';
import { plain } from '../cli/plain.ts';
import { verbs } from '../cli/plan-table.ts';
import { timeText } from '../cli/time-text.ts';
import type { Plan } from '../plan/item.ts';
import { contentSecurityPolicy, reportScript, reportStyle, sharedStyle } from './assets.ts';
import { embedded } from './embed.ts';
import { listSection } from './list.ts';
import { rowsOf } from './rows.ts';
import { type Part, totalsSection } from './totals.ts';
import { approvalWords } from './words.ts';

/** Something that must be seen before anything else. */
const alarm = (id: string, title: string, lines: readonly Part[]): Part =>
  lines.length === 0
    ? ''
    : html`
<section class="alarm" aria-labelledby="${id}"><h2 id="${id}">${title}</h2><ul>${lines}</ul></section>`;

const unread = ({ accounts }: Plan): Part[] =>
  accounts.flatMap(({ account, scopes }) =>
    scopes
      .filter(({ status }) => status !== 'complete')
      .map(
        ({ scope, status, error }) => html`
  <li><strong><bdi>${plain(scope === account ? account : `${account}, ${scope}`)}</bdi></strong> (${status}):
    ${plain(error?.message ?? 'it could not be read')}. <span class="quiet">${plain(error?.hint ?? 'scan again')}</span></li>`,
      ),
  );

const security = ({ items }: Plan): Part[] =>
  items.flatMap(({ account, webhookId, url, findings }) =>
    findings
      .filter(({ confidence }) => confidence === 'security')
      .map(
        ({ evidence }) => html`
  <li><code><bdi>${plain(url ?? webhookId)}</bdi></code> of ${plain(account)}: ${plain(evidence)}</li>`,
      ),
  );

const words = ({ items }: Plan): Part => {
  const reasons = [...new Set(items.flatMap(({ needsApproval }) => needsApproval))];
  if (reasons.length === 0) return '';
  const lines = reasons.map((reason) => html`<dt>${reason}</dt><dd>${approvalWords[reason]}</dd>`);
  return html`
<section aria-labelledby="words"><h2 id="words">Why a person is asked</h2><dl class="panel words">${lines}</dl></section>`;
};

const head = (plan: Plan, style: string, script: string): Part => html`
<head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy([script], [style])}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>hooksweep report, ${timeText(plan.createdAt)}</title><style>${raw(style)}</style></head>`;

/**
 * One plan as a page that needs nothing but itself.
 *
 * @param plan scrubbed of every credential, as `scan` prints it
 * @param lead the last line of the scan: the counts, that nothing was changed, and what to type next
 */
export const renderReport = (plan: Plan, lead: string): string => {
  const rows = rowsOf(plan);
  const [script, style] = [reportScript(), `${sharedStyle()}${reportStyle()}`];
  const silent = plan.summary.webhooks - rows.length;
  const warnings = plan.warnings.map((text) => html`<li>${plain(text)}</li>`);
  return String(html`<!doctype html>
<html lang="en">${head(plan, style, script)}
<body>
<header class="page"><h1>What hooksweep would clean up</h1>
  <p>Scanned ${timeText(plan.createdAt)} · plan <code>${plan.planId}</code></p><p>${plain(lead)}</p></header>
<main>
${alarm('unread', 'Could not be read completely: nothing of these is proposed', unread(plan))}
${alarm('security', 'Deliveries go to a receiver that attackers and testers use', security(plan))}
${alarm('warnings', 'Warnings', warnings)}${totalsSection(plan, rows)}${listSection(rows)}${words(plan)}
</main>
<footer class="page quiet"><p>${silent.toLocaleString('en')} webhooks without a finding are not listed.
  Secret parts of URLs are not in this file. Times are UTC.</p></footer>
<script type="application/json" id="data">${embedded({ rows, verbs })}</script>
<script>${raw(script)}</script>
</body></html>
`);
};
