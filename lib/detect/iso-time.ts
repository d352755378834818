import type { Ms } from '../clock.ts';

const zero = 48;
const dayMs = 86_400_000;
const hyphen = 45;
const colon = 58;

/** Days from 1970 to the first of each month of the years in which times of webhooks lie. */
const firstYear = 2000;
const years = 100;
const firsts = Int32Array.from({ length: years * 12 + 1 }, (_, month) => Date.UTC(firstYear, month, 1) / dayMs);

/** The two digits that stand there; far below any number where they are none. */
const two = (text: string, at: number): number => {
  const tens = text.charCodeAt(at) - zero;
  const ones = text.charCodeAt(at + 1) - zero;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -10_000;
};

/** `0000-00-00T00:00:00.000Z`, but for the digits. */
const hasForm = (text: string): boolean =>
  text.length === 24 &&
  text.charCodeAt(4) === hyphen &&
  text.charCodeAt(7) === hyphen &&
  text.charCodeAt(10) === 84 &&
  text.charCodeAt(13) === colon &&
  text.charCodeAt(16) === colon &&
  text.charCodeAt(19) === 46 &&
  text.charCodeAt(23) === 90;

/**
 * The time of the one form that nearly all timestamps have, the one that `Date.prototype.toISOString` writes, at a fraction of
 * what `Date.parse` takes; null for any other form, and for what is no time.
 */
export const isoTime = (text: string): Ms | null => {
  if (!hasForm(text)) return null;
  const month = two(text, 5);
  const index = (two(text, 0) * 100 + two(text, 2) - firstYear) * 12 + month - 1;
  const first = firsts[index];
  const next = firsts[index + 1];
  if (month < 1 || month > 12 || first === undefined || next === undefined) return null;
  const day = first + two(text, 8) - 1;
  const hour = two(text, 11);
  const minute = two(text, 14);
  const second = two(text, 17);
  const hundredths = two(text, 20);
  const thousandth = text.charCodeAt(22) - zero;
  const isTime = hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 59;
  if (!isTime || day < first || day >= next || hundredths < 0 || thousandth < 0 || thousandth > 9) return null;
  return day * dayMs + ((hour * 60 + minute) * 60 + second) * 1000 + hundredths * 10 + thousandth;
};
