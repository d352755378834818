import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { scannerHandler } from '../../functions/scanner.ts';
import { workerHandler } from '../../functions/worker.ts';
import { type Mapping, type MappingOptions, mapQueue } from '../../infra/local/mapping.ts';
import type { Stack } from '../../infra/local/stack.ts';
import { readTemplate } from '../../infra/local/template.ts';
import type { CleanupRecord } from '../audit/record.ts';
import type { Ms } from '../clock.ts';
import { type AccountItem, closedFor, everyAccount, readAccounts } from '../jobs/account.ts';
import type { AccountScan } from '../jobs/look.ts';
import { isAwaitingCanary } from '../jobs/plans.ts';
import type { Ports } from '../jobs/ports.ts';
import { dueKeys, readRecords } from '../jobs/records.ts';
import { scanAccount } from '../jobs/scan.ts';
import { sideBySide } from '../jobs/side-by-side.ts';
import { tell } from '../jobs/tell.ts';
import { limits } from '../limits.ts';

export type Runner = {
  /** Scans accounts as the schedule does, a few side by side, and answers what came of each. */
  scan(accounts: readonly string[]): Promise<AccountScan[]>;
  /** Nothing is under way, and nothing is due within `limits.shortWaitMs`. */
  isIdle(): Promise<boolean>;
  /** Takes nothing new and lets what is under way come to its end. */
  stop(): Promise<void>;
};

/** On AWS each minute; here there is no bill for it. */
const sweepMs = 1000;

type Switches = ReadonlyMap<string, Pick<AccountItem, 'stopped' | 'paused'>>;

const switchesOf = ({ table, policy }: Ports): Promise<Switches> =>
  readAccounts({ table }, [everyAccount, ...policy.accounts.map(({ name }) => name)]);

/** Whether this record will be worked on shortly, by itself. */
const isDueSoon = (record: CleanupRecord, switches: Switches, now: Ms): boolean => {
  if (record.dueAt === undefined || record.held !== undefined || record.state === 'proposed') return false;
  const own = switches.get(record.account);
  const stopped = switches.get(everyAccount)?.stopped ?? own?.stopped;
  const undo = record.state === 'restoring';
  if (stopped && !undo) return false;
  const closed = closedFor({ stopped, paused: own?.paused }, undo, now);
  return Math.max(record.dueAt, closed?.until ?? 0) <= now + limits.shortWaitMs;
};

const isQuiet = async (ports: Ports): Promise<boolean> => {
  const switches = await switchesOf(ports);
  const opening = ports.policy.accounts.flatMap(
    ({ name }) => (switches.get(name) as AccountItem | undefined)?.opening ?? [],
  );
  for (const planId of opening) if (!(await isAwaitingCanary(ports, planId))) return false;
  const now = ports.clock.now();
  const known = new Set(ports.policy.accounts.map(({ name }) => name));
  const records = await readRecords(ports, await dueKeys(ports, now + limits.shortWaitMs));
  return !records.some((record) => known.has(record.account) && isDueSoon(record, switches, now));
};

const depthOf = async (sqs: SQSClient, queueUrl: string): Promise<number> => {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const answer = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...names] }));
  return names.reduce((sum, name) => sum + Number(answer.Attributes?.[name] ?? 0), 0);
};

/**
 * Runs what AWS runs, in this process: the functions behind their queues, with the numbers of serverless.yml, and the sweep
 * each second. Goes on until it is stopped. Scans are made here and not by way of their queue, so that the caller learns
 * what came of them.
 */
export const startRunner = (ports: Ports, stack: Pick<Stack, 'environment'>, sqs: SQSClient): Runner => {
  const { clock } = ports;
  const ending = new AbortController();
  const makePorts = async (actor: string): Promise<Ports> => ({ ...ports, actor });
  const scanner = scannerHandler(makePorts);
  const handlers: Readonly<Record<string, MappingOptions['handler']>> = { worker: workerHandler(makePorts), scanner };
  const complain = (error: unknown) =>
    ports.log({ level: 'error', message: 'a function failed; its work comes again', detail: String(error) });

  const mappings = readTemplate().mappings.map((definition): Mapping => {
    const handler = handlers[definition.function];
    const queueUrl = stack.environment[definition.queueUrl];
    if (!handler || !queueUrl) throw new Error(`serverless.yml: nothing here serves ${definition.function}`);
    return mapQueue({ ...definition, sqs, queueUrl, handler, clock, signal: ending.signal, onError: complain });
  });

  const sweeping = (async () => {
    while (!ending.signal.aborted) {
      await scanner({ kind: 'sweep' }).catch(complain);
      await clock.sleep(sweepMs, ending.signal).catch(() => undefined);
    }
  })();

  const inFlight = () => mappings.some((mapping) => mapping.inFlight() > 0);
  return {
    scan: (accounts) =>
      sideBySide(
        accounts,
        limits.accountsAtOnceMax,
        (name) => scanAccount({ ...ports, actor: 'schedule:scan' }, name, { acceptShrink: false }),
        ending.signal,
      ),
    async isIdle() {
      if (inFlight() || (await depthOf(sqs, stack.environment.SCANS_QUEUE_URL ?? '')) > 0) return false;
      return (await isQuiet(ports)) && !inFlight();
    },
    async stop() {
      ending.abort();
      await Promise.all([sweeping, ...mappings.map(({ done }) => done)]);
      // What came of the run is told now: the next sweep may be days away.
      await tell({ ...ports, actor: 'schedule:sweep' }, [], true);
    },
  };
};
