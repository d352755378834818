import { covers } from '../../../lib/webhook.ts';
import type { Bounds } from './model.ts';
import { absent, type Hook, off, on, type State, type Worker } from './state.ts';
import { type Next, withHook } from './steps.ts';

const effects = [
  (before: number) => (before === absent ? absent : off),
  () => absent,
  (before: number) => (before === absent ? absent : on),
];
const names = ['disable', 'delete', 'enable'] as const;

/** What happens without a worker's doing: effects land, and calls get lost. */
export const createStrokes = (bounds: Bounds, violate: (what: string) => void) => {
  const uncovered = (hooks: readonly Hook[], hook: number): boolean =>
    (bounds.events[hook] ?? []).some(
      (event) =>
        !hooks.some(({ stands }, at) => at !== hook && stands === on && covers(bounds.events[at] ?? [], event)),
    );

  /** Once one flight is over, its worker hears of it where it was its own. */
  const over = (state: State, hook: number, call: number, stands: number, owner: number | null): State => {
    const flights = (state.hooks[hook] as Hook).flights.map((many, index) => (index === call ? many - 1 : many));
    const workers = state.workers.map((worker, at) => (at === owner ? { ...worker, mine: false } : worker));
    return { ...state, hooks: withHook(state.hooks, hook, { stands, flights }), workers };
  };

  return (state: State, settledDown: (state: State) => State): Next[] => {
    const next: Next[] = [];
    for (const [hook, { stands, flights }] of state.hooks.entries())
      for (const [call, many] of flights.entries()) {
        if (many === 0) continue;
        const isCaller = (worker: Worker): boolean => worker.mine && worker.hook === hook && worker.call === call;
        const callers = [...state.workers.entries()].filter(([, worker]) => isCaller(worker)).map(([at]) => at);
        const after = (effects[call] as (before: number) => number)(stands);
        const harms = (call === 1 && stands !== absent) || (call === 0 && stands === on);
        if (harms && uncovered(state.hooks, hook)) violate(`the effect of ${names[call]} ${hook} took the last one`);
        for (const owner of many > callers.length ? [null, ...callers] : callers) {
          next.push({
            label: `effect of ${names[call]}`,
            hook,
            state: settledDown(over(state, hook, call, after, owner)),
          });
          next.push({
            label: `${names[call]} is lost`,
            hook,
            state: settledDown(over(state, hook, call, stands, owner)),
          });
        }
      }
    return next;
  };
};
