import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Item } from '../../lib/audit/table.ts';
import { detect } from '../../lib/detect/detect.ts';
import { tellingApart } from '../../lib/jobs/snapshot-rows.ts';
import { readSnapshot, readSnapshotDays } from '../../lib/jobs/snapshots.ts';
import { limits } from '../../lib/limits.ts';
import type { Webhook } from '../../lib/webhook.ts';
import { accountNamed, capabilities, day, hour, shop, start, testHook, webhook } from './world.ts';

type Shop = ReturnType<typeof shop>;
const daysOf = (w: Shop) => readSnapshotDays(w.ports, 'shop', 'main');
const rowsOn = async (w: Shop, at: number) => {
  const found = (await daysOf(w))[at];
  return found ? readSnapshot(w.ports, 'shop', 'main', found) : null;
};
const itemsOf = (w: Shop, family: string) =>
  [...w.table.items.values()].filter(({ pk, sk }) => pk.startsWith('scope#') && sk.startsWith(family));

describe('a snapshot', () => {
  it('holds what the first good scan of a day saw, and is written once a day', async () => {
    const w = shop([webhook('live'), testHook('a')]);
    await w.scan('shop');
    const before = structuredClone(itemsOf(w, ''));
    w.remote.edit('a', { enabled: false });
    w.pass(hour);
    await w.scan('shop');
    expect(await daysOf(w)).toMatchObject([{ day: '2026-11-02', at: start, webhooks: 2, pages: 1 }]);
    expect(itemsOf(w, 'population')).toEqual(before.filter(({ sk }) => sk.startsWith('population')));
    expect((await rowsOn(w, 0))?.map(({ id, enabled }) => [id, enabled])).toEqual([
      ['a', true],
      ['live', true],
    ]);
  });

  it('of an unchanged population is only a reference', async () => {
    const w = shop([webhook('live')]);
    for (let at = 0; at < 5; at++) {
      await w.scan('shop');
      w.pass(day);
    }
    expect((await daysOf(w)).map(({ slot }) => slot)).toEqual([0, 0, 0, 0, 0]);
    expect(itemsOf(w, 'population').map(({ version }) => version)).toEqual([1]);
  });

  it('never outgrows the ring, and each day of it stays readable', async () => {
    const w = shop([webhook('live'), webhook('edited')]);
    const total = limits.snapshotDaysMax + 30;
    for (let at = 0; at < total; at++) {
      // Some populations last for days, some for one.
      if (at % 7 < 4) w.remote.edit('edited', { name: `edition ${at}` });
      await w.scan('shop');
      w.pass(day);
    }
    const days = await daysOf(w);
    expect(days).toHaveLength(limits.snapshotDaysMax);
    expect(itemsOf(w, 'population').length).toBeLessThanOrEqual(limits.snapshotDaysMax);
    for (const [at, one] of days.entries()) {
      const number = total - limits.snapshotDaysMax + at;
      const edition = number - Math.max(0, (number % 7) - 3);
      const rows = await readSnapshot(w.ports, 'shop', 'main', one);
      expect(rows?.find(({ id }) => id === 'edited')?.name).toBe(`edition ${edition}`);
    }
  });

  it('shows what we switched off as it was found', async () => {
    const w = shop([webhook('live'), testHook('a')]);
    await w.scanAndApprove('shop');
    await w.run(hour);
    expect(w.remote.state.get('a')?.enabled).toBe(false);
    w.pass(day - 2 * hour);
    await w.scan('shop');
    expect((await rowsOn(w, 1))?.find(({ id }) => id === 'a')?.enabled).toBe(true);
  });

  it('holds no secret', async () => {
    const planted = 'sk_live_plantedPlanted0123456789';
    const w = shop([
      webhook('q', { url: `https://shop.sari-sari-demo.ph/h?token=${planted}`, name: `key=${planted}` }),
      webhook('u', { url: `https://user:${planted}@shop.sari-sari-demo.ph/h` }),
    ]);
    await w.scan('shop');
    expect(await rowsOn(w, 0)).toHaveLength(2);
    expect(JSON.stringify([...w.table.items.values()])).not.toContain(planted);
  });

  it('of one day is not read where somebody altered it', async () => {
    const w = shop([webhook('live'), testHook('a')]);
    await w.scan('shop');
    const [page] = itemsOf(w, 'population') as (Item & { rows: Webhook[] })[];
    if (!page) throw new Error('no page');
    await w.table.put({ ...page, rows: page.rows.slice(1) } as Item, []);
    expect(await rowsOn(w, 0)).toBeNull();
    await w.table.put({ ...page, rows: [{ id: 7 }] } as unknown as Item, []);
    expect(await rowsOn(w, 0)).toBeNull();
  });

  it('that cannot be written fails no scan, and says so', async () => {
    const w = shop([webhook('live'), testHook('a')]);
    const { put } = w.table;
    w.table.put = async (item, condition) => {
      if (item.sk === 'snapshots' || item.sk.startsWith('population')) throw new Error('the table is full');
      return put(item, condition);
    };
    const { plan, items } = await w.scan('shop');
    expect([plan.status, items.length]).toEqual(['complete', 1]);
    expect(w.log).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'no snapshot is kept for back-tests' }),
    );
  });

  it('that is too large is not kept, and it is said why', async () => {
    const long = 'x'.repeat(300_000);
    const w = shop([webhook('live', { settings: { note: long } })]);
    await w.scan('shop');
    expect(await daysOf(w)).toEqual([]);
    expect(w.log).toContainEqual(expect.objectContaining({ detail: 'one webhook alone fills more than a page' }));
    const many = shop(Array.from({ length: 50 }, (_, at) => webhook(`w${at}`, { name: 'n '.repeat(50_000) })));
    await many.scan('shop');
    expect(many.log).toContainEqual(expect.objectContaining({ detail: expect.stringContaining('are kept a day') }));
  });

  it('of two scanners at once is that of one of them', async () => {
    const w = shop([webhook('live'), testHook('a')]);
    const { get } = w.table;
    let other: Promise<unknown> | undefined;
    w.table.get = async (keys) => {
      const found = await get(keys);
      if (keys.some(({ sk }) => sk === 'snapshots') && !other) {
        w.remote.edit('live', { name: 'seen by the other alone' });
        other = w.scan('shop');
        await other;
      }
      return found;
    };
    await w.scan('shop');
    expect(await daysOf(w)).toHaveLength(1);
    expect((await rowsOn(w, 0))?.find(({ id }) => id === 'live')?.name).toBe('seen by the other alone');
  });
});

