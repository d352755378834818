/** One scope as small numbers: what a step may depend on, and nothing else. Shared, never changed in place. */
export type Call = 'disable' | 'delete' | 'enable';
export const calls = ['disable', 'delete', 'enable'] as const;
export const on = 0;
export const off = 1;
export const absent = 2;

export type Hook = {
  /** `on`, `off` or `absent` at the provider. */
  stands: number;
  /** The record, by its number in `bodies`. */
  body: number;
  /** Calls that were sent and may still take effect, or never: how many of each of `calls`. */
  flights: readonly number[];
  /** Its busy id in the scope's item; 0 for none. */
  busy: number;
};

/**
 * Where a worker is in the order take, list and judge, claim or settle, call, answer and list, finish, release.
 *
 * Who may still write is `live`: its copy of the record is the newest, or the lease in it is its own. What it still needs to
 * know stands here, what it has no use for any more is 0, so that states which differ in nothing are one.
 */
export type At = 'idle' | 'taken' | 'judged' | 'settling' | 'claimed' | 'called' | 'listed';
export const places: readonly At[] = ['idle', 'taken', 'judged', 'settling', 'claimed', 'called', 'listed'];
export type Worker = {
  at: At;
  hook: number;
  live: boolean;
  /** Which of `calls` it makes. */
  call: number;
  /** The record that it will write, or before its claim; by its number in `bodies`. */
  body: number;
  /** Busy ids that it found, as bits by hook. */
  found: number;
  /** What was busy of its own webhook before it came. */
  before: number;
  /** Its own call may still take effect. */
  mine: boolean;
  /** Another call on the webhook was open before its own. */
  prior: boolean;
  /** What its newest list leaves busy, by hook: what its release will write. */
  left: readonly number[];
};
export const idle: Worker = {
  ...{ at: 'idle', hook: 0, live: false, call: 0, body: 0, found: 0, before: 0, mine: false, prior: false },
  left: [],
};

/** `owner`: the worker that holds the lock, or -1. */
export type State = { hooks: readonly Hook[]; workers: readonly Worker[]; owner: number };

export const isOut = ({ flights }: Hook): boolean => flights.some((many) => many > 0);

/** All numbers below fit: 4 hooks, 3 workers, 256 bodies, 3 flights of a kind. */
const hookCode = ({ stands, body, flights, busy }: Hook, kind: number): number =>
  flights.reduce((code, many) => code * 4 + many, ((kind * 3 + stands) * 256 + body) * 8 + busy);

const workerCode = (worker: Worker, owns: boolean): number => {
  const { at, live, call, body, before, mine, prior } = worker;
  const flags = (owns ? 8 : 0) + (live ? 4 : 0) + (mine ? 2 : 0) + (prior ? 1 : 0);
  return (((places.indexOf(at) * 16 + flags) * 4 + call) * 8 + before) * 256 + body;
};

/** What a worker has to do with a hook: works it, found it busy, leaves it busy. */
const tie = (worker: Worker, hook: number): number =>
  worker.at === 'idle'
    ? 0
    : (worker.hook === hook ? 1 : 0) + ((worker.found >> hook) & 1) * 2 + (worker.left[hook] ?? 0) * 4;

const orders = (count: number): number[][] =>
  count === 0
    ? [[]]
    : orders(count - 1).flatMap((order) =>
        [...order.keys(), order.length].map((at) => order.toSpliced(at, 0, count - 1)),
      );

const isLess = (a: readonly number[], b: readonly number[]): boolean => {
  for (const [at, code] of a.entries()) {
    const other = b[at] as number;
    if (code !== other) return code < other;
  }
  return false;
};

/**
 * One list of numbers for all states that differ only in which worker or which webhook of the same kind does what: the
 * smallest over all orders of the workers, with the webhooks sorted.
 *
 * @param kinds of each webhook; those of one kind may stand for each other
 */
export const createCanonical = (kinds: readonly number[], workers: number) => {
  const allOrders = orders(workers);
  return ({ hooks, workers: all, owner }: State): number[] => {
    const codes = all.map((worker, at) => workerCode(worker, at === owner));
    const bases = hooks.map((hook, at) => hookCode(hook, kinds[at] as number));
    let best: number[] = [];
    for (const order of allOrders) {
      if (order.some((at, rank) => rank > 0 && (codes[order[rank - 1] as number] as number) > (codes[at] as number)))
        continue;
      const text = bases.map((base, hook) =>
        order.reduce((code, at) => code * 32 + tie(all[at] as Worker, hook), base),
      );
      text.sort((a, b) => a - b);
      if (best.length === 0 || isLess(text, best)) best = text;
    }
    return [...best, ...codes.sort((a, b) => a - b)];
  };
};
