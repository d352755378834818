import type { Clock } from '../clock.ts';
import { type Readers, resolveCredentials } from '../credentials.ts';
import type { Account } from '../policy/policy.ts';
import type { Provider, ProviderDefinition } from './contract.ts';
import type { Http } from './http.ts';
import { paced } from './pace.ts';

/** An account that could be opened, or why not. */
export type Opened = { status: 'ok'; provider: Provider } | { status: 'error'; why: string; hint: string };

/**
 * Opens accounts: reads their credentials, refuses those that contradict the environment before the first call, and keeps
 * what was opened for the life of the process.
 *
 * @param onSecrets is told every secret value, so that it can be scrubbed from all output
 */
export const createOpener = (
  definitions: Readonly<Record<string, ProviderDefinition>>,
  readers: Readers,
  http: Http,
  clock: Clock,
  onSecrets: (secrets: readonly string[]) => void = () => {},
): ((account: Account) => Promise<Opened>) => {
  const opened = new Map<string, Promise<Opened>>();
  const open = async (account: Account): Promise<Opened> => {
    const definition = definitions[account.provider];
    if (!definition)
      return {
        status: 'error',
        why: `this version does not know the provider ${account.provider}`,
        hint: 'correct provider in the policy file: `hooksweep providers` lists those that there are',
      };
    const credentials = await resolveCredentials(account, readers);
    if (credentials.status === 'error') return credentials;
    const secret = ([name]: [string, string]) => definition.credentials[name]?.secret !== false;
    onSecrets(
      Object.entries(credentials.values)
        .filter(secret)
        .map(([, value]) => value),
    );
    const why = definition.contradiction?.(account, credentials.values) ?? null;
    if (why !== null)
      return { status: 'error', why, hint: 'correct environment, baseUrl or the credential; nothing was called' };
    return { status: 'ok', provider: paced(definition.open(account, credentials.values, http), clock) };
  };
  return async (account) => {
    const known = opened.get(account.name) ?? open(account);
    opened.set(account.name, known);
    const result = await known;
    if (result.status === 'error') opened.delete(account.name);
    return result;
  };
};
