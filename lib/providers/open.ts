import { canonical } from '../canonical.ts';
import { type Readers, resolveCredentials } from '../credentials.ts';
import type { Account } from '../policy/policy.ts';
import type { Provider, ProviderDefinition } from './contract.ts';
import type { Http } from './http.ts';
import type { Loader } from './loaders.ts';

/** An account that could be opened, or why not. */
export type Opened = { status: 'ok'; provider: Provider } | { status: 'error'; why: string; hint: string };

/**
 * Opens accounts: reads their credentials, refuses those that contradict the environment before the first call, and keeps
 * what was opened for as long as the credentials are what they were.
 *
 * @param definitions each as it is, or loaded with the first account there
 * @param onSecrets is told every secret value, so that it can be scrubbed from all output
 */
export const createOpener = (
  definitions: Readonly<Record<string, ProviderDefinition | Loader>>,
  readers: Readers,
  http: Http,
  onSecrets: (secrets: readonly string[]) => void = () => {},
): ((account: Account) => Promise<Opened>) => {
  const kept = new Map<string, { values: string; opened: Opened }>();
  const read = async (account: Account): Promise<Opened> => {
    const known = definitions[account.provider];
    const definition = typeof known === 'function' ? await known() : known;
    if (!definition)
      return {
        status: 'error',
        why: `this version does not know the provider ${account.provider}`,
        hint: 'correct provider in the policy file: `hooksweep providers` lists those that there are',
      };
    const credentials = await resolveCredentials(account, readers);
    if (credentials.status === 'error') return credentials;
    const values = canonical(credentials.values);
    const before = kept.get(account.name);
    if (before?.values === values) return before.opened;
    const opened = open(account, definition, credentials.values);
    if (opened.status === 'ok') kept.set(account.name, { values, opened });
    return opened;
  };
  const open = (account: Account, definition: ProviderDefinition, values: Readonly<Record<string, string>>): Opened => {
    const secret = ([name]: [string, string]) => definition.credentials[name]?.secret !== false;
    onSecrets(
      Object.entries(values)
        .filter(secret)
        .map(([, value]) => value),
    );
    const why = definition.contradiction?.(account, values) ?? null;
    if (why !== null)
      return { status: 'error', why, hint: 'correct environment, baseUrl or the credential; nothing was called' };
    return { status: 'ok', provider: definition.open(account, values, http) };
  };
  return read;
};
