import type { Ms } from '../../lib/clock.ts';

type Event = { at: Ms; tie: number; act: () => void };
const before = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.tie < b.tie);

const push = (heap: Event[], event: Event): void => {
  let at = heap.push(event) - 1;
  for (let up = (at - 1) >> 1; at > 0 && before(event, heap[up] as Event); at = up, up = (at - 1) >> 1)
    heap[at] = heap[up] as Event;
  heap[at] = event;
};

const pop = (heap: Event[]): Event | undefined => {
  const [first] = heap;
  const last = heap.pop();
  if (!first || !last || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let down = 2 * at + 1;
    if (down + 1 < heap.length && before(heap[down + 1] as Event, heap[down] as Event)) down++;
    if (down >= heap.length || before(last, heap[down] as Event)) break;
    heap[at] = heap[down] as Event;
    at = down;
  }
  heap[at] = last;
  return first;
};

/**
 * Virtual time. Everything that happens is an event at a time; events of one time come in an order that the seed chooses.
 *
 * Between two events all promises run as far as they can: the next event waits in `nextTick`, which Node empties only
 * after the microtasks, so no real timer is needed and one seed always gives one history.
 */
export const createScheduler = (start: Ms, random: () => number) => {
  let now = start;
  const heap: Event[] = [];
  const at = (time: Ms, act: () => void): void => push(heap, { at: Math.max(time, now), tie: random(), act });
  return {
    now: (): Ms => now,
    at,
    after: (ms: Ms, act: () => void): void => at(now + ms, act),
    /** Lets everything happen up to this time; the clock then stands there. */
    run: (to: Ms): Promise<void> =>
      new Promise((resolve, reject) => {
        const turn = (): void => {
          const next = heap[0];
          if (!next || next.at > to) {
            now = Math.max(now, to);
            resolve();
            return;
          }
          pop(heap);
          now = next.at;
          try {
            next.act();
          } catch (error) {
            reject(error);
            return;
          }
          queueMicrotask(() => process.nextTick(turn));
        };
        queueMicrotask(() => process.nextTick(turn));
      }),
  };
};
export type Scheduler = ReturnType<typeof createScheduler>;
