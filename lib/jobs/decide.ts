import { type CleanupRecord, type Guard, move, note, recordName, type Subject, subjectOf } from '../audit/record.ts';
import { isOpen } from '../audit/states.ts';
import { type Change, change } from '../audit/table.ts';
import type { Ms } from '../clock.ts';
import { rulesId } from '../plan/ids.ts';
import { changeAccount, control, everyAccount } from './account.ts';
import { approveRecord } from './cycle.ts';
import { follow } from './follow.ts';
import { approvePlan, openPlan, type PlanHeader, plansOf, recordKeysOf } from './plans.ts';
import { accountOf, type Ports } from './ports.ts';
import { readRecord, readRecords } from './records.ts';
import { undone, write } from './story.ts';

/** What came of a decision for one record or plan. */
export type Decided = { target: string; ok: boolean; detail: string };

/** A record as people name it: `account/scope/kind/id` as `audit` prints it, or the part of its key behind `webhook#`. */
export const subjectFrom = (text: string): Subject | null => {
  const byKey = subjectOf(text.startsWith('webhook#') ? text : `webhook#${text}`);
  if (byKey) return byKey;
  const parts = text.split('/');
  const [account, scope, kind, ...id] = parts;
  return parts.length >= 4 ? subjectOf(`webhook#${account}#${scope}#${kind}#${id.join('%2F')}`) : null;
};

const isPlanId = (text: string): boolean => text.startsWith('sha256:');

/** Approves plans as a whole. Each account's plan is refused or opened on its own. */
export const approve = async (
  ports: Ports,
  planId: string,
  reason: string,
): Promise<{ results: Decided[]; plans: PlanHeader[] }> => {
  const headers = await plansOf(ports, planId);
  if (headers.length === 0)
    return { results: [{ target: planId, ok: false, detail: `there is no plan ${planId} here` }], plans: [] };
  const results: Decided[] = [];
  const plans: PlanHeader[] = [];
  for (const header of headers) {
    const approved = await approvePlan(ports, header.planId, reason);
    if (!approved.ok) {
      results.push({ target: header.planId, ok: false, detail: approved.why });
      continue;
    }
    const opened = (await openPlan(ports, header.planId)) ?? approved.header;
    plans.push(opened);
    const taken = opened.items - opened.dropped.length;
    const rest = opened.dropped.map(({ webhookId, why }) => `; ${webhookId} dropped: ${why}`).join('');
    results.push({
      target: header.planId,
      ok: true,
      detail: `${taken} of ${opened.items} under way at ${header.account}${rest}`,
    });
  }
  return { results, plans };
};

/** Approves one record of a plan that waits. */
const approveOne = async (ports: Ports, record: CleanupRecord, reason: string): Promise<Decided> => {
  const target = recordName(record);
  const account = accountOf(ports.policy, record.account);
  if (!account) return { target, ok: false, detail: 'its account is not in the policy' };
  const approved = await approveRecord(ports, record, account, 'approve', reason, ports.clock.now());
  if (!approved.won) return { target, ok: false, detail: `it is ${approved.item?.state ?? 'gone'}, not proposed` };
  await changeAccount(ports, record.account, (base) =>
    base.introduced ? null : { next: { ...base, introduced: true } },
  );
  await follow(ports, approved.item);
  return { target, ok: true, detail: 'approved' };
};

/** What a veto makes of one record: kept at once where we did nothing yet, put back where we had. */
const vetoed = (record: CleanupRecord, veto: NonNullable<CleanupRecord['veto']>, now: Ms): Change<CleanupRecord> => {
  const guard: Guard = { guard: 'vetoed', detail: veto.reason };
  const line = { actor: veto.actor, detail: `vetoed: ${veto.reason}` };
  const marked = { ...record, veto, held: undefined };
  if (record.state === 'proposed' || record.state === 'approved' || (record.state === 'observing' && !record.offByUs))
    return move(marked, 'kept', 'veto', now, line, { endGuard: 'vetoed', veto });
  const underWay = record.lease !== undefined && record.lease.until > now;
  if (isOpen(record.state) && record.state !== 'restoring' && record.offByUs && !underWay)
    return undone(marked, guard, 'veto', now, veto.actor);
  return note(
    marked,
    now,
    { event: 'vetoed', ...line },
    { veto, held: undefined, ...(isOpen(record.state) && { dueAt: record.dueAt ?? now }) },
  );
};

