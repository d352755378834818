import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Stack } from './stack.ts';
import { localRegion } from './template.ts';

export type LocalClients = { dynamodb: DynamoDBClient; sqs: SQSClient };

/** Clients of an embedded stack. All that the SDK would look up on the machine or the network is given. */
export const localClients = ({ endpoints, token }: Pick<Stack, 'endpoints' | 'token'>): LocalClients => {
  const settings = {
    region: localRegion,
    credentials: { accessKeyId: token, secretAccessKey: 'local' },
    maxAttempts: 3,
    retryMode: 'standard',
    defaultsMode: 'standard' as const,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    userAgentAppId: 'hooksweep',
    authSchemePreference: ['sigv4'],
    disableClockSkewCorrection: async () => true,
  };
  return {
    dynamodb: new DynamoDBClient({
      ...settings,
      endpoint: endpoints.dynamodb,
      accountIdEndpointMode: 'disabled',
      endpointDiscoveryEnabledProvider: async () => false,
    }),
    sqs: new SQSClient({ ...settings, endpoint: endpoints.sqs, useQueueUrlAsEndpoint: false }),
  };
};
