import type { AuditRecord } from '../audit/printed.ts';
import { tableLines } from './table.ts';
import { timeText } from './time-text.ts';

/** The history of one record, a line an entry. */
export const storyLines = ({ history }: Pick<AuditRecord, 'history'>, indent: string): string[] =>
  tableLines(
    history.map(({ seq, at, event, actor, detail }) => [String(seq), timeText(at), event, actor, detail]),
    indent,
  );

/** What a record waits for, or how it ended. */
export const waitText = ({ held, dueAt, waitFor, guard, leftAs, restoredAs }: AuditRecord): string => {
  if (held !== null) return `held: ${held}`;
  if (dueAt !== null) return `${waitFor ?? 'due'} until ${timeText(dueAt)}`;
  const ends = [guard && `guard ${guard}`, leftAs && `left ${leftAs}`, restoredAs && `restored as ${restoredAs}`];
  return ends.filter((end) => end).join(', ');
};
