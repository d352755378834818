import { expect } from 'vitest';
import { localReaders } from '../../lib/credentials.ts';
import type { Account } from '../../lib/policy/policy.ts';
import { createOpener } from '../../lib/providers/open.ts';
import { providers } from '../../lib/providers/registry.ts';
import type { Behaviour } from './subject.ts';
import { type World, worldOf } from './world.ts';

/** The account with its environment wrong: by its credential, and by each host that is published for the other one. */
const contradictions = ({ account, definition }: World): readonly Account[] => {
  const { sandbox, production } = definition.baseUrl;
  return [
    { ...account, environment: 'production' },
    ...(sandbox === null ? [] : [{ ...account, environment: 'production' as const, baseUrl: sandbox }]),
    ...(production === null ? [] : [{ ...account, environment: 'sandbox' as const, baseUrl: production }]),
  ];
};

/** How each is opened, without a network; the calls that were made of it. */
const openEach = async (world: World) => {
  let calls = 0;
  const env = Object.fromEntries(
    Object.entries(world.simulator.credentials).map(([field, value]) => [field.toUpperCase(), value]),
  );
  const credentials = Object.fromEntries(
    Object.keys(world.simulator.credentials).map((field) => [field, `env:${field.toUpperCase()}`]),
  );
  const http = {
    call: async () => {
      calls += 1;
      return { kind: 'lost' as const, why: 'there is no network' };
    },
  };
  const results = [];
  for (const account of [{ ...world.account }, ...contradictions(world)]) {
    const open = createOpener(providers, localReaders(env), http);
    results.push(await open({ ...account, credentials }));
  }
  return { calls, results };
};

const environment: Behaviour = {
  column: 'environment',
  title: 'refuses a key or a host of the other environment before the first call',
  unless: ({ tellsEnvironment }) => (tellsEnvironment ? null : 'neither its hosts nor its keys tell the environment'),
  holds: async ({ name }) => {
    const world = await worldOf(name);
    const { calls, results } = await openEach(world);
    const [right, ...wrong] = results;
    expect(right?.status).toBe('ok');
    const refused = wrong.filter(({ status }) => status === 'error');
    expect(refused.length).toBeGreaterThan(0);
    const text = JSON.stringify(refused);
    for (const secret of Object.values(world.simulator.credentials)) expect(text).not.toContain(secret);
    expect(text).toMatch(/environment/);
    expect(calls).toBe(0);
  },
  instead: async ({ name }) => {
    const { calls, results } = await openEach(await worldOf(name));
    expect(results.every(({ status }) => status === 'ok')).toBe(true);
    expect(calls).toBe(0);
  },
};

export const environmentBehaviours: readonly Behaviour[] = [environment];
