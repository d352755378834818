import { randomUUID } from 'node:crypto';
import type { Message } from '@aws-sdk/client-sqs';
import type { Context, SQSEvent, SQSMessageAttribute, SQSRecord } from 'aws-lambda';
import type { Clock, Ms } from '../../lib/clock.ts';
import { localAccount, localRegion } from './template.ts';

const messageAttribute = ({ DataType = 'String', StringValue, BinaryValue }: AttributeValue): SQSMessageAttribute => ({
  dataType: DataType,
  ...(StringValue !== undefined && { stringValue: StringValue }),
  ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
});
type AttributeValue = NonNullable<Message['MessageAttributes']>[string];

const record = (message: Message, arn: string): SQSRecord => ({
  messageId: message.MessageId ?? '',
  receiptHandle: message.ReceiptHandle ?? '',
  body: message.Body ?? '',
  attributes: { ...message.Attributes } as unknown as SQSRecord['attributes'],
  messageAttributes: Object.fromEntries(
    Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [name, messageAttribute(value)]),
  ),
  md5OfBody: message.MD5OfBody ?? '',
  eventSource: 'aws:sqs',
  eventSourceARN: arn,
  awsRegion: localRegion,
});

/** The event that Lambda makes of these messages. */
export const sqsEvent = (messages: readonly Message[], arn: string): SQSEvent => ({
  Records: messages.map((message) => record(message, arn)),
});

/** The context of one invocation that must end within `timeoutMs` from now. */
export const invocationContext = (functionName: string, timeoutMs: Ms, clock: Clock): Context => {
  const deadline = clock.now() + timeoutMs;
  const awsRequestId = randomUUID();
  const unused = () => {
    throw new Error('functions answer with a promise');
  };
  return {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${localRegion}:${localAccount}:function:${functionName}`,
    awsRequestId,
    callbackWaitsForEmptyEventLoop: true,
    memoryLimitInMB: '512',
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: awsRequestId,
    getRemainingTimeInMillis: () => Math.max(0, deadline - clock.now()),
    done: unused,
    fail: unused,
    succeed: unused,
  };
};
