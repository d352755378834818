import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Fetch } from './credentials-aws.ts';
import { limits } from './limits.ts';

/** A module of its own, so that a bundle loads the client only where a policy names a secret. */
export const readSecret = (): Fetch => {
  const client = new SecretsManagerClient({ requestHandler: { requestTimeout: limits.callTimeoutMs } });
  return async (name) => (await client.send(new GetSecretValueCommand({ SecretId: name }))).SecretString;
};
