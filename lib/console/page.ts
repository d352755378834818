import { html } from 'hono/html';
import { plain } from '../cli/plain.ts';
import type { Ms } from '../clock.ts';
import type { Part } from '../report/totals.ts';

export type Frame = {
  title: string;
  /** The folder or stack. */
  where: string;
  /** Of an overview or a story: the page looks this often whether it is out of date. Forms hold still. */
  live?: { revision: string; lookMs: Ms };
};

/** Every page: its head, the way to the others, and what is said on it. */
export const page = ({ title, where, live }: Frame, body: Part): Part => html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${plain(title)} · hooksweep</title>
<link rel="icon" href="icon.svg" type="image/svg+xml"><link rel="stylesheet" href="console.css">
<script src="console.js" defer></script></head>
<body>
<a class="skip" href="#main">To the content</a>
<header class="page bar"><p class="brand"><a href="./">hooksweep</a> <span class="quiet">${plain(where)}</span></p>
  <nav aria-label="Pages"><a href="./">Overview</a> <a href="webhooks">All webhooks</a> <a href="why">Ask why</a></nav></header>
<main id="main" tabindex="-1"${live ? html` data-revision="${live.revision}" data-look-ms="${live.lookMs}"` : ''}>
<h1>${plain(title)}</h1>
${body}
</main>
<footer class="page quiet"><p>Times are UTC. Secret parts of URLs were never kept.
  <span id="live" role="status">${live ? 'As of when it was loaded.' : ''}</span></p></footer>
</body></html>
`;

/** A page with something to say and a way on. */
export const notice = (frame: Frame, lines: readonly string[], hint = ''): Part =>
  page(
    frame,
    html`
<section class="panel said">${lines.map((line) => html`<p>${plain(line)}</p>`)}
  ${hint === '' ? '' : html`<p class="quiet">${plain(hint)}</p>`}<p><a href="./">Back to the overview</a></p></section>`,
  );
