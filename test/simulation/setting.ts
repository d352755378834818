import { createChance } from './chance.ts';
import { drawFaults, drawTopic } from './faults.ts';
import { createOracle } from './oracle.ts';
import { drawAccount, drawCapabilities, drawRival, drawWebhook, rivalAccount } from './population.ts';
import { createRemote, createScope, type Remote } from './remote.ts';
import { createScheduler } from './scheduler.ts';
import { createTable } from './table.ts';
import type { Part, World } from './world.ts';

export type HistoryOptions = { seed: number; without?: Part | null; trace?: ((line: string) => void) | null };

const start = Date.parse('2026-11-02T08:00:00Z');
export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
/** The reason that people give. */
export const by = 'a person said so';

/** Everything of one history, ready to run. */
export const setUp = ({ seed, without = null, trace = null }: HistoryOptions) => {
  const chance = createChance(seed);
  const topic = drawTopic(chance);
  const faults = drawFaults(chance, topic);
  const scheduler = createScheduler(start, chance.unit);
  const world: World = { seed, chance, scheduler, faults: { ...faults }, without, trace, violations: [], counts: {} };
  const rivals = topic === 'rivals';
  const secrets = !rivals && chance.in(0.15);
  const capabilities = drawCapabilities(chance, secrets);
  const names = chance.in(0.15) ? ['shop', 'branch'] : ['shop'];
  const accounts = names.map((name) => (rivals ? rivalAccount(drawAccount(chance, name)) : drawAccount(chance, name)));
  const skews = [0, chance.between(-3_000, 3_000)];
  let serial = 0;
  const newId = (): string => `n${++serial}`;

  const oracle = createOracle(world, (key) => table.find(key));
  const table = createTable(world, oracle);
  const remotes = names.map((name): Remote => {
    const scopes = (chance.in(0.15) ? ['main', 'side'] : ['main']).map((scope) => {
      const ids = 'abcdefgh'.slice(0, chance.pick(rivals ? [2, 3] : [1, 2, 3, 3, 4, 4, 5, 8]));
      return createScope(
        scope,
        [...ids].map((id) => (rivals ? drawRival(chance, id, start) : drawWebhook(chance, id, start, secrets))),
        start,
      );
    });
    return createRemote(world, name, capabilities, scopes, oracle);
  });
  return { world, faults, accounts, skews, newId, oracle, table, remotes, secrets, rivals };
};
export type Setting = ReturnType<typeof setUp>;
