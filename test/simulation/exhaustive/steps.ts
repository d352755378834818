import type { Step } from '../../../lib/audit/states.ts';
import type { Model } from './model.ts';
import { type Hook, idle, isOut, type State, type Worker } from './state.ts';

export type Next = { label: string; hook: number; state: State };

const stands = ({ hooks }: State): number[] => hooks.map((hook) => hook.stands);
const busyOf = ({ hooks }: State): number[] => hooks.map(({ busy }) => busy);
const stepOfCall: readonly Step[] = ['disable', 'delete', 'restore'];

export const withHook = (hooks: readonly Hook[], at: number, patch: Partial<Hook>): Hook[] =>
  hooks.map((hook, index) => (index === at ? { ...hook, ...patch } : hook));

/** All that a worker may do next, by where it is, and that it dies. Judgement, writes and the lock are the production's own. */
export const createSteps = (model: Model, violate: (what: string) => void) => {
  const { bounds, bodies, first } = model;
  const { without } = bounds;
  const hasLock = without !== 'lock';

  /** Who lost the lock or can no longer write goes on only as far as somebody may notice. */
  const reduced = (worker: Worker, owns: boolean): Worker => {
    if (worker.at === 'idle') return worker;
    if (owns) return worker.live ? worker : { ...worker, body: 0, found: 0 };
    if (worker.at === 'judged' || !worker.live) return idle;
    const found = worker.at === 'taken' || worker.at === 'claimed' || worker.at === 'called' ? worker.found : 0;
    return { ...worker, found, before: 0, left: [] };
  };
  /** Once no call is out or about to go out, bounds of records are over. */
  const settledDown = ({ hooks, workers, owner }: State): State => {
    const isClaimed = (at: number) => workers.some((one) => one.at === 'claimed' && one.live && one.hook === at);
    const calm = hooks.map((hook, at) => !isOut(hook) && !isClaimed(at));
    return {
      owner,
      hooks: hooks.map((hook, at) => (calm[at] ? { ...hook, body: bodies.closed(hook.body) } : hook)),
      workers: workers.map((worker, at) => {
        const rest = reduced(worker, owner === at || !hasLock);
        return calm[rest.hook] && rest.body > 0 ? { ...rest, body: bodies.closed(rest.body) } : rest;
      }),
    };
  };

  const moved = (state: State, at: number, worker: Worker, patch: Partial<State> = {}): State =>
    settledDown({ ...state, workers: state.workers.map((other, index) => (index === at ? worker : other)), ...patch });
  /** Writes a record: whoever read it before cannot any more. */
  const wrote = (state: State, at: number, body: number): State => {
    const { hook } = state.workers[at] as Worker;
    const isLost = (other: Worker, index: number): boolean =>
      index !== at && other.at !== 'idle' && other.hook === hook;
    const workers = state.workers.map((other, index) =>
      isLost(other, index) && without !== 'version' ? { ...other, live: false } : other,
    );
    return { ...state, hooks: withHook(state.hooks, hook, { body }), workers };
  };
  /** Gives the lock back if it is still held. To wait before that makes no difference: only who takes the lock looks. */
  const released = (state: State, at: number, left: readonly number[]): State => {
    const owns = state.owner === at;
    const hooks =
      owns || !hasLock ? state.hooks.map((hook, index) => ({ ...hook, busy: left[index] ?? hook.busy })) : state.hooks;
    return moved(state, at, idle, { hooks, owner: owns ? -1 : state.owner });
  };
  const leftAfter = (state: State, { hook, before, call }: Worker, called: boolean | null): readonly number[] =>
    model.left(
      busyOf(state),
      { hook, step: stepOfCall[call] as Step, before, called },
      stands(state),
      state.hooks.map(isOut),
    );
  const stepFor = (body: number): Step => model.stepAt(body) ?? 'restore';

  const taken = (state: State, at: number, hook: number, live: boolean): State => {
    const target = state.hooks[hook] as Hook;
    const busy = model.taken(busyOf(state), hook, stepFor(target.body));
    const bits = busyOf(state).reduce((found, one, index) => found | (one > 0 ? 1 << index : 0), 0);
    const found = without === 'busy' ? 0 : bits;
    const worker: Worker = { ...idle, at: 'taken', hook, live, body: target.body, found, before: target.busy };
    const hooks = state.hooks.map((one, index) => ({ ...one, busy: busy[index] as number }));
    return moved(state, at, worker, { hooks, owner: at });
  };
  /** It dies and leaves its lock, its busy ids, its claim and its call behind. */
  const dead = (state: State, at: number): State =>
    moved(state, at, idle, { owner: state.owner === at ? -1 : state.owner });
  /** Who read the record before it changed can write nothing: it marks its id as busy, lists and releases, or dies. */
  const takenTooLate = (state: State, at: number, hook: number): Next[] => {
    const late = taken(state, at, hook, false);
    const left = leftAfter(late, late.workers[at] as Worker, null);
    return [
      { label: 'take with an old copy, list, release', hook, state: released(late, at, left) },
      { label: 'take with an old copy, die', hook, state: dead(late, at) },
    ];
  };
  /** Writes if it still can, then gives the lock back or dies. */
  const ended = (state: State, at: number, { hook, live, body, left }: Worker, label: string): Next[] => {
    if (!live) return [{ label: 'too late, release', hook, state: released(state, at, left) }];
    const after = wrote(state, at, body);
    const done = { label: `${label}, release`, hook, state: released(after, at, left) };
    return state.owner === at ? [done, { label: `${label}, die`, hook, state: dead(after, at) }] : [done];
  };

  const advance: { [At in Worker['at']]: (state: State, at: number, worker: Worker) => Next[] } = {
    idle: (state, at) =>
      state.hooks.flatMap(({ body }, hook) => [
        ...(model.stepAt(body) === null ? [] : [{ label: 'take', hook, state: taken(state, at, hook, true) }]),
        ...(body === first[hook] ? [] : takenTooLate(state, at, hook)),
      ]),

    taken: (state, at, worker) => {
      const { hook, found, body } = worker;
      const left = leftAfter(state, worker, null);
      const list = without === 'fresh-read' ? state.hooks.map(() => 0) : stands(state);
      const judged = model.judged(hook, body, list, found);
      if (judged === null) return [{ label: 'list, wait', hook, state: released(state, at, left) }];
      if ('body' in judged) {
        const settling: Worker = { ...worker, at: 'settling', body: judged.body, found: 0, before: 0, left };
        return [{ label: `list, judge: ${bodies.stateOf(judged.body)}`, hook, state: moved(state, at, settling) }];
      }
      const next: Worker = { ...worker, at: 'judged', call: judged.call, left };
      return [{ label: `list, judge: ${stepOfCall[judged.call]}`, hook, state: moved(state, at, next) }];
    },

    judged: (state, at, worker) => {
      const { hook, live, call, left, body } = worker;
      if (!live) return [{ label: 'claim lost, release', hook, state: released(state, at, left) }];
      const claimed: Worker = { ...worker, at: 'claimed', left: [] };
      return [{ label: 'claim', hook, state: moved(wrote(state, at, model.claim(hook, body, call)), at, claimed) }];
    },

    settling: (state, at, worker) => ended(state, at, worker, 'settle'),

    claimed: (state, at, worker) => {
      const { hook, call, body: before } = worker;
      const target = state.hooks[hook] as Hook;
      if (state.owner !== at && hasLock)
        return [
          {
            label: 'take the claim back',
            hook,
            state: moved(wrote(state, at, model.takenBack(hook, target.body, before)), at, idle),
          },
        ];
      if (!worker.live) violate('called on a claim that another took over');
      const flights = target.flights.map((many, index) => (index === call ? many + 1 : many));
      const called: Worker = {
        ...worker,
        at: 'called',
        body: model.claim(hook, before, call),
        mine: true,
        prior: isOut(target),
      };
      return [
        { label: 'call', hook, state: moved(state, at, called, { hooks: withHook(state.hooks, hook, { flights }) }) },
      ];
    },

    // The answer and the list after it are one step: what came in between might as well have come before.
    called: (state, at, worker) => {
      const { hook, found, prior, mine, body: own } = worker;
      const target = state.hooks[hook] as Hook;
      const outcomes = mine ? [false] : [true, false];
      return outcomes.map((answered) => {
        const left = leftAfter(state, worker, answered);
        const isSure = (answered && !prior) || !isOut(target);
        const label = answered ? 'answer, list' : 'no answer, list';
        if (!worker.live) return { label, hook, state: released(state, at, left) };
        const body = model.finished(hook, own, isSure, stands(state), found);
        const listed: Worker = { ...idle, at: 'listed', hook, live: true, body, left };
        return { label, hook, state: moved(state, at, listed) };
      });
    },

    listed: (state, at, worker) => ended(state, at, worker, 'finish'),
  };

  const stepsOf = (state: State, at: number): Next[] => {
    const worker = state.workers[at] as Worker;
    const next = advance[worker.at](state, at, worker);
    return worker.at === 'idle' ? next : [...next, { label: 'die', hook: worker.hook, state: dead(state, at) }];
  };
  /**
   * Who just took the lock lists at once, dies, or is overtaken before its list: what others do in between looks at neither, so
   * that it might as well come before or after.
   */
  const inHurry = ({ workers, owner }: State): boolean => workers[owner]?.at === 'taken';
  return { stepsOf, settledDown, inHurry };
};
