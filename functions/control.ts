import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import * as v from 'valibot';
import { dynamoTable } from '../lib/audit/table.ts';
import { decideOn, setStopped } from '../lib/jobs/decide.ts';
import { closedQueue, jobSender } from '../lib/jobs/queue.ts';
import { lambdaPorts, type MakePorts } from './ports.ts';

const reason = v.pipe(v.string(), v.nonEmpty());
const targets = v.pipe(v.array(v.pipe(v.string(), v.nonEmpty())), v.minLength(1), v.maxLength(100));
const request = v.variant('action', [
  v.strictObject({ action: v.literal('approve'), targets, reason }),
  v.strictObject({ action: v.literal('release'), targets, reason }),
  v.strictObject({
    action: v.literal('veto'),
    targets,
    reason,
    until: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  }),
  v.strictObject({ action: v.literal('stop'), account: v.optional(v.string()), reason }),
  v.strictObject({ action: v.literal('start'), account: v.optional(v.string()), reason }),
]);

/** Decisions of people: approve, veto, release (by plan id or record name), stop and start (one account, or all). */
export const controlHandler = (makePorts: MakePorts) => async (event: unknown, context: Context) => {
  const asked = v.parse(request, event);
  const ports = await makePorts(`aws:${context.invokedFunctionArn}`);
  if (asked.action === 'stop' || asked.action === 'start') {
    const { stopped } = await setStopped(ports, asked.account ?? null, asked.action === 'stop', asked.reason);
    return { stopped: stopped !== undefined };
  }
  const until = asked.action === 'veto' && asked.until !== undefined ? Date.parse(asked.until) : null;
  return { results: await decideOn(ports, asked.action, asked.targets, asked.reason, until) };
};

export const handler = controlHandler(
  lambdaPorts({
    table: dynamoTable,
    queue: ({ jobs }) => ({ ...closedQueue, ...jobSender(new SQSClient({}), jobs) }),
  }),
);
