import { setTimeout as delay } from 'node:timers/promises';
import type { Table } from '../../lib/audit/table.ts';
import type { Ports } from '../../lib/jobs/ports.ts';
import { sweep } from '../../lib/jobs/sweep.ts';
import { workBatch } from '../../lib/jobs/worker.ts';
import type { Provider } from '../../lib/providers/contract.ts';
import { accountNamed, day, fakeProvider, testHook, webhook, world } from '../jobs/world.ts';
import { type Figure, figure } from './figure.ts';

const tableMs = 5;
const providerMs = 100;
/** Jobs of one batch, by scope. */
const jobs = [4, 3, 2, 1];

/**
 * What no worker that keeps the promises can leave out or do side by side, for the scope with the most jobs: read the records,
 * take the lock, list, pass the gate; for each job claim it, look whether all is stopped, call; list again, and write down
 * what it shows.
 */
const chainMs = (count: number): number => tableMs * (1 + 1 + 1 + 2 * count + 1) + providerMs * (1 + count + 1);

const slowTable = (table: Table): Table => ({
  ...table,
  get: async (keys) => {
    await delay(tableMs);
    return table.get(keys);
  },
  put: async (item, condition) => {
    await delay(tableMs);
    return table.put(item, condition);
  },
});

const slowProvider = (provider: Provider): Provider => {
  const slow =
    <Args extends unknown[], Answer>(call: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      await delay(providerMs);
      return call(...args);
    };
  return { ...provider, list: slow(provider.list), delete: slow(provider.delete) };
};

/** One batch of deletions that are due, with nothing slow so far. */
const prepared = async () => {
  const names = jobs.map((_, at) => `account-${at}`);
  const hooks = jobs.map((count) => [
    webhook('live', { events: ['*'] }),
    ...Array.from({ length: count }, (_, at) => testHook(`t${at}`)),
  ]);
  const remotes = Object.fromEntries(names.map((name, at) => [name, fakeProvider(hooks[at] ?? [])]));
  const made = world(
    names.map((name) => accountNamed(name)),
    remotes,
  );
  for (const name of names) await made.scanAndApprove(name);
  await made.run(60_000);
  made.pass(day);
  await sweep(made.ports);
  const ports: Ports = {
    ...made.ports,
    table: slowTable(made.table),
    open: async (account) => {
      const opened = await made.ports.open(account);
      return opened.status === 'ok' ? { ...opened, provider: slowProvider(opened.provider) } : opened;
    },
  };
  return { ports, deliveries: made.fake.visible(), now: made.now(), remotes };
};

const once = async (): Promise<number> => {
  const { ports, deliveries, now, remotes } = await prepared();
  if (deliveries.length !== jobs.reduce((sum, count) => sum + count, 0)) throw new Error('not every job is due');
  const started = performance.now();
  const failed = await workBatch(ports, deliveries, now + 120_000);
  const wallMs = performance.now() - started;
  const left = Object.values(remotes).some(({ state }) => state.size !== 1);
  if (failed.length > 0 || left) throw new Error('not every webhook of the batch was deleted');
  return wallMs / chainMs(Math.max(...jobs));
};

/** A batch of ten deletions in four scopes against its longest necessary chain. */
export const benchBatch = async (): Promise<Figure[]> => {
  const runs: number[] = [];
  for (let run = 0; run < 7; run++) runs.push(await once());
  const about = `a batch of ${jobs.join('+')} deletions; table ${tableMs} ms, provider ${providerMs} ms`;
  return [figure('batch.vsChain', runs, '× chain', { atMost: 1.2 }, about)];
};
