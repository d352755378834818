import { NotYet } from './ask.ts';
import { type Bounds, createModel, type Model } from './model.ts';
import { createSeen } from './seen.ts';
import { absent, createCanonical, type Hook, idle, isOut, off, on, type State } from './state.ts';
import { createSteps, type Next } from './steps.ts';
import { createStrokes } from './strokes.ts';

export type Searched = { states: number; transitions: number; rests: number; violations: string[]; whole: boolean };

const ends: Readonly<Record<string, readonly number[]>> = {
  deleted: [absent],
  gone: [absent],
  kept: [on],
  disabled: [off],
};
const leftAs = { on, off, absent } as const;

/** Why a state in which nobody can do anything any more is not told rightly; null where it is. */
const untrue = ({ hooks }: State, { bodies }: Model): string | null => {
  for (const { body, stands } of hooks) {
    const as = bodies.leftAs(body);
    const state = bodies.stateOf(body);
    const right = state === 'failed' && as ? [leftAs[as]] : (ends[state] ?? []);
    if (!right.includes(stands)) return `rests as ${state}, but it is ${['on', 'off', 'absent'][stands]}`;
  }
  return null;
};

const firstState = ({ first, bounds }: Model): State => ({
  hooks: first.map((body): Hook => ({ stands: on, body, flights: [0, 0, 0], busy: 0 })),
  workers: Array.from({ length: bounds.workers }, () => idle),
  owner: -1,
});

/** Nobody is at work, no call is out, and no record waits for a step. */
const isAtRest = ({ workers, hooks }: State, { stepAt }: Model): boolean =>
  workers.every(({ at }) => at === 'idle') && hooks.every((hook) => !isOut(hook) && stepAt(hook.body) === null);

type Frame = { next: readonly Next[]; at: number };

const statesBetweenNews = 1_000_000;

/**
 * Visits every state that the steps, the deaths and the late effects can reach, depth first; ends at the first violation.
 *
 * @param tell is told how many states there are, every million
 */
export const search = async (bounds: Bounds, tell: (states: number) => void = () => {}): Promise<Searched> => {
  const { statesMax = Number.POSITIVE_INFINITY } = bounds;
  const violations: string[] = [];
  const violate = (what: string): void => void violations.push(what);
  const model = createModel(bounds);
  const codeOf = createCanonical(model.kinds, bounds.workers);
  const { stepsOf, settledDown, inHurry } = createSteps(model, violate);
  const strokesOf = createStrokes(bounds, violate);
  const seen = createSeen();
  let transitions = 0;
  let rests = 0;

  const follow = (state: State): Next[] => {
    if (isAtRest(state, model)) {
      rests += 1;
      const why = untrue(state, model);
      if (why) violate(why);
    }
    if (!inHurry(state))
      return [...strokesOf(state, settledDown), ...state.workers.flatMap((_, at) => stepsOf(state, at))];
    return state.workers.flatMap(({ at }, index) =>
      at === 'idle' || index === state.owner ? stepsOf(state, index) : [],
    );
  };
  /** Null where the model does not know an answer yet. */
  const tryToFollow = (state: State): Next[] | null => {
    const before = rests;
    try {
      return follow(state);
    } catch (error) {
      if (!(error instanceof NotYet)) throw error;
      violations.length = 0;
      rests = before;
      return null;
    }
  };

  const first = firstState(model);
  const path: Frame[] = [{ next: [{ label: 'begin', hook: 0, state: first }], at: 0 }];
  const labels = () =>
    path
      .map(({ next, at }) => `${next[at - 1]?.label} ${next[at - 1]?.hook}`)
      .filter((label) => !label.startsWith('undefined'))
      .join(' > ');
  while (path.length > 0 && seen.size() < statesMax && violations.length === 0) {
    const frame = path.at(-1) as Frame;
    const step = frame.next[frame.at];
    frame.at += 1;
    if (!step) {
      path.pop();
      continue;
    }
    transitions += 1;
    if (!seen.add(codeOf(step.state))) continue;
    if (seen.size() % statesBetweenNews === 0) tell(seen.size());
    let next = tryToFollow(step.state);
    for (; next === null; next = tryToFollow(step.state)) await model.settleAsked();
    path.push({ next, at: 0 });
    if (violations.length > 0) violations[0] = `${violations[0]}: ${labels()}`;
  }
  return { states: seen.size(), transitions, rests, violations, whole: path.length === 0 };
};
