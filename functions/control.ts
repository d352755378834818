import { SQSClient } from '@aws-sdk/client-sqs';
import { dynamoTable } from '../lib/audit/table.ts';
import { closedQueue } from '../lib/jobs/closed-queue.ts';
import { jobSender } from '../lib/jobs/queue.ts';
import { hold } from '../lib/requests/hold.ts';
import { serve } from '../lib/requests/serve.ts';
import { identify } from './identify.ts';
import { lambdaPorts, type MakePorts } from './ports.ts';

/** The right to hold: `stop` and `veto`. Both only hold back or put back, so nobody is refused for want of a name. */
export const controlHandler = (makePorts: MakePorts, who = identify) =>
  serve({ requests: hold, caller: 'tried' }, makePorts, who);

export const handler = controlHandler(
  lambdaPorts({
    table: dynamoTable,
    queue: ({ jobs }) => ({ ...closedQueue, ...jobSender(new SQSClient({}), jobs) }),
  }),
);
