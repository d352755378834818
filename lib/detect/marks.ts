import { mixed } from '../url-plain.ts';

/** Slots for each text, so that one in so many is taken for another one and looked up for nothing. */
const slotsEach = 16;

/** Odd numbers of which one spreads otherwise what the other lets fall together. */
const spreads = { first: 0x9e3779b1, second: 0x85ebca6b } as const;
type Spread = keyof typeof spreads;

/** One bit for each of the slots that numbers fall into. */
const bitsFor = (texts: number, spread: Spread = 'first') => {
  const slots = 2 ** Math.ceil(Math.log2(Math.max(2, texts) * slotsEach));
  const words = new Int32Array(slots / 32);
  const slot = (mark: number) => (Math.imul(mark, spreads[spread]) >>> 7) & (slots - 1);
  return {
    add: (mark: number): void => {
      const at = slot(mark);
      words[at >> 5] = (words[at >> 5] ?? 0) | (1 << (at & 31));
    },
    has: (mark: number): boolean => {
      const at = slot(mark);
      return ((words[at >> 5] ?? 0) & (1 << (at & 31))) !== 0;
    },
  };
};

/** A number that is equal for equal texts. It looks at the end alone, where ids differ. */
export const markOf = (text: string): number => {
  let mark = text.length;
  for (let at = Math.max(0, text.length - 8); at < text.length; at++) mark = mixed(mark, text.charCodeAt(at));
  return mark;
};

/** Says of most marks that they are none of these; of each of these that it may be. */
export const mayBeAmong = (marks: readonly number[]): ((mark: number) => boolean) => {
  const bits = bitsFor(marks.length);
  for (const mark of marks) bits.add(mark);
  return bits.has;
};

/**
 * Says of most marks that stand in the list once that they do; of each that stands in it twice that it may. Asked about those
 * that it let through, the second spread lets few of them through again.
 */
export const mayRepeat = (marks: Int32Array, spread: Spread = 'first'): ((mark: number) => boolean) => {
  const once = bitsFor(marks.length, spread);
  const twice = bitsFor(marks.length, spread);
  for (const mark of marks) (once.has(mark) ? twice : once).add(mark);
  return twice.has;
};
