import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { workerHandler } from '../../functions/worker.ts';
import { type Job, parseJob } from '../../lib/jobs/job.ts';
import type { Delivery } from '../../lib/jobs/queue.ts';
import { shop, testHook, webhook } from '../jobs/world.ts';
import { junk, mutantOf, runs } from './mutate.ts';

const ready = async () => {
  const w = shop([webhook('live'), testHook('a')]);
  await w.scanAndApprove('shop');
  const [delivery] = w.fake.visible();
  return { ...w, job: JSON.parse(delivery?.body ?? '') as Job };
};
const delivered = (bodies: readonly string[]): Delivery[] =>
  bodies.map((body, at) => ({ messageId: `m${at}`, receiptHandle: `r${at}`, body }));

/** The version only makes messages differ: it is never compared. */
const speaksOf = (body: string, job: Job): boolean => {
  const parsed = parseJob(body);
  return parsed !== null && JSON.stringify({ ...parsed, version: 1 }) === JSON.stringify({ ...job, version: 1 });
};

const anyBody = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.json(),
  junk.map((value) => JSON.stringify(value)),
);

describe('a message body', () => {
  it('that is no exact job calls no provider, changes no item and never throws', async () => {
    const { job } = await ready();
    const nearly = mutantOf(job).map(({ value }) => JSON.stringify(value));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(nearly, anyBody), { minLength: 1, maxLength: 10 }), async (bodies) => {
        const w = await ready();
        const exact = bodies.some((body) => speaksOf(body, w.job));
        const before = structuredClone([...w.table.items]);
        const failed = await w.work(delivered(bodies));
        const noJobs = bodies.flatMap((body, at) => (parseJob(body) ? [] : [`m${at}`]));
        expect([...failed].sort()).toEqual(noJobs.sort());
        expect(w.remote.mutations()).toEqual(exact ? ['disable a'] : []);
        if (!exact) expect([...w.table.items]).toEqual(before);
      }),
      runs(300),
    );
  });

  it('that is broken takes no good one of its batch with it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyBody, { minLength: 1, maxLength: 9 }), fc.nat(9), async (bodies, at) => {
        const w = await ready();
        const all = bodies.toSpliced(at, 0, JSON.stringify(w.job));
        const handle = workerHandler(async () => w.ports);
        const Records = delivered(all) as Parameters<typeof handle>[0]['Records'];
        const context = { getRemainingTimeInMillis: () => 120_000 } as Parameters<typeof handle>[1];
        const { batchItemFailures } = await handle({ Records }, context);
        expect(batchItemFailures).toHaveLength(bodies.length);
        expect(w.remote.mutations()).toEqual(['disable a']);
      }),
      runs(60),
    );
  });
});
