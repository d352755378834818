import { describe, expect, it } from 'vitest';
import type { Capabilities } from '../../lib/providers/contract.ts';
import { day, hour, shop, testHook, webhook } from './world.ts';

const many = (count: number) => [webhook('live'), ...Array.from({ length: count }, (_, at) => testHook(`t${at}`))];

/** An account whose changing calls are timed. */
const timed = async (count: number, can: Partial<Capabilities>) => {
  const w = shop(many(count), {}, can);
  const at: number[] = [];
  w.remote.hooks.before = (call) => {
    if (call !== 'list') at.push(w.now());
  };
  await w.scanAndApprove('shop');
  return { w, at };
};
const gaps = (at: readonly number[]) => at.slice(1).map((time, index) => time - (at[index] as number));

describe.each([
  ['as its one scope', { oneScope: true } as const],
  ['with scopes', {}],
])('an account %s', (_, scoped) => {
  it('makes its calls no closer than its allowance, all jobs of a batch in one go', async () => {
    const { w, at } = await timed(10, { ...scoped, allowances: [{ units: 1, perMs: 1000 }] });
    await w.work();
    expect(at).toHaveLength(10);
    expect(Math.min(...gaps(at))).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...gaps(at))).toBeLessThan(1100);
  });

  it('lets what has no turn wait in the queue, without an attempt, a write or a dead letter', async () => {
    const { w, at } = await timed(5, { ...scoped, allowances: [{ units: 1, perMs: 30_000 }] });
    await w.work();
    const waiting = w.record('shop', 't4');
    expect([at.length, waiting.state, waiting.version]).toEqual([1, 'approved', 2]);
    await w.run(10 * 60_000);
    expect([at.length, w.fake.dead]).toEqual([5, []]);
    expect(Math.min(...gaps(at))).toBeGreaterThanOrEqual(30_000);
    for (let id = 0; id < 5; id++) expect(w.record('shop', `t${id}`)).toMatchObject({ attempts: { disable: 1 } });
  });

  it('lets the way back through', async () => {
    const { w } = await timed(3, { ...scoped, allowances: [{ units: 1, perMs: 12_000 }] });
    await w.work(w.fake.visible().slice(0, 1));
    await w.decide('veto', 't0');
    await w.switchAll(true);
    await w.switchAll(false);
    await w.run(5 * 60_000);
    const calls = w.remote.mutations();
    expect(calls.indexOf('enable t0')).toBeGreaterThan(0);
    expect(w.remote.state.get('t0')?.enabled).toBe(true);
  });

  it.each([
    [5000, 1],
    [5000, 2],
    [130, 2],
  ])('keeps its distance where a claim took %i ms, with %i jobs in a batch', async (ms, batch) => {
    const { w, at } = await timed(2, { ...scoped, allowances: [{ units: 1, perMs: 2000 }] });
    const { table } = w;
    const put = table.put.bind(table);
    let stood = false;
    const slow: typeof table = {
      ...table,
      put: async (...said) => {
        const won = await put(...said);
        const isClaim = (said[0] as { state?: string }).state === 'disabling';
        if (isClaim && !stood) w.pass(ms);
        stood ||= isClaim;
        return won;
      },
    };
    await w.work(w.fake.visible().slice(0, batch), { ...w.ports, table: slow });
    await w.work();
    await w.run(hour, 60_000);
    expect(at).toHaveLength(2);
    expect(Math.min(...gaps(at))).toBeGreaterThanOrEqual(2000);
    expect(w.record('shop', 't0').attempts.disable).toBe(1);
  });

  it('comes to its end within the day', async () => {
    const { w } = await timed(6, {
      ...scoped,
      allowances: [
        { units: 75, perMs: 60_000 },
        { units: 8, perMs: hour },
      ],
    });
    await w.run(2 * day, hour / 4);
    expect([...w.remote.state.keys()]).toEqual(['live']);
  });
});

describe('who is late for the turns that his lock keeps for him', () => {
  /** Deletes and disables in batches of ten on a machine of which each claim takes so long. */
  const slowly = async (claimMs: number) => {
    const { w, at } = await timed(20, { oneScope: true, allowances: [{ units: 5, perMs: 1000 }] });
    const written: string[] = [];
    const table: typeof w.table = {
      ...w.table,
      put: async (item, condition) => {
        if ((item as { state?: string }).state === 'disabling') w.pass(claimMs);
        written.push(item.sk);
        return w.table.put(item, condition);
      },
    };
    await w.work(undefined, { ...w.ports, table });
    await w.work(undefined, { ...w.ports, table });
    return { at, taken: written.filter((sk) => sk === 'scope').length };
  };

  it.each([150, 250, 600])(
    'calls on without another write, also %i ms late each time, and never too soon',
    async (ms) => {
      const { at, taken } = await slowly(ms);
      expect([at.length, taken]).toEqual([20, 2]);
      expect(Math.min(...gaps(at))).toBeGreaterThanOrEqual(200);
    },
  );

  it('asks again where he is later than anybody waits for him', async () => {
    const { at, taken } = await slowly(1500);
    expect([at.length, taken > 2]).toEqual([20, true]);
    expect(Math.min(...gaps(at))).toBeGreaterThanOrEqual(200);
  });
});

describe('who is late in an account where others call beside', () => {
  it.each([150, 300, 700])(
    'is given room for it, and ends with the first message, also %i ms late each time',
    async (ms) => {
      const { w, at } = await timed(5, { allowances: [{ units: 5, perMs: 1000 }] });
      const table: typeof w.table = {
        ...w.table,
        get: async (...asked) => {
          w.pass(ms);
          return w.table.get(...asked);
        },
      };
      await w.work(undefined, { ...w.ports, table });
      expect(at).toHaveLength(5);
      expect(Math.min(...gaps(at))).toBeGreaterThanOrEqual(200);
    },
  );
});
