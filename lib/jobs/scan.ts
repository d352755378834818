import { mark, move, recordRef } from '../audit/record.ts';
import type { Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import { coverOf } from '../plan/cover.ts';
import { secretsInUse } from '../plan/guards.ts';
import type { AccountPlan, PlanItem, ScopeStatus } from '../plan/item.ts';
import { findingsOf, rulesId } from '../plan/plan.ts';
import type { Account } from '../policy/policy.ts';
import type { Capabilities } from '../providers/contract.ts';
import { keyOf } from '../webhook.ts';
import { type AccountItem, changeAccount, control, endCredentialPause, pause, readSwitches } from './account.ts';
import { approveRecord, type Opening, openingOf, propose } from './cycle.ts';
import { follow } from './follow.ts';
import { judge } from './judge.ts';
import { type AccountScan, look, type ScopeScan } from './look.ts';
import { awaitApproval, storePlan } from './plans.ts';
import { readSeen, writeSeen } from './population.ts';
import { accountOf, type Ports } from './ports.ts';
import { type Course, readAccount, throttledAccount } from './reading.ts';
import { openRecordsOf } from './records.ts';
import { noteScope, noteScopeNames, readScope, readScopeNames, type ScopeItem, scopeKey } from './scope.ts';
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

/** `deadline`: when the process must have ended; absent: it may take its time. */
export type ScanOptions = { acceptShrink: boolean; deadline?: Ms };

/** Writes down what a good scan saw. */
const remembered = async (
  ports: Ports,
  account: Account,
  { reading, seen, missing }: ScopeScan,
  now: Ms,
): Promise<void> => {
  const pages = await writeSeen(ports, account.name, reading.scope, seen);
  await noteScope(ports, account.name, reading.scope, () => ({
    lastGood: { at: now, webhooks: reading.webhooks.length, pages },
    lastScan: { at: now, status: 'complete' },
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

/** Those first that were listed longest ago, so that who runs out of time or calls gets to each of them in the end. */
const oldestFirst = async (ports: Ports, name: string, scopes: readonly string[]): Promise<readonly string[]> => {
  if (scopes.length <= limits.scopesAtOnceMax) return scopes;
  const items = (await ports.table.get(scopes.map((scope) => scopeKey(name, scope)))) as ScopeItem[];
  const listedAt = new Map(items.map(({ scope, lastGood }) => [scope, lastGood?.at ?? 0]));
  return scopes.toSorted((a, b) => (listedAt.get(a) ?? 0) - (listedAt.get(b) ?? 0));
};

/** A part of an account is no plan: the next part would replace it while somebody looks at it. What waits goes on waiting. */
const tellLeftOut = (ports: Ports, account: string, scopes: readonly ScopeStatus[]): void => {
  const left = scopes.filter(({ status }) => status !== 'complete').length;
  const detail = `${left} of ${scopes.length} scopes have no complete list, so nothing is proposed; the next scan begins with them`;
  ports.log({ level: 'warn', message: 'a scan could not list all of an account', account, detail });
};

/** Ids that other accounts at the same provider and base URL were seen to list. */
const foreignSeen = async (ports: Ports, account: Account): Promise<Set<string>> => {
  const others = ports.policy.accounts.filter(
    ({ name, provider, baseUrl }) =>
      name !== account.name && provider === account.provider && baseUrl === account.baseUrl,
  );
  const ids = new Set<string>();
  for (const { name } of others) {
    for (const scope of await readScopeNames(ports, name))
      for (const key of (await readSeen(ports, await readScope(ports, name, scope))).keys()) ids.add(key);
  }
  return ids;
};

/**
 * One scheduled or asked-for scan of one account: reads, judges, remembers, proposes. Calls nothing that changes a webhook;
 * what it finds goes into the table and the queue.
 */
export const scanAccount = async (ports: Ports, name: string, options: ScanOptions): Promise<AccountScan> => {
  const account = accountOf(ports.policy, name);
  if (!account) throw new Error(`the policy names no account ${name}`);
  const now = ports.clock.now();
  const { own, paused } = await readSwitches(ports, name);
  const open = await openRecordsOf(ports, name);
  const throttled = paused?.kind === 'throttle' && paused.until > now;
  const read = throttled
    ? throttledAccount(account, paused.why)
    : await readAccount(ports, account, {
        onFailure: pauseOn(ports, account),
        order: (scopes) => oldestFirst(ports, name, scopes),
        deadline: options.deadline ?? Number.POSITIVE_INFINITY,
      });
  const foreign = await foreignSeen(ports, account);
  const found = await look(ports, read, { ...options, foreign, open }, now);
  for (const status of found.plan.scopes)
    if (status.status !== 'complete')
      await noteFailure(ports, account, status, found.shrunk.find(({ scope }) => scope === status.scope)?.missing, now);
  if (read.capabilities && found.scans.length > 0) {
    await noteScopeNames(
      ports,
      name,
      found.plan.scopes.map(({ scope }) => scope),
    );
    if (options.acceptShrink) await noteAcceptance(ports, name, now);
    for (const scan of found.scans) {
      await remembered(ports, account, scan, now);
      await recheck(ports, account, read.capabilities, scan, now);
      await withdraw(ports, scan, now);
      if (options.acceptShrink) await wake(ports, scan, now);
    }
    await endCredentialPause(ports, own);
    if (read.leftOut) tellLeftOut(ports, name, found.plan.scopes);
    else await publish(ports, account, found, now);
    await introduce(ports, own, found.plan, found.items);
    for (const scan of found.scans) await keepSnapshot(ports, account, scan, now);
  }
  return { plan: found.plan, items: found.items };
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
