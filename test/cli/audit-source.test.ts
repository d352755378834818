import { describe, expect, it } from 'vitest';
import { askDesk } from '../../lib/cli/audit-source.ts';
import type { Output } from '../../lib/cli/command.ts';
import type { Desk } from '../../lib/cli/desk.ts';

/** A desk whose audit has these pages of record names; every page tells of the same record that cannot be read. */
const paged = (pages: readonly string[][]) => {
  const cursors: (string | undefined)[] = [];
  const ask = async (_name: string, { cursor }: { cursor?: string }) => {
    cursors.push(cursor);
    const at = Number(cursor ?? 0);
    const records = pages[at]?.map((record) => ({ record })) ?? [];
    const unreadable = [{ record: 'torn', why: 'it was cut' }];
    return { records, unreadable, ...(at + 1 < pages.length && { next: String(at + 1) }) };
  };
  return { desk: { ask } as unknown as Desk, cursors };
};

describe('asking the audit', () => {
  const pages = [['a', 'b'], ['c'], [], ['d']];

  it('follows the pages to their end, and tells once of what cannot be read', async () => {
    const { desk, cursors } = paged(pages);
    const told: string[] = [];
    const records = await askDesk(desk, {} as Output, ({ record }) => void told.push(record))({});
    expect(records.map(({ record }) => record)).toEqual(['a', 'b', 'c', 'd']);
    expect(cursors).toEqual([undefined, '1', '2', '3']);
    expect(told).toEqual(['torn']);
  });

  it('stops where it has as many as were wanted', async () => {
    const { desk, cursors } = paged(pages);
    const records = await askDesk(desk, {} as Output, () => {})({}, 2);
    expect(records.map(({ record }) => record)).toEqual(['a', 'b']);
    expect(cursors).toHaveLength(1);
  });
});
