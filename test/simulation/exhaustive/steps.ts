import type { CleanupRecord } from '../../../lib/audit/record.ts';
import { stepOf } from '../../../lib/audit/states.ts';
import type { Change } from '../../../lib/audit/table.ts';
import { judge, type Verdict } from '../../../lib/jobs/judge.ts';
import { releaseScope, type ScopeItem, takeScope } from '../../../lib/jobs/scope.ts';
import { claimed, settled, waiting, write } from '../../../lib/jobs/story.ts';
import {
  type Call,
  dead,
  flat,
  longAgo,
  type Model,
  now,
  type Outcome,
  type State,
  tokenOf,
  type Worker,
} from './model.ts';
import { disown, isOut, moveOn, openOnly, owns } from './moves.ts';

export type Next = { label: string; state: State };

/** All that a worker may do next, by where it is. Judgement, claims and the lock are the production's own. */
export const createSteps = (
  { bounds, webhooks, account, byKey, tableOf, sceneFor }: Model,
  violate: (what: string) => void,
) => {
  const concluded = (record: CleanupRecord, verdict: Exclude<Verdict, { do: 'call' }>): Change<CleanupRecord> => {
    if (verdict.do === 'wait') return waiting(record, now, 'readback');
    return settled(record, verdict, account, 0, now, 'w');
  };

  const advance: {
    [At in Worker['at']]: (state: State, at: number, worker: Extract<Worker, { at: At }>) => Promise<Next[]>;
  } = {
    idle: async (state, at) =>
      state.records.flatMap((record, hook) =>
        stepOf[record.state] === null || record.held
          ? []
          : [
              {
                label: `read ${hook}`,
                state: moveOn(state, at, { at: 'read', hook, record: { ...record, lease: undefined } }),
              },
            ],
      ),
    read: async (state, at, { hook, record }) => {
      const { ports, after } = tableOf(state);
      const steps = new Map([[record.webhookId, stepOf[record.state] ?? 'restore'] as const]);
      const taken = await takeScope(ports, 'shop', 'main', steps, tokenOf(at), now);
      if ('until' in taken) return [];
      const found = bounds.withoutBusy ? {} : taken.found;
      return [{ label: 'take', state: moveOn(state, at, { at: 'taken', hook, record, found }, after()) }];
    },
    taken: async (state, at, { hook, record, found }) => {
      const list = state.hooks;
      const verdict = judge(openOnly(state, hook, record), sceneFor(list, found, record));
      if (verdict.do === 'wait')
        return [
          { label: 'list, wait', state: moveOn(state, at, { at: 'release', hook, found, list, answered: null }) },
        ];
      return [
        {
          label: `list, judge: ${verdict.do}`,
          state: moveOn(state, at, { at: 'judged', hook, record, found, list, verdict }),
        },
      ];
    },
    judged: async (state, at, { hook, record, found, list, verdict }) => {
      const release = { at: 'release', hook, found, list, answered: null } as const;
      const { ports, after } = tableOf(state);
      if (verdict.do !== 'call') {
        await write(ports, record, (current) => concluded(current, verdict));
        return [{ label: `settle ${verdict.do}`, state: moveOn(state, at, release, after()) }];
      }
      if (!owns(state, at)) return [{ label: 'lock lost', state: disown(state, at) }];
      const call = verdict.call as Call;
      const lease = { token: tokenOf(at), until: now };
      const claim = await write(ports, record, (current) => claimed(current, call, lease, null, now, 'w'));
      if (!claim.won) return [{ label: 'claim lost', state: moveOn(state, at, release) }];
      const next = { at: 'claimed', hook, record: claim.item, before: flat(record, 0), found, list, call } as const;
      return [{ label: `claim ${call}`, state: moveOn(state, at, next, after()) }];
    },
    claimed: async (state, at, { hook, record, before, found, list, call }) => {
      const { ports, after } = tableOf(state);
      if (!owns(state, at)) {
        const { offByUs, deleteSent, pending, attempts, openUntil } = before;
        await write(ports, record, (current) =>
          waiting(current, now, 'backoff', { offByUs, deleteSent, pending, attempts, openUntil }),
        );
        return [
          {
            label: 'outlived',
            state: moveOn(state, at, { at: 'release', hook, found, list, answered: null }, after()),
          },
        ];
      }
      if (state.records[hook]?.lease?.token !== tokenOf(at))
        violate(`called ${call} on a claim that another took over`);
      const flights = [...state.flights, { hook, call, token: tokenOf(at) }];
      return [
        {
          label: `call ${call} ${hook}`,
          state: moveOn(state, at, { at: 'called', hook, record, found, call, prior: isOut(state, hook) }, { flights }),
        },
      ];
    },
    // The answer and the list after it are one step: what came in between might as well have come before.
    called: async (state, at, worker) => {
      const { hook } = worker;
      const mine = state.flights.findIndex((flight) => flight.token === tokenOf(at) && flight.hook === hook);
      const open = isOut(state, hook);
      const listed = (outcome: Outcome): Worker => ({ ...worker, at: 'listed', outcome, list: state.hooks, open });
      if (mine < 0)
        return (['done', 'unknown'] as const).map((outcome) => ({
          label: `answer ${outcome}, list`,
          state: moveOn(state, at, listed(outcome)),
        }));
      // No answer came in time, and the effect may still.
      const flights = state.flights.map((flight, index) => (index === mine ? { ...flight, token: dead } : flight));
      return [{ label: 'no answer, list', state: moveOn(state, at, listed('unknown'), { flights }) }];
    },
    listed: async (state, at, { hook, record, found, list, outcome, prior, open }) => {
      const { ports, after } = tableOf(state);
      const scene = sceneFor(list, found, record);
      await write(ports, record, (current) => {
        const told: CleanupRecord = {
          ...current,
          ...(current.pending && { pending: { ...current.pending, outcome } }),
        };
        const known = (outcome === 'done' && !prior) || !open ? { ...told, openUntil: undefined } : told;
        const verdict = judge(known, scene);
        return verdict.do === 'call' ? waiting(known, now, 'readback') : concluded(known, verdict);
      });
      return [
        {
          label: 'finish',
          state: moveOn(state, at, { at: 'release', hook, found, list, answered: outcome === 'done' }, after()),
        },
      ];
    },
    release: async (state, at, { hook, found, list, answered }) => {
      const aged = Object.entries(state.scope.busy).map(([id, busy]) => {
        const out = state.flights.some((flight) => webhooks[flight.hook]?.id === id);
        return [id, { ...busy, at: out ? now : longAgo }] as const;
      });
      const held: ScopeItem = {
        ...state.scope,
        busy: Object.fromEntries(aged),
        lock: { owner: tokenOf(at), until: now },
      };
      const { ports, after } = tableOf({ ...state, scope: { ...held, lock: state.scope.lock } });
      const ids = new Map(answered === null ? [] : [[webhooks[hook]?.id ?? '', answered] as const]);
      await releaseScope(ports, held, found, { webhooks: byKey(list), at: now }, ids, undefined);
      const { scope: left } = after();
      const busy = Object.fromEntries(Object.entries(left.busy).map(([id, one]) => [id, { ...one, at: now }]));
      return [{ label: 'release', state: disown(moveOn(state, at, { at: 'idle' }, { scope: { ...left, busy } }), at) }];
    },
  };

  const stepsOf = async (state: State, at: number): Promise<Next[]> => {
    const worker = state.workers[at] as Worker;
    const next = await advance[worker.at](state, at, worker as never);
    if (worker.at !== 'idle' || bounds.readFirst) return next;
    const both = await Promise.all(next.map((read) => advance.read(read.state, at, read.state.workers[at] as never)));
    return both
      .flat()
      .map(({ label, state: taken }, index) => ({ label: `${next[index]?.label}, ${label}`, state: taken }));
  };

  return stepsOf;
};
