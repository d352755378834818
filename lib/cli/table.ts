import { plain } from './plain.ts';

export type Cell = { text: string; style?: (text: string) => string };

/** Rows with aligned columns; the last column is as wide as it is. Texts are made harmless here. */
export const tableLines = (rows: readonly (readonly (string | Cell)[])[], indent = ''): string[] => {
  const cells = rows.map((row) =>
    row.map((cell) => {
      const { text, style } = typeof cell === 'string' ? { text: cell, style: undefined } : cell;
      return { text: plain(text), style: style ?? ((same: string) => same) };
    }),
  );
  const widths: number[] = [];
  for (const row of cells)
    for (const [at, { text }] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, text.length);
  return cells.map((row) => {
    const line = row.map(
      ({ text, style }, at) => style(text) + ' '.repeat(at === row.length - 1 ? 0 : (widths[at] ?? 0) - text.length),
    );
    return `${indent}${line.join('  ')}`.trimEnd();
  });
};
