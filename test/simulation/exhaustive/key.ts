import type { CleanupRecord } from '../../../lib/audit/record.ts';
import type { ScopeItem } from '../../../lib/jobs/scope.ts';
import { dead, type Model, type Stands, type State, tokenOf, type Worker } from './model.ts';

const brief = (record: CleanupRecord, rank: (token: string) => string) => [
  record.version,
  record.state,
  record.offByUs,
  record.deleteSent,
  record.attempts.disable,
  record.attempts.delete,
  record.attempts.restore,
  record.pending?.call,
  record.openUntil !== undefined,
  record.lease && rank(record.lease.token),
  record.returnTo?.guard,
  record.leftAs,
];
type Names = { token: (token: string) => string; hook: (hook: number) => number };
const listText = (list: readonly Stands[], { hook }: Names): Stands[] => {
  const text: Stands[] = [];
  for (const [at, stands] of list.entries()) text[hook(at)] = stands;
  return text;
};

/** One text for all states that differ in nothing that a step may depend on. */
export const createKey = ({ bounds, hookOf }: Model) => {
  const busyText = (busy: ScopeItem['busy'], { token, hook }: Names) =>
    Object.entries(busy)
      .map(([id, one]) => [hook(hookOf.get(id) as number), one.step, token(one.token), one.answered])
      .sort();
  const workerText = (worker: Worker, names: Names): string =>
    JSON.stringify([
      worker.at,
      'hook' in worker && names.hook(worker.hook),
      'record' in worker && brief(worker.record, names.token),
      'before' in worker && brief(worker.before, names.token),
      'found' in worker && busyText(worker.found, names),
      'list' in worker && listText(worker.list, names),
      'verdict' in worker && worker.verdict,
      'call' in worker && worker.call,
      'outcome' in worker && worker.outcome,
      'answered' in worker && worker.answered,
      'open' in worker && worker.open,
      'prior' in worker && worker.prior,
    ]);
  const ordered = (texts: readonly string[]): number[] => {
    const order = [...texts.keys()].sort((a, b) => ((texts[a] ?? '') < (texts[b] ?? '') ? -1 : 1));
    const ranks: number[] = [];
    for (const [rank, at] of order.entries()) ranks[at] = rank;
    return ranks;
  };
  const nobody: Names = { token: (token) => (token === dead ? dead : 'w'), hook: () => 0 };
  /** Workers are alike, and so are webhooks of the same events: which of them does something makes no difference. */
  const keyText = (state: State): string => {
    const alike = state.hooks.map((stands, at) =>
      JSON.stringify([
        bounds.events[at],
        stands,
        brief(state.records[at] as CleanupRecord, nobody.token),
        busyText(Object.fromEntries(Object.entries(state.scope.busy).filter(([id]) => hookOf.get(id) === at)), nobody),
        state.flights
          .filter(({ hook }) => hook === at)
          .map(({ call, token }) => `${call} ${nobody.token(token)}`)
          .sort(),
        state.workers
          .filter((worker) => 'hook' in worker && worker.hook === at)
          .map((worker) => worker.at)
          .sort(),
        state.workers.flatMap((worker) => ('list' in worker ? [`${worker.at} ${worker.list[at]}`] : [])).sort(),
      ]),
    );
    const hooks = ordered(alike);
    const hook = (at: number): number => hooks[at] as number;
    const ranks = ordered(state.workers.map((worker) => workerText(worker, { token: nobody.token, hook })));
    const tokens = new Map(ranks.map((rank, at) => [tokenOf(at), `r${rank}`]));
    const names: Names = { token: (token) => tokens.get(token) ?? token, hook };
    const byRank: string[] = [];
    for (const [at, worker] of state.workers.entries()) byRank[ranks[at] as number] = workerText(worker, names);
    const records: unknown[] = [];
    for (const [at, record] of state.records.entries()) records[hook(at)] = brief(record, names.token);
    return JSON.stringify([
      listText(state.hooks, names),
      records,
      state.scope.lock && names.token(state.scope.lock.owner),
      busyText(state.scope.busy, names),
      state.flights.map((flight) => `${hook(flight.hook)} ${flight.call} ${names.token(flight.token)}`).sort(),
      byRank,
      state.crashes,
    ]);
  };

  return keyText;
};
