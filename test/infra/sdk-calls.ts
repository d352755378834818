import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { defaultProvider } from '../../functions/credentials.ts';

/** What a function does with the SDK, to be bundled as a function is. Endpoints and credentials come from the environment. */
export const put = () =>
  new DynamoDBClient({}).send(
    new PutItemCommand({ TableName: 'audit', Item: { pk: { S: 'webhook#1' }, n: { N: '1' } } }),
  );

export const send = (MessageBody: string) =>
  new SQSClient({}).send(
    new SendMessageCommand({ QueueUrl: `${process.env.AWS_ENDPOINT_URL}/0/jobs.fifo`, MessageBody }),
  );

export const credentials = () => defaultProvider()();
