import { type CleanupRecord, dueHashes, recordKey, subjectOf } from '../audit/record.ts';
import { whyUnreadable } from '../audit/stored.ts';
import type { Key } from '../audit/table.ts';
import type { Ms } from '../clock.ts';
import type { Ports } from './ports.ts';

type ReadPorts = Pick<Ports, 'table' | 'log'>;

/** Keys of records in which something is to happen up to this time, of every account; soonest first within a shard. */
export const dueKeys = async (ports: Pick<Ports, 'table'>, to?: Ms): Promise<Key[]> => {
  const keys: Key[] = [];
  for (const hash of dueHashes)
    for await (const key of ports.table.query({ index: 'due', hash, ...(to !== undefined && { to }) })) keys.push(key);
  return keys;
};

/**
 * Records by key. One that cannot be believed is left out and told as an error: nothing is done on its word, and it holds up
 * no other.
 */
export const readRecords = async (ports: ReadPorts, keys: readonly Key[], how?: 'recent'): Promise<CleanupRecord[]> => {
  const items = (await ports.table.get(keys, how)) as CleanupRecord[];
  return items.filter((item) => {
    const why = whyUnreadable(item);
    if (why !== null) ports.log({ level: 'error', message: 'a record cannot be read', detail: `${item.pk}: ${why}` });
    return why === null;
  });
};

/** The records of one account in which something is to happen. */
export const openRecordsOf = async (ports: ReadPorts, account: string): Promise<CleanupRecord[]> => {
  const keys = (await dueKeys(ports)).filter(({ pk }) => subjectOf(pk)?.account === account);
  return readRecords(ports, keys);
};

export const readRecord = async (ports: ReadPorts, subject: Parameters<typeof recordKey>[0]) =>
  (await readRecords(ports, [recordKey(subject)]))[0];
