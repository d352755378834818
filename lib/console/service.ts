import { cursorOf, placeOfCursor } from '../audit/cursor.ts';
import { type AuditFilter, type AuditRecord, auditPage } from '../audit/query.ts';
import type { Output, Session } from '../cli/command.ts';
import { refuseStopped } from '../cli/consent.ts';
import { accountsOf } from '../cli/decision.ts';
import { CommandError } from '../failure.ts';
import { type Decided, decideOn, setStopped, subjectFrom } from '../jobs/decide.ts';
import type { Ports } from '../jobs/ports.ts';
import { readRecord } from '../jobs/records.ts';
import { type RestoreAnswer, requestRestore } from '../jobs/restore.ts';
import { type Status, statusOf } from '../jobs/status.ts';

export type Decision = { targets: readonly string[]; reason: string };
type Results<T> = Promise<{ results: readonly T[] }>;

/** What the console asks for, under the names and in the shapes of the commands. Refusals are `CommandError`s. */
export type Service = {
  status(): Promise<Status>;
  query(asked: {
    filter: AuditFilter;
    limit: number;
    cursor?: string;
  }): Promise<{ records: readonly AuditRecord[]; next?: string }>;
  approve(asked: Decision): Results<Decided>;
  /** `until` in ISO 8601; null for as long as webhook and rules stay as they are. */
  veto(asked: Decision & { until: string | null }): Results<Decided>;
  release(asked: Decision): Results<Decided>;
  restore(asked: { records: readonly string[]; reason: string; dryRun: boolean }): Results<RestoreAnswer>;
  /** Without an account everything is meant. */
  stop(asked: { account: string | null; reason: string }): Promise<void>;
  start(asked: { account: string | null; reason: string }): Promise<void>;
};

const recordNamed = async (ports: Ports, name: string) => {
  const subject = subjectFrom(name);
  const record = subject ? await readRecord(ports, subject) : undefined;
  if (record) return record;
  const hint = 'go back to the overview and choose it there';
  throw new CommandError({ code: 'unknown-record', message: `there is no record ${name}`, hint });
};

const query = async ({ table, clock }: Ports, { filter, limit, cursor }: Parameters<Service['query']>[0]) => {
  const page = { limit, after: cursor === undefined ? null : placeOfCursor(cursor, filter) };
  const { records, next } = await auditPage(table, filter, clock.now(), page);
  return { records, ...(next !== null && { next: cursorOf(next, filter) }) };
};

const restore = async (ports: Ports, { records, reason, dryRun }: Parameters<Service['restore']>[0]) => {
  const results: RestoreAnswer[] = [];
  for (const name of records)
    results.push(
      await requestRestore(ports, await recordNamed(ports, name), { secrets: {}, secretTo: null, reason, dryRun }),
    );
  return { results };
};

/** The service over an open session: the embedded table, with every known secret scrubbed from what it answers. */
export const serviceOf = ({ ports, deadLetters }: Session, { scrubbed }: Pick<Output, 'scrubbed'>): Service => ({
  status: async () => scrubbed(await statusOf(ports, await deadLetters())),
  query: async (asked) => scrubbed(await query(ports, asked)),
  async approve({ targets, reason }) {
    await refuseStopped(ports, await accountsOf(ports, targets));
    return scrubbed({ results: await decideOn(ports, 'approve', targets, reason, null) });
  },
  veto: async ({ targets, reason, until }) =>
    scrubbed({ results: await decideOn(ports, 'veto', targets, reason, until === null ? null : Date.parse(until)) }),
  release: async ({ targets, reason }) =>
    scrubbed({ results: await decideOn(ports, 'release', targets, reason, null) }),
  restore: async (asked) => scrubbed(await restore(ports, asked)),
  stop: async ({ account, reason }) => void (await setStopped(ports, account, true, reason)),
  start: async ({ account, reason }) => void (await setStopped(ports, account, false, reason)),
});
