import { sha256 } from '../canonical.ts';
import { iso, type Ms } from '../clock.ts';
import type { Finding } from '../detect/finding.ts';
import { limits } from '../limits.ts';
import type { Environment } from '../policy/policy.ts';
import { type Backup, type Kind, keyOf } from '../webhook.ts';
import { type Entry, genesis, nextEntry } from './chain.ts';
import { type By, type CallName, isLegal, isOpen, type State, type Step, sources } from './states.ts';
import type { Change, Condition, Draft, Item, Key } from './table.ts';

/** Names one webhook's record everywhere: in keys, jobs and on the command line. */
export type Subject = { account: string; scope: string; kind: Kind; webhookId: string };

export type GuardName =
  | 'protected'
  | 'last-one'
  | 'in-use'
  | 'vetoed'
  | 'restored'
  | 'alive'
  | 'refused'
  | 'changed'
  | 'foreign'
  | 'open'
  | 'stopped';
export type Guard = { guard: GuardName; detail: string };

/** A finding as a record keeps it; `manual` is a person's own choice by `enqueue`. */
export type RecordedFinding = Pick<Finding, 'confidence' | 'evidence'> & { rule: Finding['rule'] | 'manual' };

/** A call of ours whose effect no list has confirmed yet. */
export type Pending = {
  call: CallName;
  at: Ms;
  /** Of what a creation made, where its answer told. */
  id?: string;
  /** `sent` until an answer came, then its kind. */
  outcome: 'sent' | 'done' | 'gone' | 'unknown';
};

export type Veto = { reason: string; actor: string; until: Ms | null; rules: string; config: string };

/** The item of one webhook's cleanup. Times in milliseconds since 1970; entries of the history carry ISO times. */
export type CleanupRecord = Item &
  Subject & {
    provider: string;
    environment: Environment;
    /** Redacted. */
    url: string | null;
    name: string | null;
    state: State;
    cycle: number;
    /** Hash of the newest entry. */
    head: string;
    /** Number of the first entry in `history`, less one: entries before it lie in closed cycles. */
    seqBefore: number;
    history: readonly Entry[];
    findings: readonly RecordedFinding[];
    planId: string | null;
    /** Hash of the rules with their versions, as the finding was made. */
    rules: string;
    fingerprint: string;
    /** Ends at `disabled` instead of going on to the delete. */
    rest: boolean;
    /** Deletion was agreed although no other webhook covers its events. */
    last: boolean;
    survivor: { webhookId: string; reason: string } | null;
    /** Skips the observation (`enqueue --now`, never on production). */
    hasty: boolean;
    /** The provider can switch it off. */
    canDisable: boolean;
    attempts: Readonly<Record<Step, number>>;
    /** How often it had to wait for a throttle, a lock or a list that proved nothing. */
    waits: number;
    /** Index partition `due#0..3`; present, with `dueAt`, exactly while something must happen. */
    due?: string;
    dueAt?: Ms;
    waitFor?: 'approval' | 'canary' | 'notice' | 'observe' | 'lease' | 'readback' | 'backoff' | 'gate' | 'list' | 'now';
    held?: string;
    lease?: { token: string; until: Ms };
    /** Token of the shift that worked it last, where its list was the end of all calls: its lock need not be given back. */
    over?: string;
    pending?: Pending;
    /** Until when a call of ours that nobody answered may still take effect. */
    openUntil?: Ms;
    /** It is off, or may be, because of us. */
    offByUs: boolean;
    /** A delete call of ours went out in this cycle. */
    deleteSent: boolean;
    /** Where `restoring` leads, and why. */
    returnTo?: { state: 'kept' | 'restored'; guard: GuardName | null; detail: string };
    /** Hash of the backup item of this cycle. */
    backup: string | null;
    /** When the notice that names it was accepted. */
    noticeAt?: Ms;
    /** After its delete nobody receives some of its events any more. */
    coverLost?: true;
    /** The cycle has its slot in a day's budget. */
    counted: boolean;
    leftAs?: 'on' | 'off' | 'absent';
    endGuard?: GuardName;
    veto?: Veto;
    /** The webhook that stands for this one since its restore, and the record that this one was restored from. */
    restoredAs?: string;
    restoredFrom?: string;
    /** What a restore may need: references to secrets, never values, and where a new secret goes. */
    restore?: { secrets: Readonly<Record<string, string>>; secretTo: string | null };
    /** Deliveries before this are late ones and no sign of life. */
    quietUntil?: Ms;
    month: string;
    day: string;
  };

/** What lies behind `backupKey`. */
export type BackupItem = Item & { backup: Backup };

export const recordKey = (subject: Subject): Key => ({
  pk: `webhook#${subject.account}#${encodeURIComponent(subject.scope)}#${subject.kind}#${encodeURIComponent(subject.webhookId)}`,
  sk: 'record',
});
export const backupKey = (subject: Subject, cycle: number): Key => ({
  pk: recordKey(subject).pk,
  sk: `backup#${cycle}`,
});
export const cycleKey = (subject: Subject, cycle: number): Key => ({ pk: recordKey(subject).pk, sk: `cycle#${cycle}` });

