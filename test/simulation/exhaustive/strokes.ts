import { covers } from '../../../lib/webhook.ts';
import type { Bounds, Flight, Stands, State } from './model.ts';
import { crash } from './moves.ts';
import type { Next } from './steps.ts';

/** What happens without a worker's doing: effects land, calls get lost, processes die. */
export const createWorld = (bounds: Bounds, violate: (what: string) => void) => {
  const uncovered = (hooks: readonly Stands[], hook: number): boolean =>
    (bounds.events[hook] ?? []).some(
      (event) => !hooks.some((stands, at) => at !== hook && stands === 'on' && covers(bounds.events[at] ?? [], event)),
    );

  const land = (state: State, flight: number): Next => {
    const { hook, call } = state.flights[flight] as Flight;
    const before = state.hooks[hook];
    const after: Stands =
      before === 'absent' ? 'absent' : call === 'delete' ? 'absent' : call === 'disable' ? 'off' : 'on';
    const harms = call === 'delete' ? before !== 'absent' : call === 'disable' && before === 'on';
    const label = `effect ${call} ${hook}`;
    if (harms && uncovered(state.hooks, hook)) violate(`${label} took the last one`);
    const flights = state.flights.filter((_, at) => at !== flight);
    return {
      label,
      state: { ...state, flights, hooks: state.hooks.map((stands, at) => (at === hook ? after : stands)) },
    };
  };

  return (state: State): Next[] => {
    const next: Next[] = [];
    for (const [at, worker] of state.workers.entries())
      if (worker.at !== 'idle' && state.crashes < bounds.crashes)
        next.push({ label: `crash while ${worker.at}`, state: crash(state, at) });
    for (const at of state.flights.keys()) {
      next.push(land(state, at));
      next.push({ label: 'lost call', state: { ...state, flights: state.flights.filter((_, index) => index !== at) } });
    }
    return next;
  };
};
