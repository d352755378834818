import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { workBatch } from '../lib/jobs/worker.ts';
import { lambdaPorts, type MakePorts } from './ports.ts';

/** Works a batch of jobs.fifo; answers which messages are to be handed out again. */
export const workerHandler =
  (makePorts: MakePorts) =>
  async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const ports = await makePorts('worker');
    const deadline = ports.clock.now() + context.getRemainingTimeInMillis();
    const deliveries = event.Records.map(({ messageId, receiptHandle, body }) => ({ messageId, receiptHandle, body }));
    const failed = await workBatch(ports, deliveries, deadline);
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };

export const handler = workerHandler(lambdaPorts);
