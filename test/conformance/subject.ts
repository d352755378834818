import type { Capabilities, ProviderDefinition } from '../../lib/providers/contract.ts';
import { providers } from '../../lib/providers/registry.ts';
import { faultsOf } from '../../lib/simulator/server.ts';
import { fill, only, opened, type World } from './world.ts';

/** One provider, and what decides which behaviours apply to it. */
export type Subject = {
  name: string;
  definition: ProviderDefinition;
  capabilities: Capabilities;
  faults: readonly string[];
  /** The smallest list that takes more calls than one of a single webhook; null where 1,000 take no more. */
  pageEdge: number | null;
  /** Its hosts or keys tell the environment. */
  tellsEnvironment: boolean;
};

/** One column of the matrix. */
export type Behaviour = {
  column: string;
  /** What is promised, after the name of the provider. */
  title: string;
  /** Why it does not apply, in words, or null. */
  unless?(subject: Subject): string | null;
  holds(subject: Subject): Promise<void>;
  /** What is promised instead where it does not apply. */
  instead?(subject: Subject): Promise<void>;
};

export const many = 1000;

const callsFor = async (world: World, scope: string): Promise<number> => {
  const before = world.calls.length;
  await world.provider.list(scope);
  return world.calls.length - before;
};

const pageEdgeOf = async (world: World): Promise<number | null> => {
  const { scope, like } = await only(world);
  const callsAt = (size: number) => {
    fill(world, like, size);
    return callsFor(world, scope);
  };
  const least = await callsAt(1);
  if ((await callsAt(many)) === least) return null;
  let [within, beyond] = [1, many];
  while (beyond - within > 1) {
    const middle = Math.floor((within + beyond) / 2);
    if ((await callsAt(middle)) === least) within = middle;
    else beyond = middle;
  }
  return beyond;
};

const subjectOf = async (name: string, definition: ProviderDefinition): Promise<Subject> => {
  const world = await opened(name, { webhooks: 1 });
  const { sandbox, production } = definition.baseUrl;
  const { credentials } = world.simulator;
  try {
    return {
      name,
      definition,
      capabilities: world.provider.capabilities,
      faults: Object.keys(faultsOf(name)),
      pageEdge: await pageEdgeOf(world),
      tellsEnvironment: sandbox !== production || Object.values(credentials).some((value) => /_test_/.test(value)),
    };
  } finally {
    await world.simulator.close();
  }
};

/** Every provider that is registered. */
export const subjects = async (): Promise<readonly Subject[]> => {
  const found: Subject[] = [];
  for (const [name, definition] of Object.entries(providers)) found.push(await subjectOf(name, definition));
  return found;
};
