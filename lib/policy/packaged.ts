import { contentId } from '../canonical.ts';
import type { Account, Policy } from './policy.ts';

/** A resolved policy as it is packaged with the functions, so that they need neither YAML nor the schema. */
export const packagedPolicy = (policy: Policy): string => JSON.stringify(policy);

/** The hash that every plan carries: over all accounts with what they inherit and every default. */
export const policyHash = (accounts: readonly Account[]): string =>
  contentId({ version: 1, accounts: accounts.toSorted((a, b) => (a.name < b.name ? -1 : 1)) });

/**
 * Reads a packaged policy back.
 *
 * @throws where the file is not one, or its content is not what its hash says: nothing may run on it then
 */
export const parsePolicyDocument = (text: string, file: string): Policy => {
  const policy = JSON.parse(text) as Partial<Policy> | null;
  if (policy?.version !== 1 || !Array.isArray(policy.accounts) || policyHash(policy.accounts) !== policy.hash)
    throw new Error(`${file} is not a policy packaged by this version of hooksweep; package the service again`);
  return policy as Policy;
};