/** The subject of a record's partition key, or null where the key is not one. */
export const subjectOf = (pk: string): Subject | null => {
  const [family, account, scope, kind, id, ...rest] = pk.split('#');
  if (family !== 'webhook' || !account || !scope || !id || rest.length > 0) return null;
  if (kind !== 'endpoint' && kind !== 'signing-secret') return null;
  try {
    return { account, scope: decodeURIComponent(scope), kind, webhookId: decodeURIComponent(id) };
  } catch {
    // What people type may hold a percent sign that encodes nothing.
    return null;
  }
};

/** The key of a record's webhook in maps over its scope's population. */
export const recordRef = ({ kind, webhookId }: Pick<Subject, 'kind' | 'webhookId'>): string =>
  keyOf({ kind, id: webhookId });

/** What people type: the partition key without its family. */
export const recordName = (subject: Subject): string => recordKey(subject).pk.slice('webhook#'.length);

const dueShards = 4;
export const dueHashes = Array.from({ length: dueShards }, (_, shard) => `due#${shard}`);
const dueHash = (pk: string): string => `due#${Number.parseInt(sha256(pk).slice(0, 2), 16) % dueShards}`;

type Line = { event: string; actor: string; detail: string };
type Patch = Partial<Omit<CleanupRecord, keyof Item | keyof Subject | 'state' | 'history' | 'head' | 'due'>>;

const withDue = (pk: string, dueAt: Ms | undefined, waitFor: CleanupRecord['waitFor']) =>
  dueAt === undefined ? { due: undefined, dueAt: undefined, waitFor: undefined } : { due: dueHash(pk), dueAt, waitFor };

const withLine = (record: Draft<CleanupRecord>, now: Ms, line: Line) => {
  const seq = record.seqBefore + record.history.length + 1;
  const entry = nextEntry(record.head, seq, now, line.event, line.actor, line.detail);
  const at = iso(now);
  return { history: [...record.history, entry], head: entry.hash, month: at.slice(0, 7), day: at.slice(0, 10) };
};

/** A record before its first cycle: nothing is said of it yet. */
export const emptyRecord = (subject: Subject, provider: string, environment: Environment): Draft<CleanupRecord> => ({
  ...recordKey(subject),
  account: subject.account,
  scope: subject.scope,
  kind: subject.kind,
  webhookId: subject.webhookId,
  provider,
  environment,
  url: null,
  name: null,
  state: 'kept',
  cycle: 0,
  head: genesis(recordKey(subject).pk),
  seqBefore: 0,
  history: [],
  findings: [],
  planId: null,
  rules: '',
  fingerprint: '',
  rest: false,
  last: false,
  survivor: null,
  hasty: false,
  canDisable: false,
  attempts: { disable: 0, delete: 0, restore: 0 },
  waits: 0,
  offByUs: false,
  deleteSent: false,
  backup: null,
  counted: false,
  month: '',
  day: '',
});

/** The history is full: only an end or the way back may still be written. */
export const isFull = (record: CleanupRecord): boolean => record.history.length >= limits.historyMax - 4;

/**
 * One move by the table, with its line of history; state and history change together. The condition names the states that
 * the table allows for it. Leaving a state drops its lease; an end drops everything that was due.
 *
 * @throws where the table does not know the move: that is a fault of the caller, never of the data
 */
export const move = (
  record: Draft<CleanupRecord>,
  to: State,
  by: By,
  now: Ms,
  line: Omit<Line, 'event'> & { event?: string },
  patch: Patch = {},
): Change<CleanupRecord> => {
  const from = record.cycle === 0 ? null : record.state;
  if (!isLegal(from, to, by)) throw new Error(`no way from ${from} to ${to} by ${by}`);
  const { dueAt, waitFor, ...rest } = patch;
  const due = isOpen(to) ? withDue(record.pk, dueAt, waitFor) : withDue(record.pk, undefined, undefined);
  const ended = isOpen(to) ? {} : { pending: undefined, openUntil: undefined, returnTo: undefined, held: undefined };
  const next = { ...record, lease: undefined, ...ended, ...rest, ...due, state: to };
  const allowed = sources(to, by).filter((state) => state !== null);
  const condition: Condition = from === null ? [] : [{ attribute: 'state', is: 'in', values: allowed }];
  return { next: { ...next, ...withLine(record, now, { ...line, event: line.event ?? to }) }, condition };
};

/** Something worth a line that changes no state: held, released, approved again, found listed. */
export const note = (record: CleanupRecord, now: Ms, line: Line, patch: Patch = {}): Change<CleanupRecord> => {
  const { dueAt = record.dueAt, waitFor = record.waitFor, ...rest } = patch;
  return { next: { ...record, ...rest, ...withDue(record.pk, dueAt, waitFor), ...withLine(record, now, line) } };
};

/** A change that no story needs: a wait, an attempt, a lease. */
export const mark = (record: CleanupRecord, patch: Patch): Change<CleanupRecord> => {
  const { dueAt = record.dueAt, waitFor = record.waitFor, ...rest } = patch;
  return { next: { ...record, ...rest, ...withDue(record.pk, dueAt, waitFor) } };
};

/** Takes it out of everything automatic until a person releases it. */
export const hold = (record: CleanupRecord, now: Ms, actor: string, why: string): Change<CleanupRecord> => {
  const { next } = note(record, now, { event: 'held', actor, detail: why }, { held: why, lease: undefined });
  return { next: { ...next, ...withDue(record.pk, undefined, undefined) } };
};
