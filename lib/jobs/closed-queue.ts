import type { Queue } from './queue.ts';

const refused = async (): Promise<never> => {
  throw new Error('this process has no right to that queue');
};

/** A queue of which nothing may be used. Each function takes the parts that it has a right to, and its bundle no others. */
export const closedQueue: Queue = {
  send: refused,
  depth: refused,
  postpone: refused,
  dead: refused,
  drop: refused,
  scan: refused,
};
