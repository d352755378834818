import type { AuditRecord } from '../audit/printed.ts';
import { plain } from './plain.ts';

/** A spreadsheet takes such a field for a formula, some in their wide forms too. */
const formula = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** One field by RFC 4180, harmless in a spreadsheet and on a terminal. */
export const csvField = (value: string | number | null): string => {
  const text = value === null ? '' : String(value);
  const safe = plain(formula.test(text) ? `'${text}` : text);
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

const columns: Readonly<Record<string, (record: AuditRecord) => string | number | null>> = {
  record: ({ record }) => record,
  account: ({ account }) => account,
  provider: ({ provider }) => provider,
  environment: ({ environment }) => environment,
  scope: ({ scope }) => scope,
  webhookId: ({ webhookId }) => webhookId,
  kind: ({ kind }) => kind,
  url: ({ url }) => url,
  state: ({ state }) => state,
  cycle: ({ cycle }) => cycle,
  held: ({ held }) => held,
  outcome: ({ outcome }) => outcome,
  leftAs: ({ leftAs }) => leftAs,
  guard: ({ guard }) => guard,
  rules: ({ findings }) => findings.map(({ rule }) => rule).join(' '),
  evidence: ({ findings }) => findings.map(({ evidence }) => evidence).join('; '),
  planId: ({ planId }) => planId,
  dueAt: ({ dueAt }) => dueAt,
  waitFor: ({ waitFor }) => waitFor,
  restoredAs: ({ restoredAs }) => restoredAs,
  changedAt: ({ history }) => history.at(-1)?.at ?? null,
  changedBy: ({ history }) => history.at(-1)?.actor ?? null,
};

/** Records as CSV with a head row; rows end in CRLF, the last one's line feed is the writer's. */
export const csvText = (records: readonly AuditRecord[]): string => {
  const rows = records.map((record) => Object.values(columns).map((column) => csvField(column(record))));
  return `${[Object.keys(columns), ...rows].map((row) => row.join(',')).join('\r\n')}\r`;
};
