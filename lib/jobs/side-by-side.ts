/**
 * Does this for each of them, so many at a time, and answers in their order. The first failure ends it; where `signal` aborts,
 * those that have not begun are left out.
 */
export const sideBySide = async <T, R>(
  all: readonly T[],
  atOnceMax: number,
  each: (one: T) => Promise<R>,
  signal?: AbortSignal,
): Promise<R[]> => {
  const answers = new Map<number, R>();
  const waiting = all.entries();
  const work = async (): Promise<void> => {
    for (const [at, one] of waiting) {
      if (signal?.aborted) return;
      answers.set(at, await each(one));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnceMax, all.length) }, work));
  return all.flatMap((_, at) => (answers.has(at) ? [answers.get(at) as R] : []));
};
