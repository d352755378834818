import { fromEnv } from '@aws-sdk/credential-provider-env';
import type { FromHttpOptions } from '@aws-sdk/credential-provider-http';

const containerVariables = ['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'];

/**
 * Stands in for the SDK's chain of credential providers: Lambda gives its functions credentials by the environment, and by a
 * loopback address where it restores them from a snapshot.
 *
 * @throws CredentialsProviderError where there is neither
 */
export const defaultProvider =
  (init: FromHttpOptions = {}) =>
  async () => {
    if (process.env.AWS_ACCESS_KEY_ID || !containerVariables.some((name) => process.env[name])) return fromEnv(init)();
    const { fromHttp } = await import('@aws-sdk/credential-provider-http');
    return fromHttp(init)();
  };
