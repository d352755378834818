import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { sqsEvent } from '../../infra/local/event.ts';
import { groupId, type Job, parseJob } from '../../lib/jobs/job.ts';
import type { Instance } from './instance.ts';
import { approve } from './people.ts';
import { type Answer, answered } from './runtime-api.ts';
import type { Service } from './service.ts';

type QueueName = 'JOBS_QUEUE_URL' | 'SCANS_QUEUE_URL';
const batchMax = 10;
const waitSecondsMax = 20;

const jobOf = (body: string | undefined): Job => {
  const job = parseJob(body ?? '');
  if (!job) throw new Error(`this is no job: ${body}`);
  return job;
};

/** As SQS hands a batch of a FIFO queue to Lambda: several of one group in one batch, in order, each with its own group. */
const inItsGroup = (message: Message): Message => ({
  ...message,
  Attributes: { ...message.Attributes, MessageGroupId: groupId(jobOf(message.Body)) },
});

/** Waits for messages, and makes one event of them. */
export const nextEvent = async ({ clients, references }: Service, queue: QueueName, count = 1): Promise<SQSEvent> => {
  const QueueUrl = references[queue] ?? '';
  const messages: Message[] = [];
  while (messages.length < count) {
    const { Messages = [] } = await clients.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: batchMax,
        WaitTimeSeconds: waitSecondsMax,
        MessageSystemAttributeNames: ['All'],
      }),
    );
    if (Messages.length === 0) throw new Error(`only ${messages.length} of ${count} messages came`);
    messages.push(...Messages);
  }
  const arn = `arn:aws:sqs:us-east-1:000000000000:${new URL(QueueUrl).pathname.split('/').at(-1)}`;
  return sqsEvent(queue === 'JOBS_QUEUE_URL' ? messages.map(inItsGroup) : messages, arn);
};

/** The jobs of a batch, in order. */
export const jobsOf = ({ Records }: SQSEvent) =>
  Records.map(({ messageId, body, receiptHandle }) => ({ messageId, receiptHandle, ...jobOf(body) }));

/** Ends a batch as Lambda does, and answers the message ids that failed, in the function's order. */
export const settle = async (
  { clients, references }: Service,
  queue: QueueName,
  { Records }: SQSEvent,
  answer: Answer,
): Promise<readonly string[]> => {
  const { batchItemFailures } = answered<SQSBatchResponse>(answer);
  const failed = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  const Entries = Records.filter(({ messageId }) => !failed.includes(messageId)).map(({ receiptHandle }, at) => ({
    Id: String(at),
    ReceiptHandle: receiptHandle,
  }));
  if (Entries.length > 0)
    await clients.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: references[queue] ?? '', Entries }));
  return failed;
};

/** Takes the next messages of a queue to the function that listens to it, and answers what failed. */
export const work = async (
  world: Service,
  queue: QueueName,
  listener: Instance,
  count = 1,
): Promise<readonly string[]> => {
  const event = await nextEvent(world, queue, count);
  return settle(world, queue, event, await listener.invoke(event));
};

/** Scans as the schedule does, and approves what that proposes. */
export const scanAndApprove = async (world: Service, scanner: Instance, enqueue: Instance): Promise<void> => {
  answered(await scanner.invoke({ kind: 'scan' }));
  const failed = await work(world, 'SCANS_QUEUE_URL', scanner);
  if (failed.length > 0) throw new Error(`the scan failed: ${scanner.text().stdout}`);
  await approve(world, enqueue, await world.waitingPlan());
};
