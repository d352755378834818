/** Thrown where an answer is not there yet: whoever asked asks again once it is. */
export class NotYet extends Error {}

/**
 * Answers of asynchronous functions for a caller that is not: what was asked once is known, what was not is worked out by
 * `settle`, after which the caller begins again.
 */
export const createAsk = () => {
  const known = new Map<string, unknown>();
  let wanted: { key: string; answer: () => Promise<unknown> } | null = null;
  const ask = <T>(key: string, answer: () => Promise<T>): T => {
    if (known.has(key)) return known.get(key) as T;
    wanted = { key, answer };
    throw new NotYet();
  };
  ask.settle = async (): Promise<void> => {
    if (wanted) known.set(wanted.key, await wanted.answer());
    wanted = null;
  };
  return ask;
};
