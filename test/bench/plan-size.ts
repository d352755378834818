/** `node plan-size.ts SIZE REPEATS ROUNDS`: a process of its own, so that the peak of its memory is that of this size alone. */
import { planOnce } from './plan-once.ts';
import { populationOf } from './population.ts';

/** Times in milliseconds of this thread's CPU, so that other work on the machine counts little; memory in MiB. */
export type PlanRun = { size: number; runs: { planMs: number; urlMs: number }[]; peakMib: number };

const cpuMs = (work: () => void): number => {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
};

const [size = 0, repeats = 0, rounds = 0] = process.argv.slice(2).map(Number);
const webhooks = populationOf(size);
let characters = 0;
const parseAll = () => {
  for (const { url } of webhooks) characters += new URL(url ?? '').href.length;
};
const times = (work: () => void) => () => {
  for (let round = 0; round < rounds; round++) work();
};
const plan = () => {
  characters += planOnce(webhooks).items.length;
};
times(parseAll)();
const runs = Array.from({ length: repeats }, () => ({ urlMs: cpuMs(times(parseAll)), planMs: cpuMs(times(plan)) }));
if (characters === 0) throw new Error('nothing was measured');
const run: PlanRun = { size, runs, peakMib: process.resourceUsage().maxRSS / 1024 };
console.log(JSON.stringify(run));
