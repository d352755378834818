const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const levels = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** A bar of at most `width` characters; anything above zero is seen. */
export const bar = (value: number, most: number, width: number): string => {
  if (value <= 0 || most <= 0) return '';
  const parts = Math.max(1, Math.round((value / most) * width * 8));
  return '█'.repeat(Math.floor(parts / 8)) + (eighths[parts % 8] ?? '');
};

/** One character a value, as high as its share of the largest; zero is a blank. */
export const columns = (values: readonly number[]): string => {
  const most = Math.max(...values, 1);
  return values.map((value) => levels[value <= 0 ? 0 : Math.max(1, Math.round((value / most) * 8))]).join('');
};
