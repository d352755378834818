import { workerHandler } from '../../functions/worker.ts';
import { invocationContext, sqsEvent } from '../../infra/local/event.ts';
import { recordKey } from '../../lib/audit/record.ts';
import { change, dynamoTable, type Table } from '../../lib/audit/table.ts';
import { type Clock, systemClock, systemRandom } from '../../lib/clock.ts';
import { localReaders } from '../../lib/credentials.ts';
import { approve } from '../../lib/jobs/decide.ts';
import { type Job, jobFor } from '../../lib/jobs/job.ts';
import type { PlanHeader } from '../../lib/jobs/plans.ts';
import type { Ports } from '../../lib/jobs/ports.ts';
import { closedQueue } from '../../lib/jobs/queue.ts';
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

/** The next jobs of an account's records, in batches. */
export const batchesOf = async ({ ports }: Ours, site: Site): Promise<Job[][]> => {
  const scope = site.account.name;
  const subjects = idsOf(site).map((webhookId) => ({ account: scope, scope, kind: 'endpoint' as const, webhookId }));
  const records = await readRecords(ports, subjects.map(recordKey));
  const jobs = records.flatMap((record) => jobFor(record) ?? []);
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

/** Works an account's batches one after the other, as a FIFO group does. */
export const workSite = async (ours: Ours, site: Site, batches: readonly Job[][]): Promise<void> => {
  const handler = workerHandler(async (actor) => ({ ...ours.ports, actor }));
  for (const batch of batches) {
    const context = invocationContext('worker', 120_000, ours.ports.clock);
    const { batchItemFailures } = await handler(eventOf(batch, site.account.name), context);
    if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} of ${batch.length} jobs failed`);
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
    await workSite(ours, site, await batchesOf(ours, site));
  };
  await Promise.all(sites.map(disableAll));
  ours.pass(25 * hourMs);
};
