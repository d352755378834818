import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Fetch } from './credentials-aws.ts';
import { limits } from './limits.ts';

/** A module of its own, so that a bundle loads the client only where a policy names a parameter. */
export const readParameter = (): Fetch => {
  const client = new SSMClient({ requestHandler: { requestTimeout: limits.callTimeoutMs } });
  return async (name) =>
    (await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }))).Parameter?.Value;
};
