import type { CleanupRecord } from '../../../lib/audit/record.ts';
import { createKey } from './key.ts';
import { type Bounds, createModel, type Stands, type State } from './model.ts';
import { createSteps } from './steps.ts';
import { createWorld } from './strokes.ts';

export type Searched = { states: number; transitions: number; rests: number; violations: string[]; whole: boolean };

const ends: Readonly<Record<string, (stands: Stands, record: CleanupRecord) => boolean>> = {
  deleted: (stands) => stands === 'absent',
  gone: (stands) => stands === 'absent',
  kept: (stands) => stands === 'on',
  disabled: (stands) => stands === 'off',
  failed: (stands, { leftAs }) => stands === leftAs,
};

/** Why a state in which nobody can do anything any more is not told rightly; null where it is. */
const untrue = ({ records, hooks }: State): string | null => {
  const at = records.findIndex((record, hook) => !ends[record.state]?.(hooks[hook] as Stands, record));
  return at < 0 ? null : `rests as ${records[at]?.state}, but it is ${hooks[at]}`;
};

/** Visits every state that the steps, the crashes and the late effects can reach, depth first; ends at the first violation. */
export const search = async (bounds: Bounds): Promise<Searched> => {
  const { statesMax = 5_000_000 } = bounds;
  const violations: string[] = [];
  const violate = (what: string): void => void violations.push(what);
  const model = createModel(bounds);
  const { first } = model;
  const keyText = createKey(model);
  const stepsOf = createSteps(model, violate);
  const strokesOf = createWorld(bounds, violate);
  const seen = new Map<string, { from: string; label: string }>([[keyText(first), { from: '', label: 'begin' }]]);
  const stack: { key: string; state: State }[] = [{ key: keyText(first), state: first }];
  const pathTo = (key: string): string => {
    const labels: string[] = [];
    for (let at = key; at !== ''; at = seen.get(at)?.from ?? '') labels.unshift(seen.get(at)?.label ?? '');
    return labels.join(' > ');
  };
  let transitions = 0;
  let rests = 0;
  while (stack.length > 0 && seen.size < statesMax && violations.length === 0) {
    const { key, state } = stack.pop() as { key: string; state: State };
    const next = strokesOf(state);
    for (const at of state.workers.keys()) next.push(...(await stepsOf(state, at)));
    if (next.length === 0) {
      rests += 1;
      const why = untrue(state);
      if (why) violate(why);
    }
    if (violations.length > 0) violations[0] = `${violations[0]}: ${pathTo(key)}`;
    transitions += next.length;
    for (const { label, state: reached } of next) {
      const reachedKey = keyText(reached);
      if (seen.has(reachedKey)) continue;
      seen.set(reachedKey, { from: key, label });
      stack.push({ key: reachedKey, state: reached });
    }
  }
  return { states: seen.size, transitions, rests, violations, whole: stack.length === 0 };
};
