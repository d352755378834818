import { type CleanupRecord, recordKey, recordRef } from '../audit/record.ts';
import { isWayBack, type State, stepOf } from '../audit/states.ts';
import type { Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import type { Account } from '../policy/policy.ts';
import type { Provider } from '../providers/contract.ts';
import { closedFor, endCredentialPause, readSwitches } from './account.ts';
import { admitCalls, type CallWork, closedByRate, takingAlong, unusedGivenBack, waitInQueue } from './admission.ts';
import { awaitsNotice } from './awaits-notice.ts';
import { backoffMs } from './backoff.ts';
import { finish } from './finish.ts';
import { isGoneFull } from './gone.ts';
import { toLookUp } from './grounds.ts';
import { heedQuota } from './heed-quota.ts';
import { type Job, subjectOfJob } from './job.ts';
import { judge } from './judge.ts';
import { assess, goneByUs, isBelieved, isKnownAbsent, noteGoodList, readSeen, remember } from './population.ts';
import type { Ports } from './ports.ts';
import { readRecords } from './records.ts';
import { freshNames } from './resolve.ts';
import { sourcesFor } from './restore.ts';
import { releaseScope, takeScope } from './scope.ts';
import { withPlace } from './secret-place.ts';
import {
  ack,
  type Called,
  type Disposition,
  type Population,
  populationOf,
  postpone,
  type Shift,
  sceneOf,
  settle,
  spare,
  type Work,
  waitFor,
} from './shift.ts';
import { isShownTwice, unanswered } from './shown-twice.ts';
import { leavingLike } from './stand-in.ts';
import { pauseFor, step } from './step.ts';
import { listInTurn } from './turn.ts';

/** The record is at the step that the message speaks of. */
export const isFor = (job: Job, record: CleanupRecord): boolean =>
  record.cycle === job.cycle && record.held === undefined && stepOf[record.state] === job.step;

/** Why a message has nothing to do here any more, or until when it is too early; null where there is work. */
const early = (job: Job, record: CleanupRecord | undefined, now: Ms): Disposition | null => {
  if (!record || !isFor(job, record) || record.dueAt === undefined) return spare;
  const from = Math.max(record.dueAt, record.lease?.until ?? 0);
  return from > now ? waitFor(from - now) : null;
};

/** Where the provider's answers say that hardly a call is left, no more begin in this shift or in any other. */
const noteQuota = async (shift: Shift): Promise<void> => {
  const paused = await heedQuota(shift.ports, shift.account, shift.provider);
  if (paused) shift.switches = { ...shift.switches, paused };
};

/** Lists the scope and weighs the list against the last good scan. Null where no list came: the account may be paused now. */
const survey = async (shift: Shift, works: readonly Work[]): Promise<Population | null> => {
  const { ports, account, scope, held, seen, done } = shift;
  const asked = ports.clock.now();
  const listing = await listInTurn(shift);
  if (listing.status !== 'complete') {
    const { outcome } = listing;
    const tries = Math.max(...works.map(({ record }) => record.waits));
    const soon = ports.clock.now() + backoffMs(account, tries, ports.random);
    const paused = outcome.kind === 'retry' && outcome.pause ? await pauseFor(shift, outcome) : 0;
    ports.log({
      level: 'warn',
      message: 'the list could not be read',
      account: account.name,
      scope,
      detail: outcome.why,
    });
    await postpone(ports, works, Math.max(soon, paused), 'list', done);
    return null;
  }
  await noteQuota(shift);
  const population = populationOf(listing, asked);
  const records = works.map(({ record }) => record);
  const twice = await isShownTwice(shift, unanswered(works), population.webhooks);
  // After the last list: what DNS says is to be as fresh as that.
  shift.names = await freshNames(ports, account, toLookUp(records, population));
  const wanted = [...shift.sources.values()].flatMap((source) => (source.status === 'ok' ? [source.creation] : []));
  shift.leaving = await leavingLike(ports, { account: account.name, scope }, wanted, listing.webhooks);
  const deleted = await goneByUs(ports, account.name, scope, seen, population.webhooks, held.gone);
  const ours = works
    .filter(({ record }) => (!record.deleteSent || !held.lastGood) && !isKnownAbsent(record, held, seen))
    .map(({ record }) => [recordRef(record), true] as const);
  const assessment = assess(account, new Map<string, unknown>([...seen, ...ours]), population.webhooks, deleted);
  shift.missing = remember(assessment, held.missing);
  const believed = twice && isBelieved(assessment, shift.missing);
  const shows = [...population.webhooks.keys()].some((key) => !seen.has(key));
  if (believed && (shows || !held.lastGood || isGoneFull(held.gone)))
    await noteGoodList(ports, account, scope, population, seen);
  return { ...population, believed };
};

/** Judges all, worst case folded in: what is about to go covers nobody any more. Answers those that need a call. */
const judgeAll = async (shift: Shift, works: readonly Work[], population: Population): Promise<CallWork[]> => {
  const records = works.map(({ record }) => record);
  const scene = sceneOf(shift, population, records);
  const calls: CallWork[] = [];
  for (const work of works) {
    const verdict = await withPlace(shift.ports, scene.capabilities, work.record, judge(work.record, scene));
    const webhook = population.webhooks.get(recordRef(work.record));
    if (verdict.do !== 'call') await settle(shift, work, verdict, scene);
    else calls.push({ work, call: verdict.call });
    if (verdict.do === 'call' && !isWayBack(verdict.call) && webhook) scene.cover.remove(webhook);
  }
  return calls;
};

/** Calls one after the other; after one whose end is open, those behind it wait with it. */
const callAll = async (shift: Shift, calls: readonly CallWork[], population: Population): Promise<Called[]> => {
  const called: Called[] = [];
  for (const { work, call } of calls) {
    shift.tried.add(recordRef(work.record));
    const made = await step(shift, work, call, population);
    if (made) called.push(made);
    if (made) await noteQuota(shift);
    if (made?.outcome.kind === 'retry' || made?.outcome.kind === 'unknown') break;
    if (!made && shift.done.get(work.at) !== ack) break;
  }
  return called;
};

/** The records say all that giving the lock back would say. */
const isOver = ({ over, held }: Shift, works: readonly Work[], missing: Shift['missing']): boolean =>
  works.every(({ record }) => over.has(recordRef(record))) &&
  missing?.hash === held.missing?.hash &&
  missing?.confirmed === held.missing?.confirmed;

/** All that happens under the lock. */
const workShift = async (shift: Shift, works: readonly Work[]): Promise<{ listed: boolean }> => {
  let newest: Population | null = null;
  try {
    newest = await survey(shift, works);
    if (!newest) return { listed: false };
    const calls = await admitCalls(shift, await judgeAll(shift, works, newest));
    const called = await callAll(shift, calls, newest);
    if (called.length > 0) newest = (await finish(shift, called, newest)) ?? newest;
    await noteQuota(shift);
    return { listed: true };
  } finally {
    const { ports, held, found, called } = shift;
    const missing = newest ? shift.missing : held.missing;
    if (!isOver(shift, works, missing)) {
      const mend = unusedGivenBack(shift, works);
      const deleted = [...shift.over].flatMap(([ref, state]) => (state === 'deleted' ? [ref] : []));
      await releaseScope(ports, held, found, newest, called, missing, mend, deleted);
    }
  }
};

const openAccount = async (ports: Ports, account: Account, works: readonly Work[], done: Map<number, Disposition>) => {
  const opened = await ports.open(account);
  if (opened.status === 'ok') return opened.provider;
  const message = 'the account cannot be opened';
  const count = { CredentialFailures: 1 };
  ports.log({ level: 'error', message, account: account.name, detail: opened.why, count });
  await postpone(ports, works, ports.clock.now() + limits.credentialPauseMs, 'gate', done);
  return null;
};

/** One message: where it stands in the batch, and how often it was handed out. */
export type Message = { at: number; job: Job; receives: number };

/** The records that these messages are about and that have work to do now; the rest is answered. */
const worksOf = async (
  ports: Ports,
  account: Account,
  messages: readonly Message[],
  done: Map<number, Disposition>,
): Promise<Work[]> => {
  const keyOf = ({ job }: Message) => recordKey(subjectOfJob(job));
  const found = await readRecords(ports, messages.map(keyOf), 'recent');
  const records = new Map(found.map((record) => [record.pk, record]));
  // What looks as if there were nothing to do may be a record as it was before it was sent here.
  const idle = messages.filter((one) => early(one.job, records.get(keyOf(one).pk), ports.clock.now()));
  const newest = idle.length > 0 ? await readRecords(ports, idle.map(keyOf)) : [];
  for (const record of newest) records.set(record.pk, record);
  const works: Work[] = [];
  const spoken = new Set<string>();
  for (const { at, job, receives } of messages) {
    const { pk } = keyOf({ at, job, receives });
    const record = records.get(pk);
    const reason =
      spoken.has(pk) || (record && awaitsNotice(record, account)) ? spare : early(job, record, ports.clock.now());
    if (reason !== spare) spoken.add(pk);
    if (reason) done.set(at, reason);
    // The lease in it is that of a call that nobody came back from, and no right of ours.
    else works.push({ at, receives, record: { ...(record as CleanupRecord), lease: undefined } });
  }
  return works;
};

/** 64 bits: the token stands beside each id in `busy`, and ten of them with it are to stay within a kilobyte. */
const ownerCharacters = 16;

/** Takes the lock, and the gate with it where they are one. Null where either is closed: all wait. */
const enter = async (
  ports: Ports,
  account: Account,
  scope: string,
  provider: Provider,
  works: readonly Work[],
  done: Map<number, Disposition>,
) => {
  const now = ports.clock.now();
  const closed = await closedByRate(ports, account, provider, works, now);
  const steps = new Map(works.map(({ record }) => [recordRef(record), stepOf[record.state] ?? 'restore'] as const));
  const { pass, result } = takingAlong(account, provider, works, now);
  const owner = ports.random.token().slice(0, ownerCharacters);
  const records = works.map(({ record }) => record);
  const taken =
    closed === null ? await takeScope(ports, account.name, scope, steps, owner, now, records, pass) : { until: closed };
  if (!('until' in taken)) return { ...taken, ...result };
  await waitInQueue(ports, works, taken.until, done);
  return null;
};

/** The jobs of one scope, in order. */
export const workScope = async (
  ports: Ports,
  account: Account,
  scope: string,
  messages: readonly Message[],
  deadline: Ms,
  done: Map<number, Disposition>,
): Promise<void> => {
  const works = await worksOf(ports, account, messages, done);
  if (works.length === 0) return;
  const now = ports.clock.now();
  const switches = await readSwitches(ports, account.name);
  const stopped = works.filter(({ record }) => closedFor(switches, record.state === 'restoring', now));
  const closed = closedFor(switches, false, now);
  if (closed) await postpone(ports, stopped, closed.until, 'gate', done);
  const open = works.filter((work) => !stopped.includes(work));
  if (open.length === 0) return;
  const provider = await openAccount(ports, account, open, done);
  const entered = provider && (await enter(ports, account, scope, provider, open, done));
  if (!provider || !entered) return;
  const seen = await readSeen(ports, entered.held);
  const { missing } = entered.held;
  const sources = await sourcesFor(
    ports,
    open.map(({ record }) => record),
  );
  const fresh = { called: new Map<string, boolean>(), over: new Map<string, State>(), tried: new Set<string>() };
  const shift = {
    ports,
    account,
    scope,
    provider,
    deadline,
    ...entered,
    ...fresh,
    seen,
    sources,
    switches,
    done,
    missing,
  };
  const { listed } = await workShift(shift, open);
  if (listed) await endCredentialPause(ports, switches.own);
};
