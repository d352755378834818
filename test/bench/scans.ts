import { scannerHandler } from '../../functions/scanner.ts';
import numbers from '../../infra/numbers.json' with { type: 'json' };
import { packed } from '../../lib/audit/packed.ts';
import type { ScanRequest } from '../../lib/jobs/queue.ts';
import { metered } from '../jobs/metered.ts';
import { accountNamed, fakeProvider, hour, webhook, world } from '../jobs/world.ts';
import { type Figure, figure } from './figure.ts';
import prices from './prices.json' with { type: 'json' };

const accounts = 10;
const webhooks = 20;
/** After so many days a scope has as many of them kept for back-tests as it ever has. */
const days = 91;
/** As `scanRate` has it. */
const scansPerDay = 4;
const batchMax = 10;

/** Ten accounts of one scope each, in which nothing is found, scanned by schedule and queue: what one day of it takes. */
export const dayOfScans = async () => {
  const names = Array.from({ length: accounts }, (_, at) => `account-${at}`);
  const url = (id: string) => `https://api.${id}.sari-sari-demo.ph/webhooks/incoming/orders`;
  const hooks = Array.from({ length: webhooks }, (_, at) => webhook(`we_1PgafyB7${at}`, { url: url(`shop${at}`) }));
  const made = world(
    names.map((name) => accountNamed(name)),
    Object.fromEntries(names.map((name) => [name, fakeProvider(hooks)])),
  );
  const meter = metered(made.table, packed);
  let used = { scans: 0, invocations: 0, queueRequests: 0 };
  let asked: readonly ScanRequest[] = [];
  const scan = async (requests: readonly ScanRequest[]) => {
    asked = requests;
    used.queueRequests += Math.ceil(requests.length / batchMax);
  };
  const random = { ...made.ports.random, token: () => 'f'.repeat(32) };
  const ports = { ...made.ports, table: meter.port, random, queue: { ...made.ports.queue, scan } };
  const scanner = scannerHandler(async (actor) => ({ ...ports, actor }));
  const scanAll = async (): Promise<void> => {
    await scanner({ kind: 'scan' });
    used.invocations += 1;
    for (const request of asked) {
      const body = JSON.stringify({ kind: 'scan', ...request });
      const { batchItemFailures } = (await scanner({ Records: [{ messageId: 'm', body }] } as never)) as {
        batchItemFailures: unknown[];
      };
      if (batchItemFailures.length > 0) throw new Error(`the scan of ${request.account} failed`);
      used.scans += 1;
      used.invocations += 1;
      // Taken from the queue and deleted from it, one message a batch.
      used.queueRequests += 2;
    }
    made.pass((24 / scansPerDay) * hour);
  };
  const scanDay = async (): Promise<void> => {
    for (let scan = 0; scan < scansPerDay; scan++) await scanAll();
  };
  for (let day = 0; day < days; day++) await scanDay();
  meter.spent();
  used = { scans: 0, invocations: 0, queueRequests: 0 };
  await scanDay();
  const { writes, writeUnits, readUnits } = meter.spent();
  return { ...used, writes, writeUnits, readUnits };
};

/** What a scan takes that brings no news. How long a function runs is not known here, only what a second of it costs. */
export const benchScans = async (): Promise<Figure[]> => {
  const { scans, invocations, queueRequests, writes, writeUnits, readUnits } = await dayOfScans();
  const { dollarsPerMillion: price } = prices;
  const table = (writeUnits * price.writeUnits + readUnits * price.readUnits) / scans;
  const requests = (queueRequests * price.standardRequests + invocations * price.lambdaRequests) / scans;
  const gigabytes = numbers.scannerMemoryMegabytes / 1024;
  const second = 1_000_000 * gigabytes * prices.dollarsPerGigabyteSecondArm;
  const about = `a scope of ${webhooks} webhooks without news, scanned ${scansPerDay} times a day`;
  return [
    figure('dollars.perMillionScans', [table], '$', null, `table capacity of ${about}; prices of ${prices.asOf}`),
    figure('dollars.perMillionScans.all', [table + requests], '$', null, 'with queue and function requests'),
    figure(
      'dollars.perMillionScans.second',
      [second],
      '$',
      null,
      `on top, for each second that a scan takes, at ${numbers.scannerMemoryMegabytes} MB`,
    ),
    figure('writes.scan', [writes / scans], 'writes', null, about),
    figure('units.scan', [writeUnits / scans], 'write units', null, about),
    figure('reads.scan', [readUnits / scans], 'read units', null, about),
  ];
};