/** Vetoes one record. It lasts until `until`, or until the webhook or the rules change. */
const vetoOne = async (ports: Ports, record: CleanupRecord, reason: string, until: Ms | null): Promise<Decided> => {
  const target = recordName(record);
  if (record.state === 'deleted')
    return { target, ok: false, detail: 'it is deleted already; hooksweep restore brings it back' };
  const account = accountOf(ports.policy, record.account);
  const rules = account ? rulesId(account) : record.rules;
  const veto = { reason, actor: ports.actor, until, rules, config: record.fingerprint };
  const written = await change<CleanupRecord>(ports, record, (current) =>
    current && current.state !== 'deleted' ? vetoed(current, veto, ports.clock.now()) : null,
  );
  if (!written.won) return { target, ok: false, detail: `it is ${written.item?.state ?? 'gone'} by now` };
  await follow(ports, written.item);
  const back = written.item.state === 'restoring' ? '; it is being switched on again' : '';
  return { target, ok: true, detail: `vetoed, now ${written.item.state}${back}` };
};

/** Releases a record that waited for a person: its step is judged anew. */
const releaseOne = async (ports: Ports, record: CleanupRecord, reason: string): Promise<Decided> => {
  const target = recordName(record);
  if (!record.held) return { target, ok: false, detail: 'it is not held' };
  const now = ports.clock.now();
  const line = { event: 'released', actor: ports.actor, detail: reason };
  const written = await write(ports, record, (current) =>
    note(current, now, line, { held: undefined, dueAt: now, waitFor: 'now' }),
  );
  if (written.won) await follow(ports, written.item);
  return { target, ok: written.won, detail: written.won ? 'released' : 'somebody else changed it; look again' };
};

const missing = (target: string): Decided => ({
  target,
  ok: false,
  detail: 'there is no such record that can be read; hooksweep audit lists them as account#scope#kind#id',
});

/** Applies a decision to records by name, or to all records of a plan. */
export const decideOn = async (
  ports: Ports,
  action: 'approve' | 'veto' | 'release',
  targets: readonly string[],
  reason: string,
  until: Ms | null,
): Promise<Decided[]> => {
  const results: Decided[] = [];
  const one = (record: CleanupRecord): Promise<Decided> =>
    ({
      approve: () => approveOne(ports, record, reason),
      veto: () => vetoOne(ports, record, reason, until),
      release: () => releaseOne(ports, record, reason),
    })[action]();
  for (const target of targets) {
    if (isPlanId(target)) {
      if (action === 'approve') {
        results.push(...(await approve(ports, target, reason)).results);
        continue;
      }
      const keys = (
        await Promise.all((await plansOf(ports, target)).map(({ planId }) => recordKeysOf(ports, planId)))
      ).flat();
      const records = await readRecords(ports, keys);
      if (records.length === 0)
        results.push({ target, ok: false, detail: `there is no plan ${target} with records here` });
      for (const record of records) results.push(await one(record));
      continue;
    }
    const subject = subjectFrom(target);
    const record = subject ? await readRecord(ports, subject) : undefined;
    results.push(record ? await one(record) : missing(target));
  }
  return results;
};

/** The kill switch, for one account or for all. */
export const setStopped = (ports: Ports, name: string | null, stopped: boolean, reason: string) => {
  const now = ports.clock.now();
  const target = name ?? everyAccount;
  const line = { event: stopped ? 'stopped' : 'started', actor: ports.actor, detail: reason };
  return control(ports, target, now, line, () =>
    stopped ? { stopped: { at: now, actor: ports.actor, reason } } : { stopped: undefined, paused: undefined },
  );
};
