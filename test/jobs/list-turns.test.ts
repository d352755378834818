import { describe, expect, it } from 'vitest';
import { enqueue } from '../../lib/jobs/enqueue.ts';
import { countsLists, letThrough } from '../../lib/jobs/gate.ts';
import { withListsCounted } from '../../lib/jobs/lists-counted.ts';
import type { ScopeItem } from '../../lib/jobs/scope.ts';
import { sweep } from '../../lib/jobs/sweep.ts';
import { limits } from '../../lib/limits.ts';
import { capabilitiesOf } from '../../lib/providers/capabilities.ts';
import type { Capabilities, Provider } from '../../lib/providers/contract.ts';
import { modulus } from '../../lib/providers/modulus.ts';
import { omise } from '../../lib/providers/omise.ts';
import { stripe } from '../../lib/providers/stripe.ts';
import { accountNamed, day, shop, start, testHook, webhook } from './world.ts';

const perSecond = { oneScope: true, allowances: [{ units: 1, perMs: 1000, lists: true }] } as const;

/** A shop of which each request is timed. */
const timed = async (count: number, can: Partial<Capabilities> = perSecond) => {
  const w = shop([webhook('live'), ...Array.from({ length: count }, (_, at) => testHook(`t${at}`))], {}, can);
  const at: number[] = [];
  w.remote.hooks.before = () => void at.push(w.now());
  await w.scanAndApprove('shop');
  return { w, at };
};
const closest = (at: readonly number[]): number =>
  Math.min(...at.slice(1).map((time, index) => time - (at[index] as number)));
const listsOf = ({ remote }: ReturnType<typeof shop>) => remote.calls.filter((call) => call === 'list').length;

/** The provider of the shop as one sees it who has no lock. */
const passing = async (w: ReturnType<typeof shop>): Promise<Provider> => {
  const opened = await withListsCounted(w.ports).open(accountNamed('shop'));
  if (opened.status !== 'ok') throw new Error('it opens');
  return opened.provider;
};

describe('where lists count against the allowance', () => {
  it('scans, lists and calls of shifts keep their distance, without a write more', async () => {
    const { w, at } = await timed(10);
    const written: string[] = [];
    const table: typeof w.table = {
      ...w.table,
      put: (item, condition) => {
        written.push(item.sk);
        return w.table.put(item, condition);
      },
    };
    const ports = { ...w.ports, table };
    await w.work(undefined, ports);
    expect([w.remote.mutations().length, listsOf(w)]).toEqual([10, 3]);
    w.pass(day);
    await sweep(ports);
    written.length = 0;
    await w.work(undefined, ports);
    expect([w.remote.state.size, written.length]).toEqual([1, 21]);
    await w.scan('shop');
    expect(at).toHaveLength(26);
    expect(closest(at)).toBeGreaterThanOrEqual(1000);
  });

  it('what a person enqueues is looked for in its turn', async () => {
    const { w, at } = await timed(1);
    const asked = { account: 'shop', step: 'delete', reason: 'a person said so', now: false } as const;
    await enqueue(w.ports, { ...asked, webhookId: 't0' });
    expect([at.length, closest(at) >= 1000]).toEqual([2, true]);
  });

  it('a list in the middle of a shift has its turn after those of the shift, however late that may be', async () => {
    const { w, at } = await timed(3);
    const { before = () => {} } = w.remote.hooks;
    let listAt = 0;
    w.remote.hooks.before = (call) => {
      if (call === 'disable t0') {
        const { allowances } = w.remote.provider.capabilities;
        const { gate } = w.table.items.get('scope#shop#main\nscope') as ScopeItem;
        const asked = { slots: [], others: 0, lists: 1, back: true, perDay: 0, allowances, paceMs: 0 };
        listAt = letThrough(gate, { ...asked, passing: true }, w.now()).pass.turns?.starts[0] ?? 0;
      }
      return before(call);
    };
    await w.work();
    expect(w.remote.mutations()).toHaveLength(3);
    // Two more calls and a list, and who makes them may be late.
    expect(listAt - (at[2] ?? 0)).toBeGreaterThanOrEqual(4000 + limits.turnLateMs);
  });

  it('nobody lists for a shift that would have no turn to call in', async () => {
    const { w } = await timed(2, { oneScope: true, allowances: [{ units: 1, perMs: 9000, lists: true }] });
    const lists = listsOf(w);
    await w.work();
    expect([w.remote.mutations(), listsOf(w), w.record('shop', 't0').version]).toEqual([[], lists, 2]);
    await w.run(10 * 60_000);
    expect(w.remote.mutations()).toEqual([]);
  });

  it('a list that waits for its turn ends when it is cancelled', async () => {
    const { w } = await timed(1);
    const lists = listsOf(w);
    const cancelled = new AbortController();
    const clock = {
      ...w.ports.clock,
      sleep: async (ms: number, signal?: AbortSignal) => {
        if (ms > 0) cancelled.abort(new Error('Ctrl-C'));
        signal?.throwIfAborted();
      },
    };
    const { list } = await passing({ ...w, ports: { ...w.ports, clock } });
    await expect(list('main', cancelled.signal)).rejects.toThrow('Ctrl-C');
    expect(listsOf(w)).toBe(lists);
  });

  it('a list that finds no turn in time is no list, and says so', async () => {
    const { w } = await timed(1);
    const late = { ...w.ports.clock, sleep: async (ms: number) => w.pass(ms + 60_000) };
    const { list } = await passing({ ...w, ports: { ...w.ports, clock: late } });
    const lists = listsOf(w);
    expect(await list('main')).toMatchObject({ status: 'incomplete', outcome: { kind: 'retry' } });
    expect(listsOf(w)).toBe(lists);
  });
});

it('a list that does not count waits for nothing and writes nothing', async () => {
  const { w, at } = await timed(1, { oneScope: true, allowances: [{ units: 1, perMs: 1000 }] });
  const items = JSON.stringify([...w.table.items]);
  const { list } = await passing(w);
  await list('main');
  await list('main');
  expect([at.slice(1), JSON.stringify([...w.table.items])]).toEqual([[start, start], items]);
});

it.each([modulus, omise, stripe])('$id gives a list, a call and a list within what a shift waits for', (definition) => {
  const capabilities = capabilitiesOf(definition);
  const { allowances } = capabilities;
  const asked = { slots: [], others: 1, lists: 2, back: false, perDay: 1, allowances, paceMs: 0 };
  expect([countsLists(capabilities), letThrough(undefined, asked, start).pass.turns?.starts.length]).toEqual([true, 3]);
});
