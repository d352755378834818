// @ts-check

const main = document.querySelector('main');
const live = document.getElementById('live');

/** @param {string} text */
const say = (text) => {
  if (live && live.textContent !== text) live.textContent = text;
};

/** Shows the rows that contain the words of the filter. */
const filter = () => {
  const field = document.getElementById('query');
  const count = document.getElementById('count');
  if (!(field instanceof HTMLInputElement) || !count) return;
  const words = field.value.toLowerCase().split(/\s+/);
  let shown = 0;
  const rows = document.querySelectorAll('[data-rows] > li');
  for (const row of rows) {
    const text = (row.textContent ?? '').toLowerCase();
    const fits = words.every((word) => text.includes(word));
    /** @type {HTMLElement} */ (row).hidden = !fits;
    if (fits) shown += 1;
  }
  count.textContent = field.value === '' ? '' : `${shown} of ${rows.length} shown`;
};

const startFilter = () => {
  const form = document.getElementById('filters');
  const field = document.getElementById('query');
  if (!form || !(field instanceof HTMLInputElement)) return;
  form.hidden = false;
  form.addEventListener('submit', (event) => event.preventDefault());
  field.addEventListener('input', filter);
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && document.activeElement !== field) {
      event.preventDefault();
      field.focus();
    } else if (event.key === 'Escape' && document.activeElement === field) {
      field.value = '';
      filter();
    }
  });
};

/** The same link in the new part, so that the keyboard stays where it was. @param {Element | null} before */
const sameLink = (before) => {
  const href = before?.getAttribute('href');
  return href ? main?.querySelector(`a[href="${CSS.escape(href)}"]`) : null;
};

/** Puts each part that changed into the place of the old one. @param {Document} fresh */
const takeOver = (fresh) => {
  const focused = document.activeElement;
  for (const part of document.querySelectorAll('[data-live]')) {
    const name = part.getAttribute('data-live') ?? '';
    const other = fresh.querySelector(`[data-live="${CSS.escape(name)}"]`);
    if (other && !other.isEqualNode(part)) part.replaceWith(document.importNode(other, true));
  }
  if (focused && !focused.isConnected) {
    const again = sameLink(focused) ?? main;
    if (again instanceof HTMLElement) again.focus({ preventScroll: true });
  }
  filter();
};

/** This page as it is now, parsed by the browser as a document of its own: no text of it becomes markup here. */
const reload = () =>
  /** @type {Promise<Document>} */ (
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('GET', location.href);
      request.responseType = 'document';
      request.onload = () => {
        const { status, responseXML } = request;
        if (status === 200 && responseXML) resolve(responseXML);
        else reject(new Error(`the console answered ${status}`));
      };
      request.onerror = () => reject(new Error('the console does not answer'));
      request.send();
    })
  );

const look = async () => {
  if (!main || document.hidden) return;
  const response = await fetch('revision', { cache: 'no-store' });
  if (!response.ok) throw new Error(`the console answered ${response.status}`);
  if ((await response.text()) === main.dataset.revision) return;
  const fresh = await reload();
  takeOver(fresh);
  main.dataset.revision = fresh.querySelector('main')?.dataset.revision ?? '';
  say(`Brought up to date at ${new Date().toISOString().slice(11, 19)}Z.`);
};

/** Over a table so large that a look takes long, a page looks less often: at most a fifth of the time. */
const restFactor = 4;

const keepUp = async () => {
  const began = performance.now();
  try {
    await look();
  } catch {
    say('The console does not answer. Start it again with hooksweep console, and open what it prints.');
  }
  const tookMs = performance.now() - began;
  setTimeout(keepUp, Math.max(Number(main?.dataset.lookMs), restFactor * tookMs));
};

startFilter();
if (main?.dataset.lookMs !== undefined) setTimeout(keepUp, Number(main.dataset.lookMs));
