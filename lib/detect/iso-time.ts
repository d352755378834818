import type { Ms } from '../clock.ts';

/** The form that `Date.prototype.toISOString` writes, with a digit for each 0. */
const form = '0000-00-00T00:00:00.000Z';
const zero = 48;
const dayMs = 86_400_000;

const formCodes = Uint8Array.from(form, (character) => character.charCodeAt(0));

const number = (text: string, from: number, to: number): number => {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + text.charCodeAt(at) - zero;
  return value;
};

/** Days from 1970 to the first of each month of the years in which times of webhooks lie. */
const firstYear = 2000;
const years = 100;
const firsts = Int32Array.from({ length: years * 12 + 1 }, (_, month) => Date.UTC(firstYear, month, 1) / dayMs);

const hasForm = (text: string): boolean => {
  if (text.length !== form.length) return false;
  for (let at = 0; at < form.length; at++) {
    const code = text.charCodeAt(at);
    const wanted = formCodes[at];
    if (wanted === zero ? code < zero || code > zero + 9 : code !== wanted) return false;
  }
  return true;
};

/**
 * The time of the one form that nearly all timestamps have, in half the time that `Date.parse` takes; null for any other form,
 * and for what is no time.
 */
export const isoTime = (text: string): Ms | null => {
  if (!hasForm(text)) return null;
  const month = number(text, 5, 7);
  const index = (number(text, 0, 4) - firstYear) * 12 + month - 1;
  const [first, next] = [firsts[index], firsts[index + 1]];
  if (month < 1 || month > 12 || first === undefined || next === undefined) return null;
  const day = first + number(text, 8, 10) - 1;
  const [hour, minute, second] = [number(text, 11, 13), number(text, 14, 16), number(text, 17, 19)];
  if (day < first || day >= next || hour > 23 || minute > 59 || second > 59) return null;
  return day * dayMs + ((hour * 60 + minute) * 60 + second) * 1000 + number(text, 20, 23);
};
