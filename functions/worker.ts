import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { dynamoTable } from '../lib/audit/table.ts';
import { closedQueue } from '../lib/jobs/closed-queue.ts';
import type { Queue, QueueUrls } from '../lib/jobs/queue.ts';
import { workBatch } from '../lib/jobs/worker.ts';
import { awsSecrets } from '../lib/secrets-aws.ts';
import { openAccounts } from './open.ts';
import { lambdaPorts, type MakePorts } from './ports.ts';

/** Works a batch of jobs.fifo; answers which messages are to be handed out again. */
export const workerHandler =
  (makePorts: MakePorts) =>
  async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const ports = await makePorts('worker', context.awsRequestId);
    const deadline = ports.clock.now() + context.getRemainingTimeInMillis();
    const deliveries = event.Records.map(({ messageId, receiptHandle, body, attributes }) => ({
      messageId,
      receiptHandle,
      body,
      // A person who invokes it with a message by hand gives none.
      receives: Number(attributes?.ApproximateReceiveCount ?? 1),
    }));
    const failed = await workBatch(ports, deliveries, deadline);
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };

/** Most batches ask nothing of the queue: what is due later is sent by the sweep. The first that does loads the client. */
const queueLater = ({ jobs: url }: QueueUrls): Queue => {
  let opened: Promise<Pick<Queue, 'send' | 'postpone'>> | undefined;
  const queue = () => {
    opened ??= import('./worker-queue.ts').then(({ workerQueue }) => workerQueue(url));
    return opened;
  };
  return {
    ...closedQueue,
    send: async (jobs) => (await queue()).send(jobs),
    postpone: async (deliveries, seconds) => (await queue()).postpone(deliveries, seconds),
  };
};

export const handler = workerHandler(
  lambdaPorts({
    table: dynamoTable,
    queue: queueLater,
    open: openAccounts,
    secrets: awsSecrets,
  }),
);
