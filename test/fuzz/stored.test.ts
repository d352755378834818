import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { whyUnreadable } from '../../lib/audit/stored.ts';
import type { Item } from '../../lib/audit/table.ts';
import { approvePlan } from '../../lib/jobs/plans.ts';
import { statusOf } from '../../lib/jobs/status.ts';
import { sweep } from '../../lib/jobs/sweep.ts';
import { day, hour, shop, testHook, uncovered, webhook } from '../jobs/world.ts';
import { type Mutant, mutantOf, pathsOf, runs } from './mutate.ts';

const population = [webhook('live'), testHook('a'), testHook('b')];
const open = () => shop([...population]);
type World = ReturnType<typeof open>;

const noAnswer = { outcome: { kind: 'unknown', why: 'no answer in time' } as const, effect: true };
const noList = { status: 'error', outcome: { kind: 'retry', why: '503' } } as const;

/** By record and not by plan, so that neither waits for the other. */
const approved = async (w: World) => {
  await w.scan('shop');
  for (const id of ['a', 'b']) await w.decide('approve', id);
};

/** Leads both candidates into each open state. */
const led = {
  proposed: async (w: World) => void (await w.scan('shop')),
  approved,
  disabling: async (w: World) => {
    await approved(w);
    w.remote.faults.call = [noAnswer, noAnswer];
    w.remote.faults.list = [(real) => real, () => noList];
    await w.work();
  },
  observing: async (w: World) => {
    await approved(w);
    await w.run(0);
  },
  vetoed: async (w: World) => {
    await approved(w);
    await w.run(0);
    await w.decide('veto', 'a');
  },
} satisfies Record<string, (w: World) => Promise<unknown>>;
const stages = fc.constantFrom(...(Object.keys(led) as (keyof typeof led)[]));

const put = (w: World, item: Item) => w.table.put(item, []);
const itemsOf = (w: World, family: string): Item[] =>
  [...w.table.items.values()].filter(({ pk, sk }) => `${pk} ${sk}`.startsWith(family));

/** Rethrows all but the refusal that names the item. */
const refusal = (error: unknown): string => {
  if ((error as { code?: string }).code !== 'unreadable-item') throw error;
  return (error as Error).message;
};

/** Everything that reads the table, for three days. Only a person's command and a scan may refuse, and only by name. */
const live = async (w: World): Promise<void> => {
  await w.run(hour, 60_000);
  await w.scan('shop').catch(refusal);
  await w.run(3 * day, 4 * hour);
  await w.scan('shop').catch(refusal);
  await w.audit();
  await statusOf(w.ports, 0).catch(refusal);
};

/** Holds whatever was in the table. */
const expectUnharmed = (w: World): void => {
  expect(w.remote.mutations().filter((call) => call.endsWith(' live'))).toEqual([]);
  expect(uncovered(population, w.remote.state.values())).toEqual([]);
};

const key = { pk: true, sk: true } as const;
/** One wrong place in an item that only the run itself makes; the number is part of what a failure prints. */
const mutated = (item: Item, seed: number): Mutant<Item> => {
  const places = pathsOf(item).filter(([name]) => !(String(name) in key));
  return fc.sample(mutantOf(item, places), { numRuns: 1, seed })[0] as Mutant<Item>;
};

describe('a record of which one field is wrong', () => {
  it('is not touched where it cannot be believed, is told of, and holds up no other', async () => {
    await fc.assert(
      fc.asyncProperty(stages, fc.nat(), async (stage, seed) => {
        const w = open();
        await led[stage](w);
        const [record] = itemsOf(w, 'webhook#shop#main#endpoint#a record');
        if (!record) throw new Error('there is no record');
        const { value: wrong, path } = mutated(record, seed);
        await put(w, wrong);
        const why = whyUnreadable(wrong);
        const callsBefore = w.remote.mutations().length;
        const { broken } = await w.verify();
        await live(w);
        expectUnharmed(w);
        if (why === null) return;
        expect(broken).toEqual([{ record: 'shop#main#endpoint#a', why }]);
        expect([
          path,
          w.remote
            .mutations()
            .slice(callsBefore)
            .filter((call) => call.endsWith(' a')),
        ]).toEqual([path, []]);
        expect(w.log).toContainEqual(expect.objectContaining({ level: 'error', message: 'a record cannot be read' }));
        if (stage !== 'proposed') expect([stage, path, w.remote.state.has('b')]).toEqual([stage, path, false]);
      }),
      runs(150),
    );
  });
});

