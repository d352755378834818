import { processPartialResponse, SqsFifoPartialProcessorAsync } from '@aws-lambda-powertools/batch';
import { makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';

/** What a worker on Powertools imports. */
export const imported = [
  DynamoDBClient,
  DynamoDBPersistenceLayer,
  makeIdempotent,
  processPartialResponse,
  PutItemCommand,
  SqsFifoPartialProcessorAsync,
];
