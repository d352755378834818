/** One line of the benchmark. `goal` is null where the figure is only told; then `met` is null too. */
export type Figure = {
  name: string;
  value: number;
  unit: string;
  goal: string | null;
  met: boolean | null;
  /** Smallest and largest of the repeated measurements, where there were several. */
  spread?: readonly [number, number];
  about: string;
};

type Goal = { atMost: number } | { below: number } | { atLeast: number } | null;

const goalText = (goal: Goal): string | null => {
  if (goal === null) return null;
  if ('atMost' in goal) return `≤ ${goal.atMost}`;
  return 'below' in goal ? `< ${goal.below}` : `≥ ${goal.atLeast}`;
};

const isMet = (value: number, goal: Goal): boolean | null => {
  if (goal === null) return null;
  if ('atMost' in goal) return value <= goal.atMost;
  return 'below' in goal ? value < goal.below : value >= goal.atLeast;
};

const round = (value: number): number => Number(value.toPrecision(4));

/** The middle of the measurements, or of the two in the middle the larger one. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The median of one or more measurements of the same thing, held against its goal. */
export const figure = (name: string, values: readonly number[], unit: string, goal: Goal, about: string): Figure => {
  const value = round(median(values));
  const spread = [round(Math.min(...values)), round(Math.max(...values))] as const;
  return {
    name,
    value,
    unit,
    goal: goalText(goal),
    met: isMet(value, goal),
    ...(values.length > 1 && { spread }),
    about,
  };
};

const cells = ({ name, value, spread, unit, goal, met, about }: Figure): string[] => [
  name,
  `${value}${spread ? ` (${spread.join(' to ')})` : ''}`,
  unit,
  goal ?? '',
  met === null ? '' : met ? 'yes' : 'no',
  about,
];

const heads = ['figure', 'median (spread)', 'unit', 'goal', 'met', 'what it is'];

/** As people read it in a terminal. */
export const textTable = (figures: readonly Figure[]): string => {
  const rows = [heads, ...figures.map(cells)];
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

/** As Markdown. */
export const markdownTable = (figures: readonly Figure[]): string =>
  [heads, heads.map(() => '---'), ...figures.map(cells)].map((row) => `| ${row.join(' | ')} |`).join('\n');
