import * as v from 'valibot';
import type { Account, Environment } from '../policy/policy.ts';
import { variableFor } from '../policy/reference.ts';
import { resolvePolicy } from '../policy/resolve.ts';
import type { Capabilities, ProviderDefinition } from './contract.ts';
import type { Http } from './http.ts';

/** Stands in where a provider publishes no address. */
export const exampleBaseUrl = 'https://webhooks.example.com';

const sampleAccount = (definition: ProviderDefinition, environment: Environment): Account => {
  const { id, credentials } = definition;
  const options = v.parse(definition.options, definition.exampleOptions ?? {});
  const references = Object.keys(credentials).map((name) => [name, `env:${variableFor(id, name)}`] as const);
  const baseUrl = definition.baseUrlFrom?.(options) ?? definition.baseUrl[environment] ?? exampleBaseUrl;
  const account = {
    name: id,
    provider: id,
    environment,
    baseUrl,
    credentials: Object.fromEntries(references),
    options,
  };
  const [sample] = resolvePolicy({ version: 1, accounts: [account] }, { [id]: definition }).accounts;
  if (sample === undefined) throw new Error(`no account for ${id}`);
  return sample;
};

const unconnected: Http = {
  call: async () => {
    throw new Error('nothing is called to tell what a provider can do');
  },
};

/** What a provider can do for this account. Calls nobody and needs no credential. */
export const capabilitiesFor = (definition: ProviderDefinition, account: Account): Capabilities =>
  definition.open(account, {}, unconnected).capabilities;

/** What a provider can do at its published address. */
export const capabilitiesOf = (definition: ProviderDefinition): Capabilities =>
  capabilitiesFor(definition, sampleAccount(definition, 'sandbox'));
