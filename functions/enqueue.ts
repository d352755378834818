import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import * as v from 'valibot';
import { dynamoTable } from '../lib/audit/table.ts';
import { enqueue } from '../lib/jobs/enqueue.ts';
import { closedQueue, jobSender } from '../lib/jobs/queue.ts';
import { openAccounts } from './open.ts';
import { lambdaPorts, type MakePorts } from './ports.ts';

const request = v.strictObject({
  account: v.string(),
  scope: v.optional(v.string()),
  webhookId: v.string(),
  step: v.picklist(['disable', 'delete']),
  reason: v.pipe(v.string(), v.nonEmpty()),
  now: v.optional(v.boolean(), false),
});

/** One webhook by hand: `{ account, webhookId, step, reason, scope?, now? }`. Answers what came of it, guards included. */
export const enqueueHandler = (makePorts: MakePorts) => async (event: unknown, context: Context) => {
  const asked = v.parse(request, event);
  const { scope, ...rest } = asked;
  return enqueue(await makePorts(`aws:${context.invokedFunctionArn}`), {
    ...rest,
    ...(scope !== undefined && { scope }),
  });
};

export const handler = enqueueHandler(
  lambdaPorts({
    table: dynamoTable,
    queue: ({ jobs }) => ({ ...closedQueue, ...jobSender(new SQSClient({}), jobs) }),
    open: openAccounts,
  }),
);
