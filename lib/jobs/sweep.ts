import { type CleanupRecord, hold, mark, move } from '../audit/record.ts';
import { stepOf } from '../audit/states.ts';
import type { Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import { closedFor, everyAccount, readAccounts } from './account.ts';
import { awaitsNotice } from './awaits-notice.ts';
import { follow } from './follow.ts';
import { type Job, jobFor, parseJob, subjectOfJob } from './job.ts';
import { openPlan, readHeader } from './plans.ts';
import { accountOf, type Ports } from './ports.ts';
import { dueKeys, readRecord, readRecords } from './records.ts';
import { undone, write } from './story.ts';
import { isTimeToTell, tell } from './tell.ts';

export type Swept = { sent: number; lapsed: number; dead: number; opened: number };

/** Dead letters: their record is held for a person; what is no job stays where it is for fourteen days. */
const drain = async (ports: Ports): Promise<number> => {
  const dead = await ports.queue.dead();
  let held = 0;
  for (const delivery of dead) {
    const job = parseJob(delivery.body);
    if (!job) {
      ports.log({
        level: 'error',
        message: 'a dead letter is no job; it stays for fourteen days',
        detail: delivery.messageId,
      });
      continue;
    }
    const record = await readRecord(ports, subjectOfJob(job));
    const same = record && record.cycle === job.cycle && stepOf[record.state] === job.step && !record.held;
    const why = `dead-lettered at the step ${job.step}`;
    if (same) await write(ports, record, (current) => hold(current, ports.clock.now(), ports.actor, why));
    const { account, scope, webhookId } = job;
    ports.log({ level: 'error', message: why, account, scope, webhookId, count: { DeadLettered: 1 } });
    await ports.queue.drop([delivery]);
    held += 1;
  }
  return held;
};

const isParked = ({ state, waitFor }: CleanupRecord): boolean => state === 'approved' && waitFor === 'canary';

/** Ends what nobody approved in time, and the rest of a plan that its canary halted; a canary that goes on is waited for. */
const lapse = async (ports: Ports, record: CleanupRecord) => {
  const now = ports.clock.now();
  const header = record.planId !== null && isParked(record) ? await readHeader(ports, record.planId) : undefined;
  const goesOn = header?.status === 'approved';
  const detail = isParked(record) ? 'its plan was halted and nobody approved the rest' : 'nobody approved it in time';
  return write(ports, record, (current) => {
    if (current.state !== 'proposed' && !isParked(current)) return null;
    if (goesOn) return mark(current, { dueAt: now + limits.planLapseMs, waitFor: 'canary' });
    return move(current, 'kept', 'lapse', now, { actor: ports.actor, detail });
  });
};

/** Vetoed while a call was out that nobody came back from: no stop may hold back its undo. */
const isVetoedMidway = (record: CleanupRecord): boolean =>
  record.veto !== undefined && record.offByUs && (record.state === 'disabling' || record.state === 'deleting');

const putBack = async (ports: Ports, record: CleanupRecord): Promise<void> => {
  const guard = { guard: 'vetoed' as const, detail: record.veto?.reason ?? '' };
  const written = await write(ports, record, (current) =>
    isVetoedMidway(current) ? undone(current, guard, 'sweep', ports.clock.now(), ports.actor) : null,
  );
  if (written.won) await follow(ports, written.item);
};

/** Opens an approved plan; one that cannot be opened is told, and holds up nothing else. */
const open = async (ports: Ports, planId: string): Promise<void> => {
  try {
    await openPlan(ports, planId);
  } catch (error) {
    ports.log({ level: 'error', message: 'an approved plan could not be opened', detail: `${planId}: ${error}` });
  }
};

/** Tells people; where that fails, all else goes on. */
const inform = async (ports: Ports, due: readonly CleanupRecord[], now: Ms): Promise<void> => {
  try {
    await tell(ports, due, isTimeToTell(now));
  } catch (error) {
    ports.log({ level: 'error', message: 'no notices', detail: String(error), count: { NoticesFailed: 1 } });
  }
};

/**
 * Every minute: sends again what is due and was lost, lets lapse what nobody approved, opens approved plans and holds what
 * is dead. Marks nothing as sent: a job sent twice does nothing twice. Index rows are hints, the records decide.
 */
export const sweep = async (ports: Ports): Promise<Swept> => {
  const now = ports.clock.now();
  const dead = await drain(ports);
  const names = ports.policy.accounts.map(({ name }) => name);
  const switches = await readAccounts(ports, [everyAccount, ...names]);
  const plans = names.flatMap((name) => switches.get(name)?.opening ?? []);
  for (const planId of plans) await open(ports, planId);
  const records = await readRecords(ports, await dueKeys(ports, now));
  const isDue = ({ dueAt, lease }: CleanupRecord): boolean =>
    dueAt !== undefined && Math.max(dueAt, lease?.until ?? 0) <= now;
  await inform(ports, records.filter(isDue), now);
  const jobs: Job[] = [];
  let lapsed = 0;
  for (const record of records) {
    if (!isDue(record)) continue;
    if (record.state === 'proposed' || isParked(record)) {
      const written = await lapse(ports, record);
      lapsed += written.won && written.item.state === 'kept' ? 1 : 0;
      continue;
    }
    if (awaitsNotice(record, accountOf(ports.policy, record.account))) continue;
    if (isVetoedMidway(record)) {
      await putBack(ports, record);
      continue;
    }
    const own = switches.get(record.account);
    const closed = closedFor(
      { stopped: switches.get(everyAccount)?.stopped ?? own?.stopped, paused: own?.paused },
      record.state === 'restoring',
      now,
    );
    const job = jobFor(record);
    if (job && !closed) jobs.push(job);
  }
  if (jobs.length === 0) return { sent: 0, lapsed, dead, opened: plans.length };
  const room = limits.queueDepthMax - (await ports.queue.depth());
  const sent = jobs.slice(0, Math.max(0, room));
  await ports.queue.send(sent);
  return { sent: sent.length, lapsed, dead, opened: plans.length };
};
