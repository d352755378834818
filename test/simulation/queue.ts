import type { Ms } from '../../lib/clock.ts';
import { dedupId, groupId, type Job } from '../../lib/jobs/job.ts';
import type { Delivery, Queue } from '../../lib/jobs/queue.ts';
import { limits } from '../../lib/limits.ts';
import { count, injected, type Task, type World, wire } from './world.ts';

type Message = { id: string; group: string; body: string; visibleAt: Ms; receives: number };

const dedupMs = 5 * 60_000;
/** Six times the worker's own time. */
const visibilityMs = 720_000;
const batchMax = 10;

/**
 * jobs.fifo with its dead letters: in order within a group, of which one batch at a time is out; handed out again when
 * nobody says that it is done. Faults: lost, doubled, late, and handed out while the first receiver still works.
 *
 * @param onSend is told each body, and that somebody may receive now
 */
export const createQueue = (world: World, onSend: (body: string) => void) => {
  const { chance, scheduler } = world;
  const messages: Message[] = [];
  const dead: Delivery[] = [];
  const sentAt = new Map<string, Ms>();
  let serial = 0;

  const arrive = (group: string, body: string): void => {
    const { faults } = world;
    if (chance.in(faults.messageLost)) {
      count(world, 'message lost');
      return;
    }
    const visibleAt = scheduler.now() + (chance.in(faults.messageDelayed) ? chance.between(0, 120_000) : 0);
    messages.push({ id: `m${++serial}`, group, body, visibleAt, receives: 0 });
    onSend(body);
    if (!chance.in(faults.messageTwice)) return;
    count(world, 'message twice');
    messages.push({ id: `m${++serial}`, group, body, visibleAt, receives: 0 });
  };

  const accept = (job: Job): void => {
    const key = dedupId(job);
    if ((sentAt.get(key) ?? Number.NEGATIVE_INFINITY) > scheduler.now() - dedupMs) return;
    sentAt.set(key, scheduler.now());
    arrive(groupId(job), JSON.stringify(job));
  };

  const handle = ({ id, receives }: Message): string => `${id} ${receives}`;
  const deliveryOf = (message: Message): Delivery => ({
    messageId: message.id,
    receiptHandle: handle(message),
    body: message.body,
  });
  /** A handle is good until its message was handed out again. */
  const byHandle = (receiptHandle: string): Message | undefined =>
    messages.find((message) => handle(message) === receiptHandle);
  const remove = (message: Message): void => void messages.splice(messages.indexOf(message), 1);

  const bury = (now: Ms): void => {
    for (const message of messages.filter((one) => one.receives >= limits.receivesMax && one.visibleAt <= now)) {
      remove(message);
      dead.push(deliveryOf(message));
      count(world, 'dead letter');
    }
  };

  /** Some messages that may be handed out now, in order; several groups at times. */
  const receive = (): Delivery[] => {
    const now = scheduler.now();
    bury(now);
    const blocked = new Set(messages.flatMap(({ group, visibleAt }) => (visibleAt > now ? [group] : [])));
    const free = messages.filter(({ group }) => !blocked.has(group));
    if (free.length === 0) return [];
    const groups = [...new Set(free.map(({ group }) => group))];
    const chosen = chance.in(0.5) ? new Set(groups) : new Set([chance.pick(groups)]);
    const batch = free.filter(({ group }) => chosen.has(group)).slice(0, chance.pick([1, 2, batchMax]));
    const lapses = chance.in(world.faults.visibilityLapsed);
    if (lapses) count(world, 'visibility lapsed');
    for (const message of batch) {
      message.receives += 1;
      message.visibleAt = now + (lapses ? chance.between(0, 30_000) : visibilityMs);
    }
    return batch.map(deliveryOf);
  };

  /** What did not fail is deleted, as the event source mapping does it after the function's answer. */
  const settle = (batch: readonly Delivery[], failed: ReadonlySet<string>): void => {
    for (const { messageId, receiptHandle } of batch) {
      const message = byHandle(receiptHandle);
      if (message && !failed.has(messageId)) remove(message);
    }
  };

  const travel = () => ({ there: chance.between(0, 20), back: chance.between(0, 20) });
  const portFor = (task: Task): Queue => ({
    send: (jobs) =>
      wire(world, task, 'send', travel(), () => {
        if (chance.in(world.faults.tableError)) throw injected('the queue is not there');
        for (const job of jobs) accept(job);
        if (chance.in(world.faults.tableAnswerLost)) throw injected('no answer from the queue');
      }),
    depth: () => wire(world, task, 'depth', travel(), () => messages.length),
    postpone: (deliveries, seconds) =>
      wire(world, task, 'postpone', travel(), () => {
        for (const { receiptHandle } of deliveries) {
          const message = byHandle(receiptHandle);
          if (!message) throw injected('the receipt handle is old');
          message.visibleAt = scheduler.now() + seconds * 1000;
          scheduler.at(message.visibleAt, () => onSend(message.body));
        }
      }),
    dead: () => wire(world, task, 'dead', travel(), () => dead.slice(0, batchMax)),
    drop: (deliveries) =>
      wire(world, task, 'drop', travel(), () => {
        for (const { messageId } of deliveries) {
          const at = dead.findIndex((one) => one.messageId === messageId);
          if (at >= 0) dead.splice(at, 1);
        }
      }),
    scan: () => wire(world, task, 'scan', travel(), () => {}),
  });

  const nextVisible = (): Ms | null => (messages.length > 0 ? Math.min(...messages.map((one) => one.visibleAt)) : null);
  /** Somebody puts a body in once more, however old it is. */
  const replay = (body: string): void => {
    const job = JSON.parse(body) as Job;
    arrive(groupId(job), body);
  };
  /** Somebody moves the dead letters back; each gets a new id. */
  const redrive = (): void => {
    for (const { body } of dead.splice(0)) replay(body);
  };
  return { portFor, receive, settle, nextVisible, replay, redrive, size: () => messages.length };
};
export type SimulatedQueue = ReturnType<typeof createQueue>;
