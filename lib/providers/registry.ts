import type { ProviderDefinition } from './contract.ts';
import { modulus } from './modulus.ts';

/** Every provider that this version supports, by its name in the policy file. */
export const providers: Readonly<Record<string, ProviderDefinition>> = { modulus };
