import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cursorOf, placeOfCursor } from '../../lib/audit/cursor.ts';
import { memoryTable } from '../../lib/audit/memory-table.ts';
import { auditPage } from '../../lib/audit/printed.ts';
import { type AuditFilter, findPage, findRecords, type Place } from '../../lib/audit/query.ts';
import type { CleanupRecord } from '../../lib/audit/record.ts';
import type { IndexQuery, Table } from '../../lib/audit/table.ts';
import { day, made, now, recordOf, tableWith } from './build.ts';

/** Follows the pages to their end. */
const paged = async (table: Table, filter: AuditFilter, limit: number) => {
  const all: string[] = [];
  let pages = 0;
  for (let after: Place | null = null; ; pages++) {
    const { records, next } = await findPage(table, filter, now, { limit, after });
    expect(records.length).toBeLessThanOrEqual(limit);
    all.push(...records.map(({ pk }) => pk));
    if (next === null) return { all, pages: pages + 1 };
    after = placeOfCursor(cursorOf(next, filter), filter);
  }
};

describe('pages', () => {
  it('put together are what one query finds, each record once, newest first', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(made, { maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom<AuditFilter>({}, { account: 'till' }, { state: 'kept' }, { since: now - 30 * day }),
        async (list, limit, filter) => {
          const table = await tableWith(list);
          const whole = (await findRecords(table, filter, now)).map(({ pk }) => pk);
          if (Object.keys(filter).length === 0) expect(whole).toHaveLength(list.length);
          const { all, pages } = await paged(table, filter, limit);
          expect(all).toEqual(whole);
          expect(pages).toBe(Math.max(1, Math.ceil(whole.length / limit)));
        },
      ),
    );
  });

  it('read only the newest records for the first page, and never scan', async () => {
    const table = await tableWith(
      Array.from({ length: 600 }, (_, at) => ({ ageMs: at * day, account: 'shop', open: false })),
    );
    const asked: IndexQuery[] = [];
    let read = 0;
    const counting: Table = {
      get: async (keys) => {
        read += keys.length;
        return table.get(keys);
      },
      put: table.put,
      query: (query) => {
        asked.push(query);
        return table.query(query);
      },
    };
    const { records } = await findPage(counting, {}, now, { limit: 10, after: null });
    expect(records.map(({ webhookId }) => webhookId)).toEqual(Array.from({ length: 10 }, (_, at) => String(at)));
    expect(read).toBe(100);
    const months = asked.filter(({ index }) => index === 'time').map(({ hash }) => hash);
    expect(months).toEqual(['2026-06', '2026-05', '2026-04', '2026-03', '2026-02'].slice(0, months.length));
    expect(asked.every(({ hash }) => hash !== undefined)).toBe(true);
  });

  it('begin with the newest of a day that fills more than one read', async () => {
    const list = Array.from({ length: 350 }, (_, at) => ({ ageMs: (at * 7919) % 350, account: 'shop', open: false }));
    const table = await tableWith(list);
    const { records } = await findPage(table, {}, now, { limit: 5, after: null });
    const newest = list.map(({ ageMs }, at) => ({ ageMs, at })).sort((a, b) => a.ageMs - b.ageMs);
    expect(records.map(({ webhookId }) => Number(webhookId))).toEqual(newest.slice(0, 5).map(({ at }) => at));
  });

  it('find an open record that was cut out of the index by time, in its place', async () => {
    const table = memoryTable();
    const list = [0, 1, 2].map((days, at) => recordOf({ ageMs: days * day, account: 'shop', open: at === 1 }, at));
    for (const one of list)
      await table.put(one.webhookId === '1' ? ({ ...one, month: '1999-01' } as CleanupRecord) : one, []);
    expect((await paged(table, {}, 1)).all).toEqual(list.map(({ pk }) => pk));
  });

  it('end before they grow too large', async () => {
    const list = Array.from({ length: 30 }, (_, at) => recordOf({ ageMs: at, account: 'shop', open: false }, at));
    const table = memoryTable();
    for (const one of list)
      await table.put({ ...one, url: `https://a.example/${'x'.repeat(300_000)}` } as CleanupRecord, []);
    const first = await auditPage(table, {}, now, { limit: 500, after: null });
    expect(first.records.length).toBe(13);
    const second = await auditPage(table, {}, now, { limit: 500, after: first.next });
    expect(second.records[0]?.webhookId).toBe('13');
  });
});

describe('a cursor', () => {
  const place = { at: now, pk: 'webhook#shop#shop#endpoint#1' };

  it('comes back as the place that it was made of', () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), (at, pk) => {
        expect(placeOfCursor(cursorOf({ at, pk }, { account: 'shop' }), { account: 'shop' })).toEqual({ at, pk });
      }),
    );
  });

  it('is refused where one character of it was changed', () => {
    const cursor = cursorOf(place, {});
    fc.assert(
      fc.property(fc.integer({ min: 0, max: cursor.length - 1 }), fc.constantFrom(...'aZ0_-.'), (at, character) => {
        fc.pre(cursor[at] !== character);
        const altered = `${cursor.slice(0, at)}${character}${cursor.slice(at + 1)}`;
        expect(() => placeOfCursor(altered, {})).toThrow(/altered, or belongs to another query/);
      }),
    );
  });

  it.each(['', '.', 'x', 'e30.0000000000000000'])('is refused where it is none: %j', (text) => {
    expect(() => placeOfCursor(text, {})).toThrow(/altered/);
  });

  it('goes on with its own query only, while the time range may move', () => {
    const cursor = cursorOf(place, { account: 'shop', since: 1 });
    expect(placeOfCursor(cursor, { account: 'shop', since: 2 })).toEqual(place);
    expect(() => placeOfCursor(cursor, { account: 'till' })).toThrow(/another query/);
  });
});
