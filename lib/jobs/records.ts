import { type CleanupRecord, dueHashes, recordKey, subjectOf } from '../audit/record.ts';
import type { Key } from '../audit/table.ts';
import type { Ms } from '../clock.ts';
import type { Ports } from './ports.ts';

/** Keys of records in which something is to happen up to this time, of every account; soonest first within a shard. */
export const dueKeys = async (ports: Pick<Ports, 'table'>, to?: Ms): Promise<Key[]> => {
  const keys: Key[] = [];
  for (const hash of dueHashes)
    for await (const key of ports.table.query({ index: 'due', hash, ...(to !== undefined && { to }) })) keys.push(key);
  return keys;
};

export const readRecords = async (ports: Pick<Ports, 'table'>, keys: readonly Key[]): Promise<CleanupRecord[]> =>
  (await ports.table.get(keys)) as CleanupRecord[];

/** The records of one account in which something is to happen. */
export const openRecordsOf = async (ports: Pick<Ports, 'table'>, account: string): Promise<CleanupRecord[]> => {
  const keys = (await dueKeys(ports)).filter(({ pk }) => subjectOf(pk)?.account === account);
  return readRecords(ports, keys);
};

export const readRecord = async (ports: Pick<Ports, 'table'>, subject: Parameters<typeof recordKey>[0]) =>
  (await readRecords(ports, [recordKey(subject)]))[0];
