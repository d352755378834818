import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { dynamoTable } from '../lib/audit/table.ts';
import { closedQueue, jobPostponer, jobSender } from '../lib/jobs/queue.ts';
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

export const handler = workerHandler(
  lambdaPorts({
    table: dynamoTable,
    queue: ({ jobs }) => {
      const client = new SQSClient({});
      return { ...closedQueue, ...jobSender(client, jobs), ...jobPostponer(client, jobs) };
    },
    open: openAccounts,
    secrets: awsSecrets,
  }),
);
