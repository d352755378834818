import { SQSClient } from '@aws-sdk/client-sqs';
import { dynamoTable } from '../lib/audit/table.ts';
import { closedQueue } from '../lib/jobs/closed-queue.ts';
import { jobSender } from '../lib/jobs/queue.ts';
import { decide } from '../lib/requests/decide.ts';
import { serve } from '../lib/requests/serve.ts';
import { awsSecrets } from '../lib/secrets-aws.ts';
import { identify } from './identify.ts';
import { openAccounts } from './open.ts';
import { lambdaPorts, type MakePorts } from './ports.ts';

/**
 * The right to decide: `enqueue` (the default), `approve`, `release`, `apply`, `restore`, `replace` and `start`. Whoever lets
 * something happen is named in the history, and proves the name.
 */
export const enqueueHandler = (makePorts: MakePorts, who = identify) =>
  serve({ requests: decide, preset: 'enqueue', caller: 'must' }, makePorts, who);

export const handler = enqueueHandler(
  lambdaPorts({
    table: dynamoTable,
    queue: ({ jobs }) => ({ ...closedQueue, ...jobSender(new SQSClient({}), jobs) }),
    open: openAccounts,
    secrets: awsSecrets,
  }),
);
