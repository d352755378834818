/**
 * `npm run bench`: measures hooksweep against baselines of the same run and prints a table, or `{ "figures": […] }` with `--json`.
 * `--docs` writes the table and the plot into docs/. Names behind the options choose sections.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchBatch } from './batch.ts';
import { benchDeletions } from './deletions.ts';
import { type Figure, markdownTable, textTable } from './figure.ts';
import { benchImports } from './imports.ts';
import { benchLimiter } from './limiter.ts';
import { benchLone } from './lone.ts';
import { benchPlan, type PlanPoint } from './plan.ts';
import { planPlot } from './plot.ts';
import { benchScans } from './scans.ts';
import { benchVerify } from './verify.ts';

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean' }, docs: { type: 'boolean' } },
  allowPositionals: true,
});

let points: readonly PlanPoint[] = [];
const sections: Readonly<Record<string, () => Promise<Figure[]>>> = {
  plan: async () => {
    const measured = await benchPlan();
    points = measured.points;
    return measured.figures;
  },
  batch: benchBatch,
  lone: benchLone,
  limiter: benchLimiter,
  imports: benchImports,
  verify: benchVerify,
  scans: benchScans,
  deletions: benchDeletions,
};

const unknown = positionals.filter((name) => !Object.hasOwn(sections, name));
if (unknown.length > 0) {
  console.error(`bench: no section ${unknown.join(', ')}; there are ${Object.keys(sections).join(', ')}`);
  process.exit(1);
}

/** Rows of sections that were not measured now stay as they are. */
const intoPage = (figures: readonly Figure[], seconds: number): void => {
  const page = fileURLToPath(new URL('../../docs/performance.md', import.meta.url));
  const plot = fileURLToPath(new URL('../../docs/images/plan.svg', import.meta.url));
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;
  const day = new Date().toISOString().slice(0, 10);
  const [before, known = '', after] = readFileSync(page, 'utf8').split(/<!-- (?:table|end) -->/);
  const fresh = new Map(
    markdownTable(figures)
      .split('\n')
      .map((row) => [row.split(' | ', 1)[0], row]),
  );
  const rows = known.match(/^\|.*$/gm) ?? [];
  const kept = rows.map((row) => {
    const renewed = fresh.get(row.split(' | ', 1)[0]);
    fresh.delete(row.split(' | ', 1)[0]);
    return renewed ?? row;
  });
  const table = [...kept, ...fresh.values()].join('\n');
  const told = `Measured last on ${day}, ${machine}, in ${seconds} s.`;
  writeFileSync(page, `${before}<!-- table -->\n\n${told}\n\n${table}\n\n<!-- end -->${after}`);
  if (points.length > 0) writeFileSync(plot, planPlot(points));
};

const started = performance.now();
const figures: Figure[] = [];
for (const [name, bench] of Object.entries(sections)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  console.error(`bench: ${name}`);
  figures.push(...(await bench()));
}
const seconds = Math.round((performance.now() - started) / 1000);
if (values.docs) intoPage(figures, seconds);
console.log(values.json ? JSON.stringify({ figures }, null, 2) : textTable(figures));
