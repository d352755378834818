import type { ProviderDefinition } from './contract.ts';
import { loaders } from './loaders.ts';

const loaded = Object.entries(loaders).map(async ([id, load]) => [id, await load()] as const);

/** Every provider that this version supports, by its name in the policy file. */
export const providers: Readonly<Record<string, ProviderDefinition>> = Object.fromEntries(await Promise.all(loaded));
