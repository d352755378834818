import type { Entry } from '../audit/chain.ts';
import { type CleanupRecord, recordName } from '../audit/record.ts';
import type { Item } from '../audit/table.ts';
import { type AccountItem, everyAccount } from '../jobs/account.ts';
import type { LogEvent } from '../jobs/ports.ts';
import type { ScopeItem } from '../jobs/scope.ts';
import type { Counts } from './metrics.ts';

type Story = { seqBefore: number; history: readonly Entry[] };

const linesSince = (before: Story | undefined, after: Story): readonly Entry[] => {
  const told = before ? before.seqBefore + before.history.length : 0;
  return after.history.filter(({ seq }) => seq > told);
};

const countOf: Readonly<Record<string, Counts>> = {
  proposed: { Proposed: 1 },
  disabled: { StepsDisabled: 1 },
  deleted: { StepsDeleted: 1 },
  failed: { StepsFailed: 1 },
};

const levelOf: Readonly<Record<string, LogEvent['level']>> = { failed: 'error', held: 'warn', restoring: 'warn' };

const recordLines = (before: CleanupRecord | undefined, after: CleanupRecord): LogEvent[] => {
  const { account, scope, kind, webhookId, planId, cycle } = after;
  return linesSince(before, after).map(({ event, actor, detail }) => {
    const wentOff = event === 'observing' && before?.state === 'disabling';
    const count = wentOff ? { StepsDisabled: 1 } : countOf[event];
    return {
      level: levelOf[event] ?? 'info',
      message: event,
      ...{ account, scope, kind, webhookId, actor, detail },
      job: `${recordName(after)}#${cycle}`,
      ...(planId !== null && { plan: planId }),
      ...(count && { count }),
    };
  });
};

const accountLines = (before: AccountItem | undefined, after: AccountItem): LogEvent[] => {
  const account = after.name === everyAccount ? {} : { account: after.name };
  const { paused } = after;
  const refused = paused?.kind === 'credential' && paused.until !== before?.paused?.until;
  return [
    ...linesSince(before, after).map(({ event, actor, detail }) => ({
      level: 'warn' as const,
      message: event,
      ...{ ...account, actor, detail },
    })),
    ...(refused
      ? [
          {
            level: 'error' as const,
            message: 'the account is paused: its credential was refused',
            ...{ ...account, detail: paused.why },
            count: { CredentialFailures: 1 },
          },
        ]
      : []),
  ];
};

const scanCounts = { complete: 'ScansCompleted', incomplete: 'ScansIncomplete', error: 'ScansFailed' } as const;
/** What a scan's code counts as besides; a refused credential is counted where it pauses the account. */
const codeCounts: Readonly<Record<string, Counts>> = { shrink: { ShrinkAlarms: 1 }, access: { CredentialFailures: 1 } };

const scopeLines = (before: ScopeItem | undefined, { account, scope, lastScan }: ScopeItem): LogEvent[] => {
  if (!lastScan || lastScan.at === before?.lastScan?.at) return [];
  const { status, code, message } = lastScan;
  return [
    {
      level: status === 'complete' ? 'info' : 'warn',
      message: `scan ${status}`,
      ...{ account, scope, ...(message !== undefined && { detail: `${code}: ${message}` }) },
      count: { [scanCounts[status]]: 1, ...codeCounts[code ?? ''] },
    },
  ];
};

const families = { record: recordLines, account: accountLines, scope: scopeLines } as const;

/**
 * What a write of the table says to the log: each new line of a story, each scan, each refused credential, with what it
 * counts. All writes pass one place, so nothing that happens goes unlogged and nothing is logged that did not happen.
 */
export const writtenLines = (before: Item | undefined, after: Item): LogEvent[] => {
  const lines = families[after.sk as keyof typeof families] as
    | ((before: Item | undefined, after: Item) => LogEvent[])
    | undefined;
  return lines?.(before, after) ?? [];
};
