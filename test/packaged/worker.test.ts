import type { SQSEvent } from 'aws-lambda';
import { expect, it } from 'vitest';
import { jobsOf, nextEvent, scanAndApprove, settle, work } from './batch.ts';
import type { FrontRequest } from './front.ts';
import { recordsOf, verify } from './people.ts';
import { answered } from './runtime-api.ts';
import { operationOf, type Service, service } from './service.ts';

const deletesOf = (requests: readonly FrontRequest[]): readonly string[] =>
  requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path.split('/').at(-1) ?? '');

/** The waves in which a plan goes: one, five, the rest. */
const waves = [1, 5, 10];

/** Works all but the deletions of the last wave, all by the packaged functions. Answers the batch of these. */
const upToLastWave = async (world: Service): Promise<SQSEvent> => {
  const scanner = await world.start('scanner');
  const enqueue = await world.start('enqueue');
  const worker = await world.start('worker');
  await scanAndApprove(world, scanner, enqueue);
  for (const count of waves) {
    answered(await scanner.invoke({ kind: 'sweep' }));
    expect(await work(world, 'JOBS_QUEUE_URL', worker, count)).toEqual([]);
    if (count !== waves.at(-1)) expect(await work(world, 'JOBS_QUEUE_URL', worker, count)).toEqual([]);
  }
  return nextEvent(world, 'JOBS_QUEUE_URL', waves.at(-1));
};

it('the packaged worker works a batch of ten jobs in three scopes, one of which fails', {
  timeout: 90_000,
}, async () => {
  const world = await service([10, 3, 3]);
  const { simulator, provider, sqs } = world;
  const batch = await upToLastWave(world);
  const jobs = jobsOf(batch);
  const crowded = jobs.filter(({ scope }) => scope === 'projects:sari-sari-demo/checkout');
  const [first, failing, ...behind] = crowded;
  expect(new Set(batch.Records.map(({ attributes }) => attributes.MessageGroupId)).size).toBe(3);
  expect([jobs.length, crowded.length, deletesOf(provider.seen).length]).toEqual([10, 4, 6]);
  provider.seen.splice(0);

  provider.intercept = (request) =>
    request.method === 'DELETE' && request.path.endsWith(`/${failing?.webhookId}`)
      ? { status: 503, body: '{"message":"try again"}' }
      : request;
  const worker = await world.start('worker');
  const before = sqs.seen.length;
  const failed = await settle(world, 'JOBS_QUEUE_URL', batch, await worker.invoke(batch));

  const waiting = [failing, ...behind];
  expect(failed).toEqual(waiting.map((job) => job?.messageId));
  const stay = waiting.map((job) => job?.webhookId ?? '');
  const gone = jobs.map(({ webhookId }) => webhookId).filter((id) => !stay.includes(id));
  expect(gone).toHaveLength(7);
  expect(gone).toContain(first?.webhookId);
  expect([...simulator.state.keys()].toSorted()).toEqual(['1000', '2000', '3000', ...stay].toSorted());
  // Those behind the failing one were not even tried.
  expect(deletesOf(provider.seen).toSorted()).toEqual([...gone, failing?.webhookId ?? ''].toSorted());

  const calls = sqs.seen.slice(before).filter((request) => operationOf(request) !== 'DeleteMessageBatch');
  expect(calls.map(operationOf)).toEqual(['ChangeMessageVisibilityBatch']);
  const { Entries } = JSON.parse(calls[0]?.body ?? '') as { Entries: Record<string, unknown>[] };
  expect(Entries.map(({ ReceiptHandle }) => ReceiptHandle)).toEqual(waiting.map((job) => job?.receiptHandle));
  const [seconds] = Entries.map(({ VisibilityTimeout }) => Number(VisibilityTimeout));
  expect(Entries.map(({ VisibilityTimeout }) => VisibilityTimeout)).toEqual(waiting.map(() => seconds));
  expect(seconds).toBeGreaterThanOrEqual(1);
  expect(seconds).toBeLessThanOrEqual(2);

  provider.intercept = (request) => request;
  const again = await nextEvent(world, 'JOBS_QUEUE_URL', 3);
  expect(jobsOf(again).map(({ webhookId }) => webhookId)).toEqual(stay);
  expect(await settle(world, 'JOBS_QUEUE_URL', again, await worker.invoke(again))).toEqual([]);
  expect([...simulator.state.keys()].toSorted()).toEqual(['1000', '2000', '3000']);

  const audit = await world.start('audit');
  const records = await recordsOf(audit);
  expect(records.map(({ state }) => state)).toEqual(Array(16).fill('deleted'));
  expect(await verify(audit)).toMatchObject({ records: 16, broken: [] });
});
