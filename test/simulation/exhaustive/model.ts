import { genesis, nextEntry } from '../../../lib/audit/chain.ts';
import { type CleanupRecord, emptyRecord, move } from '../../../lib/audit/record.ts';
import type { Item, Table } from '../../../lib/audit/table.ts';
import type { Scene, Verdict } from '../../../lib/jobs/judge.ts';
import type { Ports } from '../../../lib/jobs/ports.ts';
import { type ScopeItem, scopeKey } from '../../../lib/jobs/scope.ts';
import { coverOf } from '../../../lib/plan/cover.ts';
import { fingerprint, keyOf, type Webhook } from '../../../lib/webhook.ts';
import { accountNamed, capabilities, testHook } from '../../jobs/world.ts';
import { holds } from '../table.ts';

export type Call = 'disable' | 'delete' | 'enable';
export type Stands = 'on' | 'off' | 'absent';
/** A call that was sent and may still take effect, or never. */
export type Flight = { hook: number; call: Call; token: string };
export type Outcome = 'done' | 'unknown';

/** Where a worker is in the order read, take, list and judge, claim, call, answer, list, finish, release. */
export type Worker =
  | { at: 'idle' }
  | { at: 'read'; hook: number; record: CleanupRecord }
  | { at: 'taken'; hook: number; record: CleanupRecord; found: ScopeItem['busy'] }
  | {
      at: 'judged';
      hook: number;
      record: CleanupRecord;
      found: ScopeItem['busy'];
      list: readonly Stands[];
      verdict: Verdict;
    }
  | {
      at: 'claimed';
      hook: number;
      record: CleanupRecord;
      found: ScopeItem['busy'];
      list: readonly Stands[];
      before: CleanupRecord;
      call: Call;
    }
  | { at: 'called'; hook: number; record: CleanupRecord; found: ScopeItem['busy']; call: Call; prior: boolean }
  | {
      at: 'listed';
      hook: number;
      record: CleanupRecord;
      found: ScopeItem['busy'];
      call: Call;
      outcome: Outcome;
      list: readonly Stands[];
      /** An earlier call on it was open already. */
      prior: boolean;
      /** Any call on it was open when the list was made. */
      open: boolean;
    }
  | { at: 'release'; hook: number; found: ScopeItem['busy']; list: readonly Stands[]; answered: boolean | null };

export type State = {
  hooks: readonly Stands[];
  records: readonly CleanupRecord[];
  scope: ScopeItem;
  flights: readonly Flight[];
  workers: readonly Worker[];
  crashes: number;
};

export type Bounds = {
  /** The events of each webhook. */
  events: readonly (readonly string[])[];
  workers: number;
  crashes: number;
  attempts: number;
  /** Disable and rest, delete where nothing can be switched off, or one after the other. */
  way: 'disable' | 'delete' | 'both';
  /** Workers read the record a step before they take the lock, as they do; together they are fewer states. */
  readFirst?: boolean;
  /** Take out the busy ids, to see the search find what they prevent. */
  withoutBusy?: boolean;
  statesMax?: number;
};
export const now = Date.parse('2026-11-02T08:00:00Z');
export const longAgo = 0;
export const dead = 'dead';
export const tokenOf = (worker: number): string => `w${worker}`;

const setUp = ({ events, attempts, way }: Bounds) => {
  const webhooks = events.map((names, at) => testHook('abcd'[at] as string, { events: names }));
  const account = accountNamed('shop', { retry: { attempts, baseMs: 1, capMs: 1 }, rules: {} });
  const subject = ({ id, kind }: Webhook) => ({ account: 'shop', scope: 'main', kind, webhookId: id });
  const records = webhooks.map((webhook) => {
    const base = emptyRecord(subject(webhook), 'fake', 'sandbox');
    const said = {
      cycle: 1,
      fingerprint: fingerprint(webhook),
      findings: [{ rule: 'manual', confidence: 'high', evidence: '' } as const],
      canDisable: way !== 'delete',
      rest: way === 'disable',
    };
    const proposed = move({ ...base, cycle: 0 }, 'proposed', 'enqueue', now, { actor: 'a', detail: '' }, said).next;
    const approved = move(proposed, 'approved', 'enqueue', now, { actor: 'a', detail: '' }, { dueAt: now }).next;
    const observing = move(approved, 'observing', 'worker', now, { actor: 'a', detail: '' }, { dueAt: now }).next;
    return (way === 'delete' ? observing : approved) as CleanupRecord;
  });
  const scope = { ...scopeKey('shop', 'main'), account: 'shop', scope: 'main', busy: {}, version: 1, lastWrite: '' };
  return { webhooks, account, records, scope };
};

