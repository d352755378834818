import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../lib/clock.ts';
import type { Account } from '../../lib/policy/policy.ts';
import type { Provider, ProviderDefinition } from '../../lib/providers/contract.ts';
import { type Answer, type Call, createHttp } from '../../lib/providers/http.ts';
import { providers } from '../../lib/providers/registry.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../lib/simulator/server.ts';
import type { SimulatedWebhook } from '../../lib/simulator/simulation.ts';
import { keyOf, type Webhook } from '../../lib/webhook.ts';
import { accountOf, webhooksOf } from '../providers/simulated-account.ts';

/** Stands between an adapter and the network; `send` makes the call. */
export type Tap = (call: Call, send: () => Promise<Answer>) => Promise<Answer>;

/** One adapter against its simulator. */
export type World = {
  definition: ProviderDefinition;
  simulator: Simulator;
  account: Account;
  provider: Provider;
  /** Every call that the adapter made. */
  calls: Call[];
  tap(next: Tap): void;
};

export const untouched: Tap = (_call, send) => send();

export const opened = async (name: string, options: SimulatorOptions = {}, clock: Clock = systemClock) => {
  const definition = providers[name];
  if (definition === undefined) throw new Error(`no provider ${name}`);
  const simulator = await startSimulator(name, { seed: 7, ...options });
  const account = accountOf(name, { baseUrl: simulator.url, options: simulator.options });
  const http = createHttp({ clock, version: '1' });
  const calls: Call[] = [];
  let tap = untouched;
  const provider = definition.open(account, simulator.credentials, {
    call: (call) => {
      calls.push(call);
      return tap(call, () => http.call(call));
    },
  });
  const world: World = {
    definition,
    simulator,
    account,
    provider,
    calls,
    tap: (next) => {
      tap = next;
    },
  };
  return world;
};

/** As `opened`, and closed when the test is over. */
export const worldOf = async (name: string, options: SimulatorOptions = {}, clock: Clock = systemClock) => {
  const world = await opened(name, options, clock);
  onTestFinished(async () => {
    await world.simulator.close();
    await setImmediate(); // Node lists a closed server for one more turn.
  });
  return world;
};

/** A webhook where it stands, and its key in the simulator's state. */
export type Found = { scope: string; webhook: Webhook; key: string };

export const scopesOf = async ({ provider }: World): Promise<readonly string[]> => {
  const found = await provider.scopes();
  if (found.status !== 'complete') throw new Error(`${found.status}: ${found.outcome.why}`);
  return found.scopes;
};

/** Every webhook of every scope; throws where a list is not complete. */
export const everything = async (world: World): Promise<readonly Found[]> => {
  const all: Found[] = [];
  for (const scope of await scopesOf(world)) {
    for (const webhook of webhooksOf(await world.provider.list(scope))) {
      const key = keyOf(webhook);
      all.push({ scope, webhook, key: world.simulator.state.has(key) ? key : webhook.id });
    }
  }
  return all;
};

/** The one scope of a world that began with one webhook, and that webhook as the simulator has it. */
export const only = async (world: World): Promise<{ scope: string; like: SimulatedWebhook }> => {
  const [found] = await everything(world);
  const [like] = world.simulator.state.values();
  if (found === undefined || like === undefined) throw new Error('the simulator began with no webhook');
  return { scope: found.scope, like };
};

/** A new webhook of the same scope and kind. */
export const another = ({ newId }: Simulator, like: SimulatedWebhook): SimulatedWebhook => {
  const id = newId();
  return { ...like, id, url: like.url === '' ? '' : `https://hook-${id.replace(/\W/g, '-')}.example.com/in` };
};

/** Makes `count` webhooks the whole population. */
export const fill = ({ simulator }: World, like: SimulatedWebhook, count: number): void => {
  simulator.state.clear();
  for (let left = count; left > 0; left -= 1) {
    const one = another(simulator, like);
    simulator.state.set(one.id, one);
  }
};
