import { describe, expect, it } from 'vitest';
import { type Entry, nextEntry } from '../../lib/audit/chain.ts';
import type { CleanupRecord } from '../../lib/audit/record.ts';
import type { Item } from '../../lib/audit/table.ts';
import { propose } from '../../lib/jobs/cycle.ts';
import { day, hour, shop, testHook, webhook } from '../jobs/world.ts';

type Stored = Item & { history: Entry[]; backup: { url: string } };

/** Two cycles of one webhook: kept by a veto with an end, then deleted. */
const twoCycles = async () => {
  const w = shop([webhook('live'), testHook('a')]);
  await w.scanAndApprove('shop');
  await w.run(hour);
  await w.decide('veto', 'a', w.now() + day);
  await w.run(2 * day, hour);
  await w.scanAndApprove('shop');
  await w.run(2 * day, hour);
  expect(w.record('shop', 'a')).toMatchObject({ state: 'deleted', cycle: 2 });
  return w;
};
const pk = 'webhook#shop#main#endpoint#a';

describe('a story over two cycles', () => {
  it('verifies whole, with its entries numbered through', async () => {
    const w = await twoCycles();
    const [{ history } = { history: [] }] = await w.audit();
    expect(history.map(({ seq }) => seq)).toEqual(history.map((_, at) => at + 1));
    expect(history.map(({ event }) => event)).toContain('kept');
    expect(await w.verify()).toEqual({ records: 1, entries: history.length, broken: [] });
  });

  const tamper = async (sk: string, how: (stored: Stored) => unknown) => {
    const w = await twoCycles();
    const [stored] = (await w.table.get([{ pk, sk }])) as Stored[];
    expect(stored).toBeDefined();
    await w.table.put({ ...(stored as Stored), ...(how(stored as Stored) as object), pk, sk }, []);
    return (await w.verify()).broken.map(({ why }) => why);
  };

  it.each(['record', 'cycle#1'])('shows each changed, moved or missing entry of %s', async (sk) => {
    const w = await twoCycles();
    const [stored] = (await w.table.get([{ pk, sk }])) as Stored[];
    const entries = stored?.history ?? [];
    for (const at of entries.keys()) {
      for (const field of ['at', 'event', 'actor', 'detail', 'prev', 'hash', 'seq'] as const) {
        const changed = (one: Entry) => ({ ...one, [field]: field === 'seq' ? one.seq + 1 : `${one[field]}x` });
        const history = (before: Stored) => before.history.map((one, index) => (index === at ? changed(one) : one));
        expect([sk, at, field, await tamper(sk, (one) => ({ history: history(one) }))]).not.toContainEqual([]);
      }
      const cut = await tamper(sk, ({ history }) => ({ history: history.filter((_, index) => index !== at) }));
      expect([sk, at, cut.length]).toEqual([sk, at, 1]);
    }
    const swapped = await tamper(sk, ({ history }) => ({ history: [history[1], history[0], ...history.slice(2)] }));
    expect(swapped).toHaveLength(1);
  });

  it('shows an entry that was replaced by one with a hash of its own', async () => {
    const forged = ({ history }: Stored) =>
      history.map((one, at) =>
        at === 1 ? nextEntry(one.prev, one.seq, 0, one.event, 'os:mallory@here', 'forged') : one,
      );
    expect(await tamper('record', (stored) => ({ history: forged(stored) }))).toHaveLength(1);
  });

  it('shows an entry to which something was added', async () => {
    const added = ({ history }: Stored) => history.map((one, at) => (at === 0 ? { ...one, note: 'x' } : one));
    const [why] = await tamper('record', (stored) => ({ history: added(stored) }));
    expect(why).toContain('was changed after it was written');
  });

  /** The same entries with other details, chained anew: whole in itself. */
  const rewritten = (history: readonly Entry[], from: string): Entry[] => {
    const told: Entry[] = [];
    for (const { seq, at, event, actor } of history)
      told.push(nextEntry(told.at(-1)?.hash ?? from, seq, Date.parse(at), event, actor, 'forged'));
    return told;
  };
  const closed = async (how: (history: Entry[]) => object) => tamper('cycle#1', ({ history }) => how(history));

  it('shows a closed cycle that was written anew as a whole', async () => {
    const why = await closed((history) => {
      const told = rewritten(history, history[0]?.prev ?? '');
      return { history: told, head: told.at(-1)?.hash };
    });
    expect(why).toEqual([expect.stringContaining('does not follow the one before')]);
  });

  it('shows a closed cycle that begins later or ends sooner than it did', async () => {
    const later = await closed((history) => ({ history: history.slice(1), seqBefore: 1 }));
    expect(later).toEqual(['entry 1 is missing: a part begins after number 1']);
    const sooner = await closed((history) => {
      const left = history.slice(0, -1);
      return { history: left, head: left.at(-1)?.hash, state: left.at(-1)?.event };
    });
    expect(sooner).toEqual([expect.stringContaining('is missing: a part begins after number')]);
  });

  it.each([1, 2])('shows a changed backup of cycle %i', async (cycle) => {
    const broken = await tamper(`backup#${cycle}`, ({ backup }) => ({
      backup: { ...backup, url: 'https://evil.example/' },
    }));
    expect(broken).toEqual([`the backup of cycle ${cycle} was changed`]);
  });

  it('keeps a line that came between two attempts to open the next cycle', async () => {
    const w = shop([webhook('live'), testHook('a')]);
    await w.scan('shop');
    await w.decide('veto', 'a', w.now() + hour);
    const before = w.record('shop', 'a');
    w.pass(2 * hour);
    const opening = { ...before, hasty: false, canDisable: true, detail: 'again', rest: false };
    const put = w.table.put.bind(w.table);
    const failing = {
      ...w.table,
      put: async (item: Item, condition: never) => {
        if (item.sk === 'record') throw new Error('no connection');
        return put(item, condition);
      },
    };
    await expect(propose({ ...w.ports, table: failing as never }, opening, 'scan', w.now())).rejects.toThrow(
      'no connection',
    );
    await w.decide('veto', 'a', w.now() + 2 * hour);
    w.pass(day);
    await w.scanAndApprove('shop');
    await w.run(2 * day, hour);
    const record: CleanupRecord = w.record('shop', 'a');
    expect([record.cycle, record.state, (await w.verify()).broken]).toEqual([2, 'deleted', []]);
  });
});
