import { type CleanupRecord, mark, recordKey } from '../audit/record.ts';
import { change, type Draft } from '../audit/table.ts';
import type { Ms } from '../clock.ts';
import type { Ports } from '../jobs/ports.ts';
import { dueKeys, readRecords } from '../jobs/records.ts';
import { type ScopeItem, scopeKey } from '../jobs/scope.ts';

/** The scope without its lock, and without the turns that its holder will not use. */
const unlocked = ({ gate, ...item }: ScopeItem, now: Ms): Draft<ScopeItem> => ({
  ...item,
  lock: undefined,
  ...(gate && { gate: { ...gate, ...(gate.rate && { rate: { ...gate.rate, leftAt: now } }) } }),
});

const freeScope = (ports: Ports, account: string, scope: string) =>
  change<ScopeItem>(ports, scopeKey(account, scope), (current) =>
    current?.lock ? { next: unlocked(current, ports.clock.now()) } : null,
  );

const freeRecord = (ports: Ports, record: CleanupRecord) =>
  change<CleanupRecord>(ports, recordKey(record), (current) =>
    current?.lease ? mark(current, { lease: undefined, dueAt: ports.clock.now(), waitFor: 'readback' }) : null,
  );

/**
 * Takes over what a process left that was killed on this folder. Only for the one that holds the folder alone: whoever held
 * these locks is no more, so nobody waits for them to lapse. What its last calls did is read back, and the ids in `busy` stay.
 *
 * @returns how many records were in the middle of a call
 */
export const takeOver = async (ports: Ports): Promise<number> => {
  const records = await readRecords(ports, await dueKeys(ports));
  const scopes = new Map(records.map(({ account, scope }) => [`${account}\n${scope}`, { account, scope }]));
  for (const { account, scope } of scopes.values()) await freeScope(ports, account, scope);
  const left = records.filter(({ lease }) => lease !== undefined);
  for (const record of left) await freeRecord(ports, record);
  return left.length;
};
