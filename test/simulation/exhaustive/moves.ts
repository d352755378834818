import type { CleanupRecord } from '../../../lib/audit/record.ts';
import { dead, flat, longAgo, type State, tokenOf, type Worker } from './model.ts';

/** While a call is out its effect may come; once it cannot, the record's own bound is over too. */
export const isOut = (state: State, hook: number): boolean => state.flights.some((flight) => flight.hook === hook);
export const openOnly = (state: State, hook: number, record: CleanupRecord): CleanupRecord =>
  isOut(state, hook) ? record : { ...record, openUntil: undefined };

/** The next state with this worker moved on; copies of what was written meanwhile are now old. */
export const moveOn = (state: State, worker: number, next: Worker, patch: Partial<State> = {}): State => {
  const merged = { ...state, ...patch };
  const changed = merged.records.map((record, at) => record !== state.records[at]);
  const fresh = merged.records.map((record) => flat(record, 1));
  const aged = (one: Worker, own: boolean): Worker => {
    if (!('record' in one)) return one;
    const version = own
      ? one.record.version === merged.records[one.hook]?.version
        ? 1
        : 0
      : changed[one.hook]
        ? 0
        : one.record.version;
    return { ...one, record: flat(one.record, version) };
  };
  return {
    ...merged,
    records: fresh,
    scope: {
      ...merged.scope,
      version: 1,
      lastWrite: '',
      ...(merged.scope.lock && { lock: { owner: merged.scope.lock.owner, until: longAgo } }),
    },
    workers: state.workers.map((one, at) => (at === worker ? aged(next, true) : aged(one, false))),
  };
};

export const owns = (state: State, worker: number): boolean => state.scope.lock?.owner === tokenOf(worker);

/** What it leaves behind is nobody's: tokens are drawn anew for each shift. */
export const disown = (state: State, at: number): State => {
  const rename = (token: string): string => (token === tokenOf(at) ? dead : token);
  const { lock, busy } = state.scope;
  return {
    ...state,
    flights: state.flights.map((flight) => ({ ...flight, token: rename(flight.token) })),
    scope: {
      ...state.scope,
      ...(lock && { lock: { owner: rename(lock.owner), until: longAgo } }),
      busy: Object.fromEntries(Object.entries(busy).map(([id, one]) => [id, { ...one, token: rename(one.token) }])),
    },
    records: state.records.map((record) =>
      record.lease ? { ...record, lease: { token: rename(record.lease.token), until: longAgo } } : record,
    ),
    workers: state.workers.map((worker, index) => (index === at ? { at: 'idle' } : worker)),
  };
};
/** A worker that dies leaves its lock, its busy ids, its claim and its call behind. */
export const crash = (state: State, at: number): State => ({ ...disown(state, at), crashes: state.crashes + 1 });
