import type { ProviderDefinition } from './contract.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { modulus } from './modulus.ts';
import { omise } from './omise.ts';
import { shopify } from './shopify.ts';
import { simpay } from './simpay.ts';
import { spaaza } from './spaaza.ts';
import { stripe } from './stripe.ts';

/** Every provider that this version supports, by its name in the policy file. */
export const providers: Readonly<Record<string, ProviderDefinition>> = {
  github,
  gitlab,
  modulus,
  omise,
  shopify,
  simpay,
  spaaza,
  stripe,
};
