import { hold } from '../audit/record.ts';
import type { Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import { type Job, parseJob, subjectOfJob } from './job.ts';
import { accountOf, type Ports } from './ports.ts';
import type { Delivery } from './queue.ts';
import { readRecord } from './records.ts';
import { ack, type Disposition, spare, waitFor } from './shift.ts';
import { write } from './story.ts';
import { isFor, type Message, workScope } from './work-scope.ts';

/** An account that the policy no longer names: its records wait for a person. */
const holdAll = async (ports: Ports, jobs: readonly Message[], done: Map<number, Disposition>) => {
  const why = 'its account is no longer in the policy; name it again to put things back, then release it';
  for (const { at, job } of jobs) {
    const record = await readRecord(ports, subjectOfJob(job));
    if (record && isFor(job, record))
      await write(ports, record, (current) => hold(current, ports.clock.now(), ports.actor, why));
    done.set(at, ack);
  }
};

const grouped = (jobs: readonly Message[]) => Map.groupBy(jobs, ({ job }) => `${job.account}\n${job.scope}`).values();

/**
 * Those behind one that waits wait with it, and all of a scope to one time: order within a scope is kept. Spare ones go: they
 * would only be handed out again until they looked dead.
 */
const lineUp = (group: readonly { at: number }[], done: Map<number, Disposition>): void => {
  const waits = group.flatMap(({ at }) => {
    const disposition = done.get(at) ?? { ack: false as const, retryMs: 0 };
    return disposition.ack ? [] : [disposition.retryMs];
  });
  if (waits.length === 0) return;
  const retryMs = Math.max(...waits);
  const first = group.findIndex(({ at }) => !done.get(at)?.ack);
  for (const { at } of group.slice(first)) if (done.get(at) !== spare) done.set(at, { ack: false, retryMs });
};

/**
 * Works one batch of messages and never throws: whatever is not answered as done is handed out again.
 *
 * @param deadline when this invocation must have ended, in milliseconds since 1970
 * @returns the message ids that failed; their visibility is already set
 */
export const workBatch = async (ports: Ports, deliveries: readonly Delivery[], deadline: Ms): Promise<string[]> => {
  const done = new Map<number, Disposition>();
  const jobs = deliveries.flatMap(({ body, messageId, receives = 1 }, at) => {
    const job = parseJob(body);
    if (!job)
      ports.log({ level: 'error', message: 'a message is no job; it goes to the dead letters', detail: messageId });
    return job ? [{ at, job, receives }] : [];
  });
  const groups = [...grouped(jobs)];
  const run = async (group: readonly Message[]) => {
    const { account: name, scope } = (group[0] as { job: Job }).job;
    const account = accountOf(ports.policy, name);
    try {
      if (!account) await holdAll(ports, group, done);
      else await workScope(ports, account, scope, group, deadline, done);
    } catch (error) {
      ports.log({
        level: 'error',
        message: 'a scope could not be worked',
        account: name,
        scope,
        detail: String(error),
      });
      for (const { at } of group) if (!done.get(at)?.ack) done.set(at, waitFor(limits.shortWaitMs));
    }
    lineUp(group, done);
  };
  await Promise.all(groups.map(run));
  const failed = deliveries.flatMap((delivery, at) => {
    const disposition = done.get(at);
    return disposition?.ack ? [] : [{ delivery, seconds: disposition ? Math.ceil(disposition.retryMs / 1000) : null }];
  });
  await postponeAll(ports, failed);
  return failed.map(({ delivery }) => delivery.messageId);
};

/** Visibility is changed last, one call per wait; a failure only means that the queue's own time-out holds. */
const postponeAll = async (ports: Ports, failed: readonly { delivery: Delivery; seconds: number | null }[]) => {
  for (const [seconds, group] of Map.groupBy(failed, ({ seconds }) => seconds)) {
    if (seconds === null) continue;
    await ports.queue
      .postpone(
        group.map(({ delivery }) => delivery),
        seconds,
      )
      .catch((error: unknown) => {
        ports.log({ level: 'warn', message: 'a visibility could not be changed', detail: String(error) });
      });
  }
};
