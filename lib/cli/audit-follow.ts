import type { Entry } from '../audit/chain.ts';
import type { AuditRecord } from '../audit/printed.ts';
import type { AuditFilter } from '../audit/query.ts';
import type { Clock, Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import type { Ask } from './audit-source.ts';
import { CommandError, type Context, type ExitCode, exit } from './command.ts';
import type { Desk } from './desk.ts';
import { tableLines } from './table.ts';

/** An entry of a story, and whose story it is. */
export type Told = { record: AuditRecord; entry: Entry };

/** Entries that nobody was told of yet, oldest first; `told` remembers the last one of each record. */
const untold = (records: readonly AuditRecord[], since: Ms, told: Map<string, number>): Told[] => {
  const found = records.flatMap((record) =>
    record.history
      .filter(({ seq, at }) => seq > (told.get(record.record) ?? 0) && Date.parse(at) >= since)
      .map((entry) => ({ record, entry })),
  );
  for (const { record, entry } of found) told.set(record.record, entry.seq);
  return found.sort((a, b) => (a.entry.at < b.entry.at ? -1 : a.entry.at > b.entry.at ? 1 : a.entry.seq - b.entry.seq));
};

/**
 * New entries as they come, in the order in which they are seen; ends when the signal aborts. Looks back a little at each
 * time, because clocks differ and an index lags.
 */
export async function* newEntries(
  ask: Ask,
  filter: AuditFilter,
  since: Ms,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Told[]> {
  const told = new Map<string, number>();
  let from = since;
  while (!signal.aborted) {
    const now = clock.now();
    const found = untold(await ask({ ...filter, since: from }), since, told);
    if (found.length > 0) yield found;
    from = Math.max(since, now - limits.followSlackMs);
    await clock.sleep(limits.followIntervalMs, signal).catch(() => undefined);
  }
}

const refused = ['csv', 'limit', 'until', 'history'] as const;

/** Nobody can follow a folder on which nothing runs; holding it open would keep a run from starting. */
const checkFollow = ({ values }: Context, { carrier }: Desk): void => {
  const other = refused.find((name) => values[name] !== undefined);
  if (other)
    throw new CommandError({
      code: 'bad-value',
      message: `--follow and --${other} exclude each other`,
      hint: 'leave one out',
    });
  if (carrier === null)
    throw new CommandError({
      code: 'not-running',
      message: 'nothing runs here, so no new entries can come',
      hint: 'start hooksweep run in another terminal, then follow it',
    });
};

const endedBy = (error: unknown): CommandError =>
  new CommandError({
    code: 'not-running',
    message: `what was followed does not answer any longer: ${(error as Error).message || String(error)}`,
    hint: 'start hooksweep run again, then follow with --since 1h',
  });

/** Prints new entries of records that match, until Ctrl-C; with `--json` a document a line. */
export const follow = async (context: Context, desk: Desk, ask: Ask, filter: AuditFilter): Promise<ExitCode> => {
  checkFollow(context, desk);
  const { out, signal } = context;
  const { clock } = desk;
  const since = filter.since ?? clock.now();
  out.progress('following; Ctrl-C ends it');
  try {
    for await (const found of newEntries(ask, filter, since, clock, signal))
      for (const { record, entry } of found) {
        const { seq, at, event, actor, detail } = entry;
        out.document({ record: record.record, url: record.url, state: record.state, ...entry });
        for (const line of tableLines([[at, record.record, String(seq), event, actor, detail]])) out.line(line);
      }
  } catch (error) {
    if (signal.aborted) return exit.ok;
    throw endedBy(error);
  }
  return exit.ok;
};
