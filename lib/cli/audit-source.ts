import { type AuditFilter, type AuditRecord, auditRecords, type Unreadable } from '../audit/query.ts';
import type { Ports } from '../jobs/ports.ts';
import type { Output } from './command.ts';

/** Asks the audit: every record that matches, newest change first. */
export type Ask = (filter: AuditFilter) => Promise<AuditRecord[]>;

/** @param unreadable is told of each record that matched and cannot be believed; without it people are warned */
export const askTable = (
  { table, clock }: Pick<Ports, 'table' | 'clock'>,
  out: Output,
  unreadable: (found: Unreadable) => void = ({ record, why }) =>
    out.warn(`${record} is left out, it cannot be read: ${why}; see hooksweep audit verify`),
): Ask => {
  return (filter) => auditRecords(table, filter, clock.now(), unreadable);
};
