import { child } from './child.ts';
import type { Deletions } from './deletions-run.ts';
import { type Figure, figure } from './figure.ts';
import prices from './prices.json' with { type: 'json' };

const wanted = 1000;
/** Of one batch of ten: taken from the queue, deleted from it, and sent to it before. */
const queueRequests = 3 / 10;

const dollars = ({ writeUnits, readUnits }: Deletions): { table: number; all: number } => {
  const { dollarsPerMillion: price } = prices;
  const table = (writeUnits * price.writeUnits + readUnits * price.readUnits) / wanted;
  return { table, all: table + queueRequests * price.fifoRequests + price.lambdaRequests / 10 };
};

/** The same 1,000 deletions in three ways, each in a process and on a stack of its own. */
export const benchDeletions = async (): Promise<Figure[]> => {
  const run = async (way: 'ours' | 'powertools' | 'seed'): Promise<Deletions> => {
    const made = await child<Deletions>('deletions-run.ts', [way]);
    if (made.deleted !== wanted) throw new Error(`${way} deleted ${made.deleted} of ${wanted}`);
    return made;
  };
  const ours = await run('ours');
  const powertools = await run('powertools');
  const seed = await run('seed');
  const each = (count: number) => [count / wanted];
  return [
    figure('wall.vsPowertools', [ours.wallMs / powertools.wallMs], '×', { below: 1 }, 'wall time of 1,000 deletions'),
    figure('wall.vsSeed', [ours.wallMs / seed.wallMs], '×', { below: 1 }, 'the same, against the sequential sample'),
    figure(
      'requests.vsPowertools',
      [ours.providerRequests / powertools.providerRequests],
      '×',
      { below: 1 },
      'requests to the provider',
    ),
    figure('requests.vsSeed', [ours.providerRequests / seed.providerRequests], '×', { below: 1 }, 'the same'),
    figure('writes.vsPowertools', [ours.tableWrites / powertools.tableWrites], '×', { below: 1 }, 'writes to DynamoDB'),
    figure(
      'writes.vsSeed',
      [ours.tableWrites / seed.tableWrites],
      '×',
      { below: 1 },
      'the sample only writes an audit line',
    ),
    figure('writes.batchStep', each(ours.tableWrites), 'writes', { atMost: 2.2 }, 'a deletion in a batch of ten'),
    figure(
      'units.deleteStep',
      each(ours.writeUnits),
      'write units',
      null,
      'a deletion in a batch of ten, index rows included',
    ),
    figure('reads.deleteStep', each(ours.readUnits), 'read units', null, 'a deletion in a batch of ten'),
    figure(
      'dollars.perMillionDeletes',
      [dollars(ours).table],
      '$',
      { atMost: 5 },
      `table capacity, prices of ${prices.asOf}`,
    ),
    figure(
      'dollars.perMillionDeletes.all',
      [dollars(ours).all],
      '$',
      null,
      'with queue and function requests, without their time',
    ),
  ];
};
