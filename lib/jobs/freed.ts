import { type CleanupRecord, recordKey, recordRef } from '../audit/record.ts';
import { whyUnreadable } from '../audit/stored.ts';
import type { Draft, WritePorts } from '../audit/table.ts';
import type { Ms } from '../clock.ts';
import { refOf } from '../webhook.ts';
import { withGone } from './gone.ts';
import type { ScopeItem } from './scope.ts';

/** What records say of the busy ids, by their keys. */
type Told = ReadonlyMap<string, CleanupRecord>;

/** The word of a shift in a record that it is done with it, with the time at which it called last where that matters. */
export const wordOf = (owner: string, calledAt: Ms | null): string =>
  calledAt === null ? owner : `${owner}@${calledAt.toString(36)}`;

/** Who is done with this record, and when he called last. */
export const saidIn = (record: CleanupRecord | undefined): { owner: string; calledAt?: Ms } | null => {
  if (record?.over === undefined) return null;
  const [owner = '', at = ''] = record.over.split('@');
  return { owner, ...(at !== '' && { calledAt: Number.parseInt(at, 36) }) };
};

const isDone = (told: Told, id: string, token: string): boolean => saidIn(told.get(id))?.owner === token;

/** When the shift called last whose lock is free by its word; undefined where nobody says. */
export const calledBefore = (lock: ScopeItem['lock'], told: Told): Ms | undefined =>
  lock && [...told.values()].map(saidIn).find((said) => said?.owner === lock.owner)?.calledAt;

/**
 * What records say of the busy ids: the shift that took one wrote there that it is done with it. A shift that says so of all
 * its ids writes nothing else; whoever comes next sees it here (docs/adr/0020-lean-writes.md). Nobody takes such a word back,
 * so that what was read a while ago will do.
 *
 * @param known records that were read already
 */
export const freed = async (
  ports: WritePorts,
  item: ScopeItem | undefined,
  known: readonly CleanupRecord[] = [],
): Promise<Told> => {
  const told = new Map(known.map((record) => [recordRef(record), record] as const));
  if (!item) return told;
  const { account, scope } = item;
  for (const how of ['recent', undefined] as const) {
    const busy = Object.entries(item.busy).filter(([id, { token }]) => !isDone(told, id, token));
    if (busy.length === 0) break;
    const keys = busy.map(([key]) => {
      const { kind, id } = refOf(key);
      return recordKey({ account, scope, kind, webhookId: id });
    });
    const records = (await ports.table.get(keys, how)) as CleanupRecord[];
    for (const record of records) if (whyUnreadable(record) === null) told.set(recordRef(record), record);
  }
  return told;
};

/** The scope as if every shift that is done had given its lock back. */
export const asFreed = <T extends Draft<ScopeItem>>(item: T, told: Told): T => {
  const { free = [], busy = [] } = Object.groupBy(Object.entries(item.busy), ([id, { token }]) =>
    isDone(told, id, token) ? 'free' : 'busy',
  );
  const owned = (of: typeof busy) => of.some(([, { token }]) => token === item.lock?.owner);
  const deleted = free.flatMap(([id]) => (told.get(id)?.state === 'deleted' ? [id] : []));
  return {
    ...item,
    busy: Object.fromEntries(busy),
    lock: owned(free) && !owned(busy) ? undefined : item.lock,
    gone: withGone(item.gone, deleted),
  };
};
