import { expect } from 'vitest';
import { webhooksOf } from '../providers/simulated-account.ts';
import { type Behaviour, many, type Subject } from './subject.ts';
import { everything, fill, only, scopesOf, type World, worldOf } from './world.ts';

const idsIn = async (world: World, scope: string): Promise<readonly string[]> =>
  webhooksOf(await world.provider.list(scope)).map(({ id }) => id);

const sorted = (ids: Iterable<string>): readonly string[] => [...ids].toSorted();

const wholeAt = async ({ name }: Subject, sizes: readonly number[]): Promise<void> => {
  const world = await worldOf(name, { webhooks: 1 });
  const { scope, like } = await only(world);
  for (const size of sizes) {
    fill(world, like, size);
    expect(sorted(await idsIn(world, scope)), `${size} webhooks`).toEqual(sorted(world.simulator.state.keys()));
  }
};

const sizes: Behaviour = {
  column: 'sizes',
  title: 'lists 0 and 1 webhooks whole',
  holds: (subject) => wholeAt(subject, [0, 1, 2]),
};

const edges: Behaviour = {
  column: 'pages',
  title: 'lists a page less one, a page, a page and one, and several pages whole',
  unless: ({ pageEdge }) => (pageEdge === null ? `one answer holds all ${many}` : null),
  holds: async (subject) => {
    // The edge is the size of a page or one more, as the provider tells of the end or not.
    const edge = subject.pageEdge ?? 1;
    await wholeAt(subject, [edge - 2, edge - 1, edge, edge + 1, 2 * edge - 1, 2 * edge, 2 * edge + 1, 3 * edge + 1]);
  },
  instead: (subject) => wholeAt(subject, [99, 100, 101, many]),
};

const thousand: Behaviour = {
  column: '1000',
  title: `finds ${many} webhooks over all scopes, each once`,
  holds: async ({ name }) => {
    const world = await worldOf(name, { webhooks: many });
    const keys = (await everything(world)).map(({ key }) => key);
    expect(sorted(keys)).toEqual(sorted(world.simulator.state.keys()));
    await wholeAtOnce(world, many);
  },
};

/** All of them in one scope. */
const wholeAtOnce = async (world: World, count: number): Promise<void> => {
  const [like] = world.simulator.state.values();
  const [first] = await everything(world);
  if (like === undefined || first === undefined) throw new Error('the simulator began with no webhook');
  fill(world, like, count);
  expect((await idsIn(world, first.scope)).length).toBe(count);
};

const reads: Behaviour = {
  column: 'reads only',
  title: 'changes nothing while it reads, whatever the provider answers',
  holds: async ({ name, faults }) => {
    for (const fault of ['latency', ...faults.filter((one) => one !== 'slow' && one !== 'huge')]) {
      const world = await worldOf(name, { latencyMs: 0, faults: [fault] });
      const scopes = await world.provider.scopes();
      for (const scope of scopes.status === 'complete' ? scopes.scopes : []) await world.provider.list(scope);
      expect(world.simulator.requests.filter(({ mutating }) => mutating)).toEqual([]);
      await world.simulator.close();
    }
    const world = await worldOf(name);
    await everything(world);
    expect((await scopesOf(world)).length).toBeGreaterThan(0);
    expect(world.simulator.requests.some(({ mutating }) => mutating)).toBe(false);
  },
};

export const listBehaviours: readonly Behaviour[] = [sizes, edges, thousand, reads];
