import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import * as v from 'valibot';
import { dynamoTable } from '../lib/audit/table.ts';
import { iso, type Ms } from '../lib/clock.ts';
import { closedQueue } from '../lib/jobs/closed-queue.ts';
import { isNextPart } from '../lib/jobs/parts.ts';
import type { Ports } from '../lib/jobs/ports.ts';
import { deadLetters, jobCounter, jobSender, scanRequests } from '../lib/jobs/queue.ts';
import { scanAccount } from '../lib/jobs/scan.ts';
import { sweep } from '../lib/jobs/sweep.ts';
import { snsNotices } from '../lib/notices/sns.ts';
import { placeOf } from './log.ts';
import { openAccounts } from './open.ts';
import { lambdaPorts, type MakePorts } from './ports.ts';

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const request = v.variant('kind', [
  v.strictObject({ kind: v.literal('sweep') }),
  v.strictObject({
    kind: v.literal('scan'),
    account: v.optional(v.string()),
    round: v.optional(v.strictObject({ began: whole, part: whole })),
  }),
  v.strictObject({ kind: v.literal('accept-shrink'), account: v.string() }),
]);

const scanOne = async (ports: Ports, body: string, deadline: Ms): Promise<void> => {
  const asked = v.parse(request, JSON.parse(body));
  if (asked.kind !== 'scan' || asked.account === undefined) throw new Error('a scan message names its account');
  const { account, round } = asked;
  if (round && !(await isNextPart(ports, account, round))) {
    const detail = `part ${round.part} of the scan of ${iso(round.began)} is done, or that scan is over`;
    return ports.log({ level: 'info', message: 'a message that came twice or late', account, detail });
  }
  await scanAccount(ports, account, { acceptShrink: false, deadline, ...(round && { part: round.part }) });
};

const scanAll = async (ports: Ports, event: SQSEvent, deadline: Ms): Promise<SQSBatchResponse> => {
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  for (const { body, messageId } of event.Records) {
    try {
      await scanOne(ports, body, deadline);
    } catch (error) {
      ports.log({ level: 'error', message: 'a scan failed', detail: String(error), count: { ScansFailed: 1 } });
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
};

type Invocation = Pick<Context, 'awsRequestId' | 'invokedFunctionArn'> &
  Partial<Pick<Context, 'getRemainingTimeInMillis'>>;

/** When the invocation must have ended; who works it without a clock lets it take its time. */
const deadlineOf = (ports: Ports, context: Invocation | undefined): Ms =>
  ports.clock.now() + (context?.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY);

/**
 * Answers four events: `{ kind: 'sweep' }` each minute, `{ kind: 'scan' }` by schedule, which asks for each account by a
 * message of its own, those messages and the ones that a scan asks for its next part with, and
 * `{ kind: 'accept-shrink', account }` by a person, who says that its lists are right.
 */
export const scannerHandler =
  (makePorts: MakePorts) => async (event: SQSEvent | v.InferInput<typeof request>, context?: Invocation) => {
    if ('Records' in event) {
      const ports = await makePorts('schedule:scan', context?.awsRequestId);
      return scanAll(ports, event, deadlineOf(ports, context));
    }
    const asked = v.parse(request, event);
    if (asked.kind === 'accept-shrink') {
      const ports = await makePorts(`aws:${context?.invokedFunctionArn}`, context?.awsRequestId);
      const deadline = deadlineOf(ports, context);
      return (await scanAccount(ports, asked.account, { acceptShrink: true, deadline })).plan;
    }
    const ports = await makePorts(`schedule:${asked.kind}`, context?.awsRequestId);
    if (asked.kind === 'sweep') return sweep(ports);
    const names = asked.account === undefined ? ports.policy.accounts.map(({ name }) => name) : [asked.account];
    await ports.queue.scan(names.map((account) => ({ account })));
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
