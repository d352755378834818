import { workerHandler } from '../../functions/worker.ts';
import { invocationContext, sqsEvent } from '../../infra/local/event.ts';
import { recordKey } from '../../lib/audit/record.ts';
import { change, dynamoTable, type Table } from '../../lib/audit/table.ts';
import { type Clock, systemClock, systemRandom } from '../../lib/clock.ts';
import { localReaders } from '../../lib/credentials.ts';
import { closedQueue } from '../../lib/jobs/closed-queue.ts';
import { approve } from '../../lib/jobs/decide.ts';
import { type Job, jobFor } from '../../lib/jobs/job.ts';
import type { PlanHeader } from '../../lib/jobs/plans.ts';
import type { Ports } from '../../lib/jobs/ports.ts';
import { readRecords } from '../../lib/jobs/records.ts';
import { scanAccount } from '../../lib/jobs/scan.ts';
import { policyHash } from '../../lib/policy/packaged.ts';
import { createHttp } from '../../lib/providers/http.ts';
import { createOpener } from '../../lib/providers/open.ts';
import { providers } from '../../lib/providers/registry.ts';
import { type Arena, batchSize, type Site } from './arena.ts';

export type Ours = { ports: Ports; table: Table; pass(ms: number): void };

/** hooksweep as its functions wire it, but that time can be passed and that batches are handed over by hand. */
export const oursAt = ({ clients, stack, sites }: Arena): Ours => {
  let aheadMs = 0;
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
  const table = dynamoTable(clients.dynamodb, stack.environment.TABLE_NAME ?? '', clock);
  const accounts = sites.map(({ account }) => account);
  const tokens = Object.fromEntries(sites.map(({ token }, index) => [`BENCH_${index}`, token]));
  const ports: Ports = {
    clock,
    random: systemRandom,
    table,
    // The batches are made here: the embedded queue hands out one message of a group at a time.
    queue: { ...closedQueue, send: async () => {}, depth: async () => 0, postpone: async () => {} },
    policy: { version: 1, accounts, hash: policyHash(accounts) },
    open: createOpener(providers, localReaders(tokens), createHttp({ clock, version: 'bench' })),
    actor: 'os:bench',
    log: ({ level, message, detail }) => {
      if (level === 'error') throw new Error(`${message}: ${detail}`);
    },
  };
  return {
    ports,
    table,
    pass: (ms) => {
      aheadMs += ms;
    },
  };
};

const idsOf = ({ simulator }: Site): string[] => [...simulator.state.keys()].filter((id) => id !== '100');

/** The jobs of an account's records at this step, in batches. */
export const batchesOf = async ({ ports }: Ours, site: Site, step: Job['step']): Promise<Job[][]> => {
  const scope = site.account.name;
  const subjects = idsOf(site).map((webhookId) => ({ account: scope, scope, kind: 'endpoint' as const, webhookId }));
  const records = await readRecords(ports, subjects.map(recordKey));
  const jobs = records.flatMap((record) => jobFor(record) ?? []).filter((job) => job.step === step);
  return Array.from({ length: Math.ceil(jobs.length / batchSize) }, (_, at) =>
    jobs.slice(at * batchSize, (at + 1) * batchSize),
  );
};

export const eventOf = (
  bodies: readonly unknown[],
  group: string,
  arn = 'arn:aws:sqs:us-east-1:000000000000:jobs.fifo',
) =>
  sqsEvent(
    bodies.map((body, at) => ({
      MessageId: `${group}-${at}-${JSON.stringify(body).length}`,
      ReceiptHandle: `${at}`,
      Body: JSON.stringify(body),
      Attributes: { MessageGroupId: group, ApproximateReceiveCount: '1' },
    })),
    arn,
  );

const handOutsMax = 20;

/**
 * Works an account's batches one after the other, as a FIFO group does: what had no turn at the provider in time is handed out
 * again when it is visible.
 */
export const workSite = async ({ ports }: Ours, site: Site, batches: readonly Job[][]): Promise<void> => {
  let hiddenMs = 0;
  const queue: Ports['queue'] = {
    ...ports.queue,
    postpone: async (_, seconds) => {
      hiddenMs = seconds * 1000;
    },
  };
  const handler = workerHandler(async (actor) => ({ ...ports, queue, actor }));
  for (const batch of batches) {
    let rest: readonly Job[] = batch;
    for (let handOut = 1; rest.length > 0; handOut++) {
      if (handOut > handOutsMax) throw new Error(`${rest.length} of ${batch.length} jobs failed ${handOutsMax} times`);
      if (handOut > 1) await ports.clock.sleep(hiddenMs);
      const event = eventOf(rest, site.account.name);
      const answer = await handler(event, invocationContext('worker', 120_000, ports.clock));
      const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      rest = rest.filter((_, at) => failed.has(event.Records[at]?.messageId ?? ''));
    }
  }
};

const hourMs = 3_600_000;

/** Scans, approves and disables all that is to go, and lets a day pass: what is left are the deletions. */
export const prepare = async (ours: Ours, sites: readonly Site[]): Promise<void> => {
  const { ports } = ours;
  const disableAll = async (site: Site) => {
    const { plan } = await scanAccount(ports, site.account.name, { acceptShrink: false });
    const header = { pk: `plan#${plan.planId}`, sk: 'header' };
    await change<PlanHeader>(ports, header, (current) => (current ? { next: { ...current, forced: true } } : null));
    await approve(ports, plan.planId, 'bench');
    await workSite(ours, site, await batchesOf(ours, site, 'disable'));
  };
  await Promise.all(sites.map(disableAll));
  ours.pass(25 * hourMs);
};