describe('redacted URLs', () => {
  const token = fc.constantFrom('aaaa1111', 'bbbb2222', 'cccc3333');
  const url = fc
    .tuple(fc.constantFrom('https', 'HTTPS'), fc.constantFrom('a.example.org', 'A.example.org'), token, fc.boolean())
    .map(([scheme, host, secret, user]) => `${scheme}://${user ? `u:${secret}@` : ''}${host}/h?token=${secret}`);

  it('make the same duplicates as the raw ones, in any order', () => {
    fc.assert(
      fc.property(fc.array(url, { minLength: 2, maxLength: 8 }), (urls) => {
        const raw = urls.map((one, at) => webhook(`w${at}`, { url: one }));
        const redact = tellingApart();
        const shown = raw.map((one) => ({ ...one, url: redact(one.url ?? '') }));
        const { rules, protect } = accountNamed('shop');
        const found = (webhooks: Webhook[]) => {
          const known = { sightings: new Map(), offByUs: new Set<string>() };
          const all = detect({ scope: 'main', webhooks, rules, protect, capabilities, now: start, ...known });
          return [...all].flatMap(([id, findings]) => findings.map(({ rule, proposes }) => [id, rule, proposes]));
        };
        expect(found(shown)).toEqual(found(raw));
        for (const one of shown) expect(one.url).not.toMatch(/aaaa1111|bbbb2222|cccc3333/);
      }),
    );
  });
});
