import { child } from './child.ts';
import { type Figure, figure, median } from './figure.ts';
import type { PlanRun } from './plan-size.ts';

const sizes = [
  [1000, 15],
  [10_000, 9],
  [100_000, 7],
  [1_000_000, 3],
] as const;

/** Plans of one measurement, so that it is long enough for the clock of a thread's CPU. */
const roundsOf = (size: number): number => Math.max(1, Math.ceil(200_000 / size));

export type PlanPoint = { size: number; vsUrlParse: number; secondsPerMillion: number; peakMib: number };

/** Plans of four sizes, each held against parsing the same URLs in the same process. */
export const benchPlan = async (): Promise<{ figures: Figure[]; points: PlanPoint[] }> => {
  const runs: PlanRun[] = [];
  for (const [size, repeats] of sizes) {
    const timed = await child<PlanRun>('plan-size.ts', [size, repeats, roundsOf(size)]);
    // A scan plans once: what the repeats leave behind is no memory that it takes.
    const { peakMib } = await child<PlanRun>('plan-size.ts', [size, 1, 1]);
    runs.push({ ...timed, peakMib });
  }
  const ratios = ({ runs: all }: PlanRun) => all.map(({ planMs, urlMs }) => planMs / urlMs);
  const each = ({ size, runs: all }: PlanRun) => all.map(({ planMs }) => planMs / (size * roundsOf(size)));
  const [, , hundred, million] = runs as [PlanRun, PlanRun, PlanRun, PlanRun];
  const baseMib = runs[0]?.peakMib ?? 0;
  const linearity = each(million).map((perWebhook) => perWebhook / median(each(hundred)));
  return {
    figures: [
      figure('plan.vsUrlParse', ratios(million), '× new URL', { atMost: 3 }, 'plan of 1,000,000 webhooks, CPU'),
      ...runs
        .slice(0, 3)
        .map((run) =>
          figure(`plan.vsUrlParse.${run.size}`, ratios(run), '× new URL', null, `plan of ${run.size} webhooks, CPU`),
        ),
      figure('plan.linearity', linearity, '×', { atMost: 1.5 }, 'CPU a webhook at 1,000,000 against 100,000'),
      figure(
        'plan.mibPer100k',
        [Math.max(hundred.peakMib - baseMib, (million.peakMib - baseMib) / 10)],
        'MiB',
        { atMost: 256 },
        'peak memory for 100,000 webhooks, the webhooks included; the worse of 100,000 and 1,000,000',
      ),
    ],
    points: runs.map((run) => ({
      size: run.size,
      vsUrlParse: median(ratios(run)),
      secondsPerMillion: median(each(run)) * 1000,
      peakMib: run.peakMib,
    })),
  };
};
