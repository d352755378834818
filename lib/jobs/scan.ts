import { mark, move, recordRef } from '../audit/record.ts';
import type { Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import { coverOf } from '../plan/cover.ts';
import { secretsInUse } from '../plan/guards.ts';
import { rulesId } from '../plan/ids.ts';
import type { AccountPlan, PlanItem, ScopeStatus } from '../plan/item.ts';
import { findingsOf } from '../plan/plan.ts';
import type { Account } from '../policy/policy.ts';
import type { Capabilities } from '../providers/contract.ts';
import { keyOf } from '../webhook.ts';
import { type AccountItem, changeAccount, control, endCredentialPause, pause, readSwitches } from './account.ts';
import { approveRecord, type Opening, openingOf, propose } from './cycle.ts';
import { follow } from './follow.ts';
import { judge } from './judge.ts';
import { withListsCounted } from './lists-counted.ts';
import { type AccountScan, look, type ScopeScan } from './look.ts';
import { goesOn, oldestFirst, type Start, startOf } from './parts.ts';
import { awaitApproval, storePlan } from './plans.ts';
import { readSeen, writeSeen } from './population.ts';
import { accountOf, type Ports } from './ports.ts';
import { type AccountReading, type Course, isLeftOut, readAccount, throttledAccount } from './reading.ts';
import { openRecordsOf } from './records.ts';
import { endRound, keepFound, nothingEarlier } from './round.ts';
import { noteScope, noteScopeNames, readScopesOf, type ScopeItem } from './scope.ts';
import { keepSnapshot } from './snapshots.ts';
import { moved, undone, write } from './story.ts';

/** What is under observation is judged at every scan: whoever lost its reason, or the cover, goes back at once. */
const recheck = async (ports: Ports, account: Account, capabilities: Capabilities, scan: ScopeScan, now: Ms) => {
  const { reading, knows } = scan;
  const cover = coverOf(reading.webhooks, knows.busy);
  const findings = findingsOf(account, capabilities, reading, knows, now);
  const webhooks = new Map(reading.webhooks.map((webhook) => [keyOf(webhook), webhook]));
  const inUse = secretsInUse(reading.webhooks);
  const scene = {
    account,
    now,
    capabilities,
    cover,
    secretsInUse: inUse,
    webhooks,
    findings,
    sources: new Map(),
    names: scan.names,
    believed: true,
  };
  for (const record of scan.open) {
    if (record.state !== 'observing' || record.held || !webhooks.has(recordRef(record))) continue;
    const verdict = judge(record, scene);
    if (verdict.do !== 'undo' && verdict.do !== 'move') continue;
    const written = await write(ports, record, (current) =>
      verdict.do === 'undo'
        ? undone(current, verdict.guard, 'scan', now, ports.actor)
        : moved(current, verdict, account, 0, now, ports.actor),
    );
    if (written.won) await follow(ports, written.item);
  }
};

/** Proposals of earlier scans that this one no longer makes. */
const withdraw = async (ports: Ports, scan: ScopeScan, now: Ms): Promise<void> => {
  const proposed = new Set(scan.items.filter(({ decision }) => decision === 'propose').map(recordRef));
  const listed = new Set(scan.reading.webhooks.map(keyOf));
  for (const record of scan.knows.records.values()) {
    if (record.state !== 'proposed' || proposed.has(recordRef(record))) continue;
    if (!listed.has(recordRef(record)) && !scan.believed) continue;
    const guard = scan.items.find((item) => recordRef(item) === recordRef(record))?.guards[0];
    const to = listed.has(recordRef(record)) ? 'kept' : 'gone';
    const detail = guard
      ? `${guard.guard}: ${guard.detail}`
      : 'withdrawn: the newest complete scan no longer proposes it';
    await write(ports, record, (current) =>
      move(current, to, 'scan', now, { actor: ports.actor, detail }, guard && { endGuard: guard.guard }),
    );
  }
};

/** `deadline`: when the process must have ended; absent: it may take its time. `part`: of which a message asked for it. */
export type ScanOptions = { acceptShrink: boolean; deadline?: Ms; part?: number };

/** Writes down what a good scan saw, and what it proposes where another part makes the plan. */
const remembered = async (
  ports: Ports,
  account: Account,
  { reading, seen, missing, items }: ScopeScan,
  isPart: boolean,
  now: Ms,
): Promise<void> => {
  const { scope, webhooks } = reading;
  const pages = await writeSeen(ports, account.name, scope, seen);
  const found = isPart ? await keepFound(ports, account.name, scope, items) : undefined;
  await noteScope(ports, account.name, scope, () => ({
    lastGood: { at: now, webhooks: webhooks.length, pages },
    lastScan: { at: now, status: 'complete', ...(found && { found }) },
    missing,
  }));
};

const noteFailure = (
  ports: Ports,
  account: Account,
  { scope, status, error }: ScopeStatus,
  missing: ScopeItem['missing'],
  now: Ms,
) =>
  noteScope(ports, account.name, scope, (current) => ({
    missing: missing ?? current.missing,
    lastScan: { at: now, status, ...(error && { code: error.code, message: error.message }) },
  }));

const openRecord = async (ports: Ports, account: Account, item: PlanItem, opening: Opening, now: Ms): Promise<void> => {
  await propose(ports, opening, 'scan', now);
  if (item.needsApproval.length > 0) return;
  const approved = await approveRecord(ports, opening, account, 'auto', 'mode: auto', now);
  if (approved.won) await follow(ports, approved.item);
};

/** Stores the plan, opens a record for each proposal, and approves those that nobody has to look at. */
const publish = async (ports: Ports, account: Account, { plan, items }: AccountScan, now: Ms): Promise<void> => {
  const proposals = items.filter(({ decision }) => decision === 'propose');
  if (proposals.length === 0) return awaitApproval(ports, account.name, null);
  const { planId } = plan;
  await storePlan(ports, { planId, account: account.name, policy: ports.policy.hash, createdAt: now }, proposals);
  await awaitApproval(ports, account.name, planId);
  const rules = rulesId(account);
  for (const item of proposals) {
    try {
      await openRecord(ports, account, item, openingOf(item, planId, rules), now);
    } catch (error) {
      const { account: name, scope, webhookId } = item;
      ports.log({ level: 'error', message: 'no record', account: name, scope, webhookId, detail: String(error) });
    }
  }
};

const pauseOn =
  (ports: Ports, account: Account): Course['onFailure'] =>
  async (outcome) => {
    if (outcome.kind !== 'retry' || !outcome.pause) return;
    const least = outcome.pause === 'credential' ? limits.credentialPauseMs : limits.throttlePauseMs;
    await pause(ports, account.name, outcome.pause, ports.clock.now() + (outcome.afterMs ?? least), outcome.why);
  };

/** Ids that other accounts at the same provider and base URL were seen to list. Read once, and only where it is asked for. */
const foreignSeen = (ports: Ports, account: Account): (() => Promise<ReadonlySet<string>>) => {
  const others = ports.policy.accounts.filter(
    ({ name, provider, baseUrl }) =>
      name !== account.name && provider === account.provider && baseUrl === account.baseUrl,
  );
  const readAll = async () => {
    const scopes = await readScopesOf(
      ports,
      others.map(({ name }) => name),
    );
    return new Set((await readSeen(ports, ...scopes)).keys());
  };
  let read: Promise<ReadonlySet<string>> | undefined;
  return () => {
    read ??= readAll();
    return read;
  };
};

const readFrom = async (
  ports: Ports,
  account: Account,
  { scopes, earlier }: Start,
  paused: AccountItem['paused'],
  deadline: Ms = Number.POSITIVE_INFINITY,
): Promise<AccountReading> => {
  if (paused?.kind === 'throttle' && paused.until > ports.clock.now()) return throttledAccount(account, paused.why);
  const had = new Set(earlier.statuses.map(({ scope }) => scope));
  return readAccount(withListsCounted(ports), account, {
    onFailure: pauseOn(ports, account),
    ...(scopes && { scopes }),
    order: (all) => {
      const wanted = had.size === 0 ? all : all.filter((scope) => !had.has(scope));
      return oldestFirst(ports, account.name, wanted);
    },
    deadline,
  });
};

/** What follows from each list that came whole. */
const settle = async (
  ports: Ports,
  account: Account,
  capabilities: Capabilities,
  scans: readonly ScopeScan[],
  { acceptShrink, isPart }: { acceptShrink: boolean; isPart: boolean },
  now: Ms,
): Promise<void> => {
  if (acceptShrink && scans.length > 0) await noteAcceptance(ports, account.name, now);
  for (const scan of scans) {
    await remembered(ports, account, scan, isPart, now);
    await recheck(ports, account, capabilities, scan, now);
    await withdraw(ports, scan, now);
    if (acceptShrink) await wake(ports, scan, now);
  }
};

/**
 * One scheduled or asked-for scan of one account, or a part of one: reads, judges, remembers, proposes. Calls nothing that
 * changes a webhook; what it finds goes into the table and the queue.
 */
export const scanAccount = async (ports: Ports, name: string, options: ScanOptions): Promise<AccountScan> => {
  const account = accountOf(ports.policy, name);
  if (!account) throw new Error(`the policy names no account ${name}`);
  const now = ports.clock.now();
  const { own, paused, stopped } = await readSwitches(ports, name);
  const open = await openRecordsOf(ports, name);
  const from = await startOf(ports, account, options.acceptShrink ? undefined : own, !!stopped);
  const read = await readFrom(ports, account, from, paused, options.deadline);
  const foreign = foreignSeen(ports, account);
  const earlier = read.capabilities ? from.earlier : nothingEarlier;
  const found = await look(ports, read, { ...options, foreign, open, earlier }, now);
  const { plan, items, scans, shrunk } = found;
  const isPart = read.scopes.some(isLeftOut);
  const asked = plan.scopes.slice(earlier.statuses.length);
  let resumed = false;
  if (read.capabilities) {
    if (!from.round)
      await noteScopeNames(
        ports,
        name,
        asked.map(({ scope }) => scope),
      );
    await settle(ports, account, read.capabilities, scans, { ...options, isPart }, now);
    resumed = isPart && (await goesOn(ports, account, own, from, read.scopes, { part: 0, ...options }, now));
  }
  for (const status of asked)
    if (status.status !== 'complete' && !(resumed && isLeftOut(status)))
      await noteFailure(ports, account, status, shrunk.find(({ scope }) => scope === status.scope)?.missing, now);
  if (scans.length > 0) await endCredentialPause(ports, own);
  if (read.capabilities && !isPart && plan.scopes.some(({ status }) => status === 'complete')) {
    await publish(ports, account, found, now);
    await endRound(ports, own);
    await introduce(ports, own, plan, items);
  }
  for (const scan of scans) await keepSnapshot(ports, account, scan, foreign, now);
  return { plan, items };
};

/** Those that waited for a list that can be believed have it now. */
const wake = async (ports: Ports, { open }: ScopeScan, now: Ms): Promise<void> => {
  for (const record of open) {
    if (record.waitFor !== 'list' || record.held) continue;
    const written = await write(ports, record, (current) => mark(current, { dueAt: now, waitFor: 'now' }));
    if (written.won) await follow(ports, written.item);
  }
};

const noteAcceptance = (ports: Ports, name: string, now: Ms) =>
  control(ports, name, now, {
    event: 'shrink accepted',
    actor: ports.actor,
    detail: 'the population as listed now is right',
  });

/** An account whose first good scan finds nothing to propose has nothing for a person to look at. */
const introduce = async (ports: Ports, own: AccountItem | undefined, plan: AccountPlan, items: readonly PlanItem[]) => {
  if (own?.introduced || plan.status !== 'complete' || items.some(({ decision }) => decision === 'propose')) return;
  await changeAccount(ports, plan.account, (base) =>
    base.introduced ? null : { next: { ...base, introduced: true } },
  );
};
