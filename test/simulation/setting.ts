import type { Key } from '../../lib/audit/table.ts';
import { createChance } from './chance.ts';
import { createCreationOracle } from './creations.ts';
import { drawFaults, drawTopic } from './faults.ts';
import { createNames, drawFeatures, enrich, enrichAccount, enrichCapabilities, vanishingHost } from './features.ts';
import { createOracle } from './oracle.ts';
import { drawAccount, drawCapabilities, drawRival, drawSharing, drawWebhook, rivalAccount } from './population.ts';
import { createRemote, createScope, type Remote } from './remote.ts';
import { createScheduler } from './scheduler.ts';
import { createTable } from './table.ts';
import type { Part, World } from './world.ts';

export type HistoryOptions = {
  seed: number;
  without?: Part | null;
  /** Without creations, signals and names. */
  core?: boolean;
  trace?: ((line: string) => void) | null;
};

const start = Date.parse('2026-11-02T08:00:00Z');
export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
/** The reason that people give. */
export const by = 'a person said so';

/** Everything of one history, ready to run. */
export const setUp = ({ seed, without = null, core = false, trace = null }: HistoryOptions) => {
  const chance = createChance(seed);
  const more = createChance(seed ^ 0x5bd1e995);
  const topic = drawTopic(chance);
  const faults = drawFaults(chance, topic);
  const scheduler = createScheduler(start, chance.unit);
  const world: World = {
    ...{ seed, chance, more, scheduler, faults: { ...faults }, without, trace },
    violations: [],
    counts: {},
  };
  const rivals = topic === 'rivals';
  const features = drawFeatures(more, core || rivals);
  const secrets = !rivals && chance.in(0.15);
  const drawn = enrichCapabilities(more, features, drawCapabilities(chance, secrets));
  const capabilities = { ...drawn, ...drawSharing(createChance(seed + 1_000_003)) };
  const names = chance.in(0.15) ? ['shop', 'branch'] : ['shop'];
  const accounts = names.map((name) => {
    const account = drawAccount(chance, name);
    return rivals ? rivalAccount(account) : enrichAccount(more, features, account);
  });
  const dns = createNames();
  const skews = [0, chance.between(-3_000, 3_000)];
  let serial = 0;
  const newId = (): string => `n${++serial}`;

  const find = (key: Key) => table.find(key);
  const creations = createCreationOracle(world, find);
  const oracle = createOracle(world, find, dns, creations);
  const table = createTable(world, oracle);
  const remotes = names.map((name): Remote => {
    const scopes = (chance.in(0.15) && !capabilities.oneScope ? ['main', 'side'] : ['main']).map((scope) => {
      const ids = 'abcdefgh'.slice(0, chance.pick(rivals ? [2, 3] : [1, 2, 3, 3, 4, 4, 5, 8]));
      return createScope(
        scope,
        [...ids].map((id) =>
          rivals
            ? drawRival(chance, id, start)
            : enrich(more, features, drawWebhook(chance, id, start, secrets), start),
        ),
        start,
      );
    });
    for (const id of 'abcdefgh') if (more.in(0.5)) dns.gone.add(vanishingHost(id));
    return createRemote(world, name, capabilities, scopes, oracle, newId);
  });
  /** What stands behind the references that people give. */
  const vault = new Map<string, string>();
  return {
    world,
    vault,
    faults,
    accounts,
    skews,
    newId,
    oracle,
    creations,
    table,
    remotes,
    secrets,
    rivals,
    features,
    dns,
  };
};
export type Setting = ReturnType<typeof setUp>;