const stories = new Map<string, Pick<CleanupRecord, 'seqBefore' | 'history' | 'head'>>();
/** The shortest story that ends in the record's state. */
const storyOf = ({ pk, state }: CleanupRecord) => {
  const key = `${pk} ${state}`;
  const entry = nextEntry(genesis(pk), 1, now, state, 'a', '');
  const story = stories.get(key) ?? { seqBefore: 0, history: [entry], head: entry.hash };
  stories.set(key, story);
  return story;
};

/** Times, versions and lines go on for ever; what a step may depend on is only how they compare. */
export const flat = (record: CleanupRecord, version: number): CleanupRecord => ({
  ...record,
  version,
  lastWrite: '',
  waits: 0,
  ...storyOf(record),
  backup: null,
  dueAt: record.dueAt === undefined ? undefined : longAgo,
  ...(record.lease && { lease: { token: record.lease.token, until: longAgo } }),
});

/** One scope at a provider, with all that the steps look at. */
export const createModel = (bounds: Bounds) => {
  const { webhooks, account, records, scope } = setUp(bounds);
  const hookOf = new Map(webhooks.map(({ id }, at) => [id, at]));
  const stateOf = (hooks: readonly Stands[]): Webhook[] =>
    webhooks.flatMap((webhook, at) => (hooks[at] === 'absent' ? [] : [{ ...webhook, enabled: hooks[at] === 'on' }]));
  const byKey = (hooks: readonly Stands[]) => new Map(stateOf(hooks).map((webhook) => [keyOf(webhook), webhook]));

  /** A table that holds one state's records and scope; what is written makes the next state. */
  const tableOf = (state: State) => {
    const items = new Map<string, Item>([...state.records, state.scope].map((item) => [item.pk, item]));
    const table: Table = {
      get: async (keys) => keys.flatMap(({ pk }) => items.get(pk) ?? []),
      put: async (item, condition) => {
        const there = items.get(item.pk) as unknown as Record<string, unknown>;
        if (!condition.every((clause) => holds(there, clause))) return false;
        items.set(item.pk, item);
        return true;
      },
      async *query() {},
    };
    const ports = {
      table,
      random: { unit: () => 0.5, token: () => 'x' },
      clock: { now: () => now },
    } as unknown as Ports;
    const after = (): Pick<State, 'records' | 'scope'> => ({
      records: state.records.map(({ pk }) => items.get(pk) as CleanupRecord),
      scope: items.get(scope.pk) as ScopeItem,
    });
    return { ports, after };
  };

  const sceneFor = (list: readonly Stands[], found: ScopeItem['busy'], record: CleanupRecord): Scene => ({
    account,
    now,
    capabilities: bounds.way === 'delete' ? { ...capabilities, disable: [] } : capabilities,
    cover: coverOf(stateOf(list), new Set([...Object.keys(found), ...(record.pending ? [record.webhookId] : [])])),
    secretsInUse: new Set(),
    webhooks: byKey(list),
    findings: new Map(),
    sources: new Map(),
    believed: true,
  });

  const first: State = {
    hooks: webhooks.map(() => 'on'),
    records: records.map((record) => flat(record, 1)),
    scope,
    flights: [],
    workers: Array.from({ length: bounds.workers }, () => ({ at: 'idle' }) as const),
    crashes: 0,
  };
  return { bounds, webhooks, account, hookOf, byKey, tableOf, sceneFor, first };
};
export type Model = ReturnType<typeof createModel>;
