import { parseArgs } from 'node:util';
import { createChance } from './chance.ts';
import { drawFaults, drawTopic, faultsMax } from './faults.ts';
import { runHistory } from './history.ts';
import { type Part, parts } from './world.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    count: { type: 'string', default: '1000' },
    trace: { type: 'boolean', default: false },
    without: { type: 'string' },
    keep: { type: 'boolean', default: false },
    core: { type: 'boolean', default: false },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const fail = (line: string): never => {
  process.stderr.write(`${line}\n`);
  process.exit(1);
};

const seed = Number(values.seed);
const histories = Number(values.count);
const without = (values.without ?? null) as Part | null;
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(histories) || histories < 1)
  fail('--seed and --count want whole numbers');
if (without !== null && !parts.includes(without)) fail(`--without knows ${parts.join(', ')}`);

const rates = (of: Readonly<Record<string, number>>): string =>
  Object.entries(of)
    .map(([name, rate]) => `${name} ${rate.toFixed(3)}`)
    .join(', ');

const faultsOf = (of: number): Record<string, number> => {
  const chance = createChance(of);
  return drawFaults(chance, drawTopic(chance));
};

const main = async (): Promise<void> => {
  say(`seed ${seed}, ${histories} histories${without ? `, without ${without}` : ''}`);
  say(`fault rates ${histories === 1 ? '' : 'at most '}${rates(histories === 1 ? faultsOf(seed) : faultsMax)}`);
  const totals: Record<string, number> = {};
  const failing: number[] = [];
  const began = performance.now();
  const perSecond = (done: number): string => (done / ((performance.now() - began) / 1000)).toFixed(1);
  let done = 0;
  for (let at = seed; at < seed + histories; at++) {
    const history = await runHistory({ seed: at, without, core: values.core, trace: values.trace ? say : null });
    done += 1;
    for (const [name, number] of Object.entries(history.counts)) totals[name] = (totals[name] ?? 0) + number;
    if (history.violations.length > 0) {
      failing.push(at);
      say(`seed ${at}: ${history.violations.length} violations`);
      for (const violation of history.violations.slice(0, 5)) say(`  ${violation}`);
      if (without !== null && !values.keep) break;
    }
    if (done % 1000 === 0) say(`${done} histories, ${perSecond(done)} per second, ${failing.length} with violations`);
  }
  for (const name of Object.keys(totals).toSorted()) say(`${name.padEnd(28)} ${totals[name]}`);
  say(`${done} histories, ${perSecond(done)} per second, ${failing.length} with violations`);
  const again = `npm run simulate:histories -- --seed ${failing[0]} --count 1 --trace${without ? ` --without ${without}` : ''}`;
  if (failing.length > 0) say(`replay: ${again}`);
  process.exitCode = failing.length > 0 ? 1 : 0;
};

await main();
