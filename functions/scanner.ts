import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import * as v from 'valibot';
import { dynamoTable } from '../lib/audit/table.ts';
import type { Ports } from '../lib/jobs/ports.ts';
import { closedQueue, deadLetters, jobCounter, jobSender, scanRequests } from '../lib/jobs/queue.ts';
import { scanAccount } from '../lib/jobs/scan.ts';
import { sweep } from '../lib/jobs/sweep.ts';
import { snsNotices } from '../lib/notices/sns.ts';
import { placeOf } from './log.ts';
import { openAccounts } from './open.ts';
import { lambdaPorts, type MakePorts } from './ports.ts';

const request = v.variant('kind', [
  v.strictObject({ kind: v.literal('sweep') }),
  v.strictObject({ kind: v.literal('scan'), account: v.optional(v.string()) }),
  v.strictObject({ kind: v.literal('accept-shrink'), account: v.string() }),
]);

const scanOne = async (ports: Ports, body: string): Promise<void> => {
  const asked = v.parse(request, JSON.parse(body));
  if (asked.kind !== 'scan' || asked.account === undefined) throw new Error('a scan message names its account');
  await scanAccount(ports, asked.account, { acceptShrink: false });
};

const scanAll = async (ports: Ports, event: SQSEvent): Promise<SQSBatchResponse> => {
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  for (const { body, messageId } of event.Records) {
    try {
      await scanOne(ports, body);
    } catch (error) {
      ports.log({ level: 'error', message: 'a scan failed', detail: String(error), count: { ScansFailed: 1 } });
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
};

type Invocation = Pick<Context, 'awsRequestId' | 'invokedFunctionArn'>;

/**
 * Answers four events: `{ kind: 'sweep' }` each minute, `{ kind: 'scan' }` by schedule, which asks for each account by a
 * message of its own, those messages, and `{ kind: 'accept-shrink', account }` by a person, who says that its lists are right.
 */
export const scannerHandler =
  (makePorts: MakePorts) => async (event: SQSEvent | v.InferInput<typeof request>, context?: Invocation) => {
    if ('Records' in event) return scanAll(await makePorts('schedule:scan', context?.awsRequestId), event);
    const asked = v.parse(request, event);
    if (asked.kind === 'accept-shrink') {
      const ports = await makePorts(`aws:${context?.invokedFunctionArn}`, context?.awsRequestId);
      return (await scanAccount(ports, asked.account, { acceptShrink: true })).plan;
    }
    const ports = await makePorts(`schedule:${asked.kind}`, context?.awsRequestId);
    if (asked.kind === 'sweep') return sweep(ports);
    const names = asked.account === undefined ? ports.policy.accounts.map(({ name }) => name) : [asked.account];
    await ports.queue.scan(names);
    return { asked: names.length };
  };

export const handler = scannerHandler(
  lambdaPorts({
    table: dynamoTable,
    marks: true,
    queue: ({ jobs, dead, scans }) => {
      const client = new SQSClient({});
      return {
        ...closedQueue,
        ...jobSender(client, jobs),
        ...jobCounter(client, jobs),
        ...deadLetters(client, dead),
        ...scanRequests(client, scans),
      };
    },
    notices: snsNotices(placeOf(process.env.AWS_LAMBDA_FUNCTION_NAME).stack),
    open: openAccounts,
  }),
);
