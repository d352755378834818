import { describe, expect, it } from 'vitest';
import type { CleanupRecord } from '../../lib/audit/record.ts';
import type { Table } from '../../lib/audit/table.ts';
import type { Ports } from '../../lib/jobs/ports.ts';
import { sweep } from '../../lib/jobs/sweep.ts';
import type { Provider } from '../../lib/providers/contract.ts';
import { day, hour, seededRandom, shop, testHook, uncovered, webhook } from './world.ts';

type World = ReturnType<typeof shop>;
type Crash = { at: number; when: 'before' | 'after' };

/** A process that dies at its nth write or mutating call: from then on nothing of it reaches the world. */
const mortal = (w: World, crash: Crash) => {
  let events = 0;
  let dead = false;
  const alive = () => {
    if (dead) throw new Error('this process is dead');
  };
  const event = async <T>(effect: () => Promise<T>): Promise<T> => {
    alive();
    const fatal = ++events === crash.at;
    dead ||= fatal && crash.when === 'before';
    alive();
    const result = await effect();
    dead ||= fatal;
    alive();
    return result;
  };
  const { provider } = w.remote;
  const bound = (call: 'disable' | 'enable' | 'delete') =>
    (async (...said) => event(() => provider[call](...said))) satisfies Provider['disable'];
  const table: Table = {
    get: async (keys) => {
      alive();
      return w.table.get(keys);
    },
    put: (item, condition) => event(() => w.table.put(item, condition)),
    query: (query) => {
      alive();
      return w.table.query(query);
    },
  };
  const dying: Provider = { ...provider, disable: bound('disable'), enable: bound('enable'), delete: bound('delete') };
  const ports: Ports = {
    ...w.ports,
    table,
    random: seededRandom(7),
    open: async () => ({ status: 'ok', provider: dying }),
    queue: {
      ...w.ports.queue,
      send: async (jobs) => {
        alive();
        await w.ports.queue.send(jobs);
      },
    },
  };
  return { ports, isDead: () => dead };
};

const webhooks = [
  webhook('live'),
  testHook('a'),
  testHook('b', { events: ['PAID', 'REFUND'] }),
  webhook('r', { events: ['REFUND'] }),
];

/** The life of two webhooks and one veto, with a crash somewhere on the way; a new process goes on. */
const lifeWith = async (crash: Crash) => {
  const w = shop(webhooks);
  await w.scanAndApprove('shop');
  const { ports, isDead } = mortal(w, crash);
  const firstTry = async () => {
    for (let step = 0; step < 30 && !isDead(); step++) {
      await sweep(ports).catch(() => {});
      const deliveries = w.fake.visible();
      const failed = await w.work(deliveries, ports).catch(() => new Set());
      if (step === 5 && failed.size === 0) w.pass(day);
      w.pass(5000);
    }
  };
  await firstTry();
  await w.run(hour, 20_000);
  await w.run(2 * day, hour);
  return { w, crashed: isDead() };
};

const expectTruth = async (w: World) => {
  for (const id of ['a', 'b'])
    expect([id, w.record('shop', id).state, w.remote.state.has(id)]).toEqual([id, 'deleted', false]);
  expect(w.record('shop', 'a').held).toBeUndefined();
  expect(uncovered(webhooks, w.remote.state.values())).toEqual([]);
  expect((await w.verify()).broken).toEqual([]);
  for (const call of ['disable a', 'disable b', 'delete a', 'delete b'])
    expect(w.remote.mutations().filter((made) => made === call).length).toBeLessThanOrEqual(2);
  const scope = w.table.items.get('scope#shop#main\nscope') as unknown as { lock?: { until: number } };
  expect(scope.lock?.until ?? 0).toBeLessThan(w.now());
};

describe('the backup', () => {
  it('is in the table before the first call, as it was judged, and once', async () => {
    const w = shop(webhooks);
    const seen: unknown[] = [];
    w.remote.hooks.before = (call) => {
      if (call !== 'list') seen.push(w.table.items.get('webhook#shop#main#endpoint#a\nbackup#1'));
    };
    await w.scanAndApprove('shop');
    await w.run(day + hour, 60_000);
    expect(seen[0]).toMatchObject({ version: 1, backup: { id: 'a', url: 'https://a.loca.lt/hook', enabled: true } });
    expect(seen).toHaveLength(4);
    expect(w.table.items.get('webhook#shop#main#endpoint#a\nbackup#1')).toEqual(seen[0]);
  });

  it('comes before any call also on a provider that can only delete', async () => {
    const w = shop(webhooks, {}, { disable: [] });
    w.remote.hooks.before = (call) => {
      const id = call.split(' ')[1];
      if (id) expect(w.table.items.has(`webhook#shop#main#endpoint#${id}\nbackup#1`)).toBe(true);
    };
    await w.scanAndApprove('shop');
    await w.run(2 * day, hour);
    expect(w.remote.mutations()).toEqual(['delete a', 'delete b']);
  });
});

describe('a crash at any write or call of the worker', () => {
  for (const when of ['before', 'after'] as const)
    it(`${when} it took effect leaves one true story, which a new process finishes`, async () => {
      let at = 1;
      for (; ; at++) {
        const { w, crashed } = await lifeWith({ at, when });
        if (!crashed) break;
        await expectTruth(w).catch((error: unknown) => {
          throw new Error(`crash ${when} event ${at}: ${error instanceof Error ? error.message : error}`);
        });
      }
      expect(at).toBeGreaterThanOrEqual(20);
    });

  it('in the middle of the way back still ends with the webhook switched on', async () => {
    for (const when of ['before', 'after'] as const)
      for (let at = 1; at < 12; at++) {
        const w = shop([webhook('live'), testHook('a')]);
        await w.scanAndApprove('shop');
        await w.work();
        await w.decide('veto', 'a');
        const { ports } = mortal(w, { at, when });
        await w.work(w.fake.visible(), ports).catch(() => {});
        await w.run(hour, 20_000);
        const record: CleanupRecord = w.record('shop', 'a');
        expect([when, at, record.state, w.remote.state.get('a')?.enabled]).toEqual([when, at, 'kept', true]);
      }
  });
});
