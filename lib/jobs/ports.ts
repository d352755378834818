import type { Table, WritePorts } from '../audit/table.ts';
import type { Clock, Random } from '../clock.ts';
import type { Counts } from '../log/metrics.ts';
import type { Notices } from '../notices/notice.ts';
import type { Account, Policy } from '../policy/policy.ts';
import type { Opened } from '../providers/open.ts';
import type { SecretStore } from '../secrets.ts';
import type { Kind } from '../webhook.ts';
import type { Queue } from './queue.ts';
import type { Resolve } from './resolve.ts';

/** Everything that touches the world, as one parameter: a simulation swaps all of it. */
export type Ports = {
  clock: Clock;
  random: Random;
  table: Table;
  queue: Queue;
  policy: Policy;
  /** Resolves credentials and opens the provider; once per account and process. */
  open(account: Account): Promise<Opened>;
  /** Secrets by reference, for restores; absent where a process neither reads nor writes any. */
  secrets?: SecretStore;
  /** Asks DNS for a host; where it is absent, every host is unknown. */
  resolve?: Resolve;
  /** Where notices go; a process without it tells nobody, and what has to be announced waits. */
  notices?: Notices;
  /** Messages in the dead-letter queue, roughly; absent where a process cannot see it. */
  deadLetters?(): Promise<number>;
  /** Who acts, as the history names it. */
  actor: string;
  log(event: LogEvent): void;
  /** Is told of every write of the table that was won. */
  wrote?: WritePorts['wrote'];
  signal?: AbortSignal;
};

export type LogEvent = {
  level: 'info' | 'warn' | 'error';
  message: string;
  account?: string;
  scope?: string;
  kind?: Kind;
  webhookId?: string;
  plan?: string;
  /** Record and cycle: what one webhook's cleanup is called from its proposal to its end. */
  job?: string;
  actor?: string;
  detail?: string;
  /** What it adds to the metrics. */
  count?: Counts;
};

export const accountOf = (policy: Policy, name: string): Account | undefined =>
  policy.accounts.find((account) => account.name === name);
