/**
 * The event source mapping between a queue and a function, with Lambda's semantics:
 *
 *   answer                                              messages
 *   nothing, or no failures                             all deleted
 *   failures, each a message of this batch              the others deleted, these left to their visibility timeout
 *   anything else (unknown or missing id, no list)      all left
 *   throws, or takes longer than the timeout            all left
 *
 * A handler that overruns cannot be killed here as Lambda does: it is no longer listened to, and its answer is dropped.
 */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Context, SQSEvent } from 'aws-lambda';
import type { Clock, Ms } from '../../lib/clock.ts';
import { invocationContext, sqsEvent } from './event.ts';

export type MappingOptions = {
  sqs: SQSClient;
  queueUrl: string;
  arn: string;
  /** Name of the function in its context. */
  function: string;
  /** At most 10, the most that one receive brings. */
  batchSize: number;
  /** Handlers at a time. */
  concurrency: number;
  timeoutMs: Ms;
  handler(event: SQSEvent, context: Context): unknown;
  clock: Clock;
  /** Ends it: no new messages, and the handlers under way come to their end. */
  signal: AbortSignal;
  /** Nothing was received and nothing is being handled. */
  onIdle?(): void;
  /** A batch that failed as a whole, or a queue that does not answer. */
  onError(error: unknown): void;
};

export type Mapping = { done: Promise<void>; inFlight(): number };

/** Short, because a receive is never cut off: fauxqs would hand messages to a client that is gone. */
const waitSeconds = 1;
const errorPauseMs = 1000;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The ids that failed, or null where the answer is none that Lambda understands: then the whole batch failed. */
export const failuresIn = (answer: unknown, ids: readonly string[]): ReadonlySet<string> | null => {
  if (answer === undefined || answer === null) return new Set();
  if (!isObject(answer)) return null;
  const { batchItemFailures: failures } = answer;
  if (failures === undefined || failures === null) return new Set();
  if (!Array.isArray(failures)) return null;
  const failed = failures.map((entry: unknown) => (isObject(entry) ? entry.itemIdentifier : null));
  return failed.every((id): id is string => typeof id === 'string' && ids.includes(id)) ? new Set(failed) : null;
};

/** Null as soon as the time is over. */
const withinTime = async (work: Promise<unknown>, { clock, timeoutMs }: MappingOptions) => {
  const over = new AbortController();
  const timeout = clock.sleep(timeoutMs, over.signal).then(
    () => null,
    () => null,
  );
  try {
    return await Promise.race([work.then((answer) => ({ answer })), timeout]);
  } finally {
    over.abort();
  }
};

/** What to delete. */
const handled = async (messages: readonly Message[], options: MappingOptions): Promise<readonly Message[]> => {
  const context = invocationContext(options.function, options.timeoutMs, options.clock);
  const work = (async () => options.handler(sqsEvent(messages, options.arn), context))();
  const result = await withinTime(work, options);
  if (result === null)
    throw new Error(`${options.function} took longer than ${options.timeoutMs} ms; its batch comes again`);
  const failed = failuresIn(
    result.answer,
    messages.map((message) => message.MessageId ?? ''),
  );
  if (failed === null) throw new Error(`${options.function} gave an answer that names no message of its batch`);
  return messages.filter((message) => !failed.has(message.MessageId ?? ''));
};

const entriesOf = (messages: readonly Message[]) =>
  messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle: ReceiptHandle ?? '' }));

const remove = async (messages: readonly Message[], { sqs, queueUrl }: MappingOptions): Promise<void> => {
  if (messages.length === 0) return;
  const answer = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entriesOf(messages) }));
  const [failed] = answer.Failed ?? [];
  if (failed) throw new Error(`a message that was handled could not be deleted: ${failed.Code}`);
};

const giveBack = async (messages: readonly Message[], { sqs, queueUrl }: MappingOptions): Promise<void> => {
  const Entries = entriesOf(messages).map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
  await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }));
};

const receive = async ({ sqs, queueUrl, batchSize }: MappingOptions): Promise<readonly Message[]> => {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: batchSize,
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    }),
  );
  return Messages;
};

/** Hands the queue's messages to the function until the signal aborts. `done` never rejects. */
export const mapQueue = (options: MappingOptions): Mapping => {
  const { signal, clock, concurrency, onError, onIdle } = options;
  const running = new Set<Promise<void>>();

  const start = (messages: readonly Message[]): void => {
    const run: Promise<void> = handled(messages, options)
      .then((done) => remove(done, options))
      .catch(onError)
      .finally(() => running.delete(run));
    running.add(run);
  };

  const step = async (): Promise<void> => {
    if (running.size >= concurrency) return Promise.race(running);
    const messages = await receive(options);
    if (messages.length === 0) return running.size === 0 ? onIdle?.() : undefined;
    return signal.aborted ? giveBack(messages, options) : start(messages);
  };

  const untilAborted = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await step();
      } catch (error) {
        onError(error);
        await clock.sleep(errorPauseMs, signal).catch(() => undefined);
      }
    }
    await Promise.all(running);
  };

  return { done: untilAborted(), inFlight: () => running.size };
};
