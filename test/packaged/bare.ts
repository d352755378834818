/** What a cold start is compared with: the two clients that every function works through, and nothing else. */
export { DynamoDBClient } from '@aws-sdk/client-dynamodb';
export { SQSClient } from '@aws-sdk/client-sqs';