describe('an account of which one field is wrong', () => {
  it('is treated as stopped where it cannot be believed: nothing is called but the way back', async () => {
    await fc.assert(
      fc.asyncProperty(stages, fc.nat(), async (stage, seed) => {
        const w = open();
        await led[stage](w);
        const [account] = itemsOf(w, 'account#shop account');
        if (!account) throw new Error('there is no account');
        const { value: wrong, path } = mutated(account, seed);
        await put(w, wrong);
        const callsBefore = w.remote.mutations().length;
        await live(w);
        expectUnharmed(w);
        if (whyUnreadable(wrong) === null) return;
        const calls = w.remote.mutations().slice(callsBefore);
        expect([path, calls.filter((call) => !call.startsWith('enable'))]).toEqual([path, []]);
        const { accounts } = await statusOf(w.ports, 0);
        expect(accounts[0]?.stopped?.reason).toContain('cannot be read');
      }),
      runs(100),
    );
  });
});

describe.each(['scope#shop#main scope', 'scope#shop#main seen'])(
  'an item of the family %s of which one field is wrong',
  (family) => {
    it('harms nobody: it stops its scope, or means no harm', async () => {
      await fc.assert(
        fc.asyncProperty(fc.constantFrom('approved', 'disabling', 'observing'), fc.nat(), async (stage, seed) => {
          const w = open();
          await led[stage](w);
          const [item] = itemsOf(w, family);
          if (!item) throw new Error('there is no such item');
          const { value: wrong, path } = mutated(item, seed);
          await put(w, wrong);
          const callsBefore = w.remote.mutations().length;
          await live(w);
          expectUnharmed(w);
          if (whyUnreadable(wrong) === null) return;
          expect([path, w.remote.mutations().slice(callsBefore)]).toEqual([path, []]);
          expect(w.log).toContainEqual(
            expect.objectContaining({ message: 'a scope could not be worked', level: 'error' }),
          );
        }),
        runs(60),
      );
    });
  },
);

describe('what a story rests on', () => {
  const told = async () => {
    const w = open();
    await approved(w);
    w.remote.edit('a', { enabled: false });
    await w.run(0);
    w.remote.edit('a', { enabled: true });
    await w.scan('shop');
    await w.decide('approve', 'a');
    await w.run(0);
    expect(w.record('shop', 'a')).toMatchObject({ cycle: 2, state: 'observing' });
    expect((await w.verify()).broken).toEqual([]);
    return w;
  };

  it.each([
    ['closed cycle', 'webhook#shop#main#endpoint#a cycle#1', ['history', 'head', 'seqBefore', 'cycle', 'version']],
    ['backup', 'webhook#shop#main#endpoint#a backup#2', ['backup']],
  ])('is proven: verify names the record of which the %s was changed, and goes on', async (_name, family, proven) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const w = await told();
        const [item] = itemsOf(w, family);
        if (!item) throw new Error('there is no such item');
        const { value, path } = mutated(item, seed);
        if (!proven.includes(String(path[0])) || isDeepStrictEqual(value, item)) return;
        await put(w, value);
        if (path[0] === 'version' && whyUnreadable(value) === null) return;
        const { broken } = await w.verify();
        expect([path, broken.map(({ record }) => record)]).toEqual([path, ['shop#main#endpoint#a']]);
        await w.audit();
      }),
      runs(150),
    );
  });
});

describe('an approved plan of which one field is wrong', () => {
  it('opens nothing that was not approved', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('page', 'header'), fc.nat(), async (family, seed) => {
        const w = open();
        const { plan, items } = await w.scan('shop');
        expect(await approvePlan(w.ports, plan.planId, 'looked at')).toMatchObject({ ok: true });
        const [item] = itemsOf(w, `plan#${plan.planId} ${family}`);
        if (!item) throw new Error('there is no plan');
        await put(w, mutated(item, seed).value);
        for (let round = 0; round < 3; round++) {
          await sweep(w.ports);
          w.pass(60_000);
        }
        await live(w);
        expectUnharmed(w);
        const approvedIds = new Set(items.map(({ webhookId }) => webhookId));
        const touched = w.remote.mutations().map((call) => call.split(' ')[1] ?? '');
        expect(touched.filter((id) => !approvedIds.has(id))).toEqual([]);
      }),
      runs(80),
    );
  });
});
