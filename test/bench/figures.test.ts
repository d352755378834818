import { describe, expect, it } from 'vitest';
import { figure, markdownTable, median, textTable } from './figure.ts';
import { planOnce } from './plan-once.ts';
import { planPlot } from './plot.ts';
import { populationOf } from './population.ts';

describe('a figure', () => {
  it('is the median of its runs, with their spread, held against its goal', () => {
    const made = figure('a', [3, 1, 2], '×', { atMost: 2 }, 'about');
    expect(made).toMatchObject({ value: 2, spread: [1, 3], goal: '≤ 2', met: true });
    expect(median([4, 1, 3, 2])).toBe(3);
  });

  it.each([
    [{ atMost: 1 }, 1, true],
    [{ atMost: 1 }, 1.001, false],
    [{ below: 1 }, 1, false],
    [{ below: 1 }, 0.999, true],
    [{ atLeast: 0.95 }, 0.95, true],
    [{ atLeast: 0.95 }, 0.949, false],
    [null, 5, null],
  ])('with the goal %j and the value %d is met: %s', (goal, value, met) => {
    expect(figure('a', [value], '×', goal, '').met).toBe(met);
  });

  it('says in both tables what it is and whether it is met', () => {
    const figures = [figure('plan', [1, 2], '×', { atMost: 1 }, 'a plan'), figure('told', [7], 's', null, 'no goal')];
    expect(markdownTable(figures)).toContain('| plan | 2 (1 to 2) | × | ≤ 1 | no | a plan |');
    expect(textTable(figures).split('\n')).toHaveLength(3);
  });
});

describe('the population of the plan', () => {
  it('is the same each time, and about a tenth of it has a finding', () => {
    const webhooks = populationOf(5000);
    expect(populationOf(5000)).toEqual(webhooks);
    const { items, plan } = planOnce(webhooks);
    expect(items.length).toBeGreaterThan(400);
    expect(items.length).toBeLessThan(700);
    expect(planOnce(populationOf(5000)).plan.planId).toBe(plan.planId);
    const rules = new Set(items.flatMap(({ findings }) => findings.map(({ rule }) => rule)));
    expect([...rules].sort()).toEqual(['disabled', 'duplicate', 'retired-host', 'stale', 'test']);
  });
});

it('plots each size with its time and memory', () => {
  const svg = planPlot([
    { size: 1000, vsUrlParse: 1, secondsPerMillion: 2.5, peakMib: 90 },
    { size: 1_000_000, vsUrlParse: 1, secondsPerMillion: 3.5, peakMib: 900 },
  ]);
  expect(svg).toContain('2.5 s, 90 MiB');
  expect(svg).toContain('1,000,000');
  expect(svg).not.toContain('NaN');
});
