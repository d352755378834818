import type { AuditRecord } from '../audit/printed.ts';
import type { AuditFilter, Unreadable } from '../audit/query.ts';
import { askedFilter } from '../cli/audit-source.ts';
import type { Output } from '../cli/command.ts';
import type { Desk as CommandDesk } from '../cli/desk.ts';
import type { Decided } from '../jobs/decide.ts';
import type { RestoreAnswer } from '../jobs/restore.ts';
import type { Status } from '../jobs/status.ts';
import type { Wanted, Why } from '../jobs/why.ts';
import type { Answer } from '../requests/requests.ts';

export type Decision = { targets: readonly string[]; reason: string };
type Listed = { account: string; scope: string; webhookId: string; reason: string };
/** References to secrets by name, and where a secret goes that the provider makes up. */
export type GivenAlong = { secrets: Readonly<Record<string, string>>; secretTo: string | null };
type Results<T> = Promise<{ results: readonly T[] }>;

/** What the console asks for, under the names and in the shapes of the commands. Refusals are `CommandError`s. */
export type Service = {
  status(): Promise<Status>;
  query(asked: {
    filter: AuditFilter;
    limit: number;
    cursor?: string;
  }): Promise<{ records: readonly AuditRecord[]; next?: string; unreadable?: readonly Unreadable[] }>;
  /** Asks the provider for its lists. */
  why(wanted: Wanted): Promise<Why>;
  approve(asked: Decision): Results<Decided>;
  /** `until` in ISO 8601; null for as long as webhook and rules stay as they are. */
  veto(asked: Decision & { until: string | null }): Results<Decided>;
  release(asked: Decision): Results<Decided>;
  restore(asked: { records: readonly string[]; reason: string; dryRun: boolean } & GivenAlong): Results<RestoreAnswer>;
  enqueue(asked: Listed & { step: 'disable' | 'delete'; now: boolean }): Promise<Answer<'enqueue'>>;
  replace(asked: Listed & { url: string } & GivenAlong): Promise<Answer<'replace'>>;
  /** Without an account everything is meant. */
  stop(asked: { account: string | null; reason: string }): Promise<void>;
  start(asked: { account: string | null; reason: string }): Promise<void>;
};

/** The service over a desk of this machine or of a stack, with every known secret scrubbed from what it answers. */
export const serviceOf = (desk: CommandDesk, { scrubbed }: Pick<Output, 'scrubbed'>): Service => {
  // The console asked for the yes by its own page.
  const yes = true;
  return {
    status: async () => scrubbed(await desk.ask('status', {})),
    query: async ({ filter, ...page }) => scrubbed(await desk.ask('query', { filter: askedFilter(filter), ...page })),
    why: async (wanted) => scrubbed(await desk.ask('why', wanted)),
    approve: async ({ targets, reason }) => scrubbed(await desk.ask('approve', { targets: [...targets], reason, yes })),
    veto: async ({ targets, reason, until }) =>
      scrubbed(await desk.ask('veto', { targets: [...targets], reason, ...(until !== null && { until }) })),
    release: async ({ targets, reason }) => scrubbed(await desk.ask('release', { targets: [...targets], reason })),
    restore: async ({ records, ...asked }) =>
      scrubbed(await desk.ask('restore', { records: [...records], ...asked, yes })),
    enqueue: async (asked) => scrubbed(await desk.ask('enqueue', { ...asked, yes })),
    replace: async (asked) => scrubbed(await desk.ask('replace', { ...asked, yes })),
    stop: async ({ account, reason }) => void (await desk.ask('stop', { reason, ...(account && { account }) })),
    start: async ({ account, reason }) => void (await desk.ask('start', { reason, ...(account && { account }) })),
  };
};
