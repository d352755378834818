import { quote, suggestion } from '../policy/wording.ts';
import type { ProviderDefinition } from '../providers/contract.ts';
import { providers } from '../providers/registry.ts';
import { CommandError } from './command.ts';

/** @throws CommandError where there is no such provider, with the one that was probably meant */
export const providerNamed = (name: string): ProviderDefinition => {
  const definition = Object.hasOwn(providers, name) ? providers[name] : undefined;
  if (definition) return definition;
  const message = `there is no provider ${quote(name)}`;
  throw new CommandError({ code: 'unknown-provider', message, hint: suggestion(name, Object.keys(providers)) });
};
