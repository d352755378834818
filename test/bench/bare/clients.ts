import { BatchGetItemCommand, DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { ChangeMessageVisibilityBatchCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';

/** The two clients alone, with the commands that the worker sends; none is made yet. */
export const imported = [
  BatchGetItemCommand,
  ChangeMessageVisibilityBatchCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  SendMessageBatchCommand,
  SQSClient,
];
