import type { ProviderDefinition } from './contract.ts';

export type Loader = () => Promise<ProviderDefinition>;

/**
 * Every provider that this version supports, by its name in the policy file. A function loads those at which it opens an
 * account, each with the first; `registry.ts` has them all.
 */
export const loaders: Readonly<Record<string, Loader>> = {
  github: async () => (await import('./github.ts')).github,
  gitlab: async () => (await import('./gitlab.ts')).gitlab,
  modulus: async () => (await import('./modulus.ts')).modulus,
  omise: async () => (await import('./omise.ts')).omise,
  shopify: async () => (await import('./shopify.ts')).shopify,
  simpay: async () => (await import('./simpay.ts')).simpay,
  spaaza: async () => (await import('./spaaza.ts')).spaaza,
  stripe: async () => (await import('./stripe.ts')).stripe,
};
