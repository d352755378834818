import { writeSync } from 'node:fs';

/** ✓ holds, ✗ does not, – does not apply: the title of the test says why. */
export type Mark = '✓' | '✗' | '–';

/** Marks by provider and behaviour, as text for people. */
export const createMatrix = (columns: readonly string[]) => {
  const marks = new Map<string, Map<string, Mark>>();
  return {
    /** Runs one promise and marks what came of it. */
    async mark(row: string, column: string, held: Mark, act: () => Promise<void>): Promise<void> {
      const cells = marks.get(row) ?? new Map<string, Mark>();
      marks.set(row, cells.set(column, '✗'));
      await act();
      cells.set(column, held);
    },
    text(): string {
      const wide = Math.max(...[...marks.keys()].map((row) => row.length));
      const head = ['', ...columns].map((name, index) => name.padEnd(index === 0 ? wide : 0)).join('  ');
      const rows = [...marks].map(([row, cells]) =>
        [row.padEnd(wide), ...columns.map((name) => (cells.get(name) ?? '?').padEnd(name.length))].join('  '),
      );
      return `\n${[head, ...rows].map((line) => line.trimEnd()).join('\n')}\n`;
    },
    /** Past the test runner, which keeps back what a passing test prints. */
    print(): void {
      writeSync(1, this.text());
    },
  };
};
