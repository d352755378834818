// @ts-check
/** @typedef {import('../view.ts').Row} Row */

/** Rows of one page: few enough to be there at once, many enough to read on. */
const pageRows = 50;

/** @template {HTMLElement} T @param {string} id @param {new () => T} kind @returns {T} */
const byId = (id, kind) => {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`this page has no ${id}`);
};

/** Texts only ever become text: nothing here parses markup. */
/** @param {string} name @param {string} text @param {string} [kind] */
const element = (name, text, kind) => {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
};

/** @param {Row} row @param {Record<Row['decision'], string>} verbs */
const rowElement = (row, verbs) => {
  const head = element('h3', '');
  head.append(element('span', verbs[row.decision], `badge ${row.decision}`), element('bdi', row.title));
  const list = element('dl', '');
  for (const [label, text] of row.details) list.append(element('dt', label), element('dd', text));
  const item = element('li', '', 'panel');
  item.append(head, element('p', row.about, 'about'), list);
  return item;
};

/** @param {Row} row */
const wordsOf = (row) => [row.title, row.about, row.decision, ...row.details.flat()].join('\n').toLowerCase();

const start = () => {
  /** @type {{ rows: Row[], verbs: Record<Row['decision'], string> }} */
  const { rows, verbs } = JSON.parse(byId('data', HTMLScriptElement).textContent ?? '');
  if (rows.length === 0) return;
  const form = byId('filters', HTMLFormElement);
  const query = byId('query', HTMLInputElement);
  const [back, next] = [byId('back', HTMLButtonElement), byId('next', HTMLButtonElement)];
  const texts = rows.map(wordsOf);
  let matching = rows;
  let page = 0;

  /** @param {Row[]} shown */
  const show = (shown) => byId('rows', HTMLUListElement).replaceChildren(...shown.map((row) => rowElement(row, verbs)));

  const turn = () => {
    const pages = Math.max(1, Math.ceil(matching.length / pageRows));
    const from = page * pageRows;
    const to = Math.min(from + pageRows, matching.length);
    show(matching.slice(from, to));
    byId('page', HTMLParagraphElement).textContent = `Page ${page + 1} of ${pages}`;
    byId('count', HTMLParagraphElement).textContent =
      matching.length === 0
        ? 'Nothing matches. Clear a filter to see more.'
        : `${from + 1} to ${to} of ${matching.length}${matching.length < rows.length ? `, out of ${rows.length}` : ''}`;
    back.disabled = page === 0;
    next.disabled = page === pages - 1;
  };

  const filter = () => {
    const asked = Object.fromEntries(new FormData(form));
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    matching = rows.filter(
      (row, at) =>
        (!asked.decision || row.decision === asked.decision) &&
        (!asked.account || row.account === asked.account) &&
        (!asked.rule || row.rules.includes(String(asked.rule))) &&
        (!asked.guard || row.guards.includes(String(asked.guard))) &&
        words.every((word) => texts[at]?.includes(word)),
    );
    page = 0;
    turn();
  };

  /** @param {number} by */
  const leaf = (by) => {
    page += by;
    turn();
    byId('list', HTMLHeadingElement).focus();
  };

  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      query.focus();
    }
    if (event.key === 'Escape' && event.target === query) {
      query.value = '';
      filter();
    }
  };

  form.addEventListener('input', filter);
  form.addEventListener('submit', (event) => event.preventDefault());
  byId('clear', HTMLButtonElement).addEventListener('click', () => {
    form.reset();
    filter();
  });
  back.addEventListener('click', () => leaf(-1));
  next.addEventListener('click', () => leaf(1));
  document.addEventListener('keydown', onKey);
  document.addEventListener('click', ({ target }) => {
    if (!(target instanceof HTMLButtonElement) || !target.dataset.filter) return;
    byId(target.dataset.filter, HTMLSelectElement).value = target.dataset.value ?? '';
    filter();
    byId('list', HTMLHeadingElement).focus();
  });
  // On paper there are no pages to turn.
  window.addEventListener('beforeprint', () => show(matching));
  window.addEventListener('afterprint', turn);
  turn();
};

start();
