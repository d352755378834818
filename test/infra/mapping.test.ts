import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { localClients } from '../../infra/local/clients.ts';
import { failuresIn, type MappingOptions, mapQueue } from '../../infra/local/mapping.ts';
import { type Stack, startStack } from '../../infra/local/stack.ts';
import { systemClock } from '../../lib/clock.ts';

let stack: Stack;
let sqs: SQSClient;
beforeAll(async () => {
  stack = await startStack(null);
  sqs = localClients(stack).sqs;
});
afterAll(async () => {
  sqs.destroy();
  await stack.close();
});

let queues = 0;

/** A FIFO queue that hides messages for one second and gives them up at the third receive. */
const freshQueue = async () => {
  const name = `q${queues++}`;
  await sqs.send(new CreateQueueCommand({ QueueName: `${name}-dead.fifo`, Attributes: { FifoQueue: 'true' } }));
  const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:${name}-dead.fifo`;
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
  const Attributes = { FifoQueue: 'true', VisibilityTimeout: '1', RedrivePolicy };
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `${name}.fifo`, Attributes }));
  return { url: QueueUrl, deadUrl: QueueUrl.replace('.fifo', '-dead.fifo') };
};

let sent = 0;
const send = (QueueUrl: string, body: string, group = body) =>
  sqs.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: body,
      MessageGroupId: group,
      MessageDeduplicationId: `d${sent++}`,
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'job' } },
    }),
  );

const depth = async (QueueUrl: string): Promise<number> => {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }));
  return names.reduce((sum, name) => sum + Number(Attributes?.[name]), 0);
};

/** Maps the queue until the test calls `stop` or ends. */
const mapped = (url: string, handler: MappingOptions['handler'], options: Partial<MappingOptions> = {}) => {
  const over = new AbortController();
  const errors: string[] = [];
  const mapping = mapQueue({
    sqs,
    queueUrl: url,
    arn: 'arn:aws:sqs:us-east-1:000000000000:jobs.fifo',
    function: 'worker',
    batchSize: 10,
    concurrency: 2,
    timeoutMs: 5000,
    handler,
    clock: systemClock,
    signal: over.signal,
    onError: (error) => errors.push((error as Error).message),
    ...options,
  });
  const stop = async () => {
    over.abort();
    await mapping.done;
  };
  onTestFinished(stop);
  return { mapping, stop, errors };
};

const bodies = (event: SQSEvent): string[] => event.Records.map(({ body }) => body);
const failuresOf = (records: readonly SQSRecord[]) => ({
  batchItemFailures: records.map(({ messageId }) => ({ itemIdentifier: messageId })),
});

describe('the event source mapping', () => {
  it('hands over the records and the context that Lambda would, and deletes what was done', async () => {
    const { url } = await freshQueue();
    await send(url, 'a');
    const seen = Promise.withResolvers<[SQSEvent, Context, number]>();
    const { stop, errors } = mapped(url, (event, context) => {
      seen.resolve([event, context, context.getRemainingTimeInMillis()]);
    });
    const [event, context, remaining] = await seen.promise;
    await stop();

    expect(event.Records).toHaveLength(1);
    expect(event.Records[0]).toMatchObject({
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      receiptHandle: expect.any(String),
      body: 'a',
      attributes: {
        MessageGroupId: 'a',
        MessageDeduplicationId: expect.any(String),
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^\d+$/),
        SequenceNumber: expect.any(String),
      },
      messageAttributes: { kind: { dataType: 'String', stringValue: 'job' } },
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:jobs.fifo',
      awsRegion: 'us-east-1',
    });
    expect(context).toMatchObject({ functionName: 'worker', awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(remaining).toBeGreaterThan(4000);
    expect(remaining).toBeLessThanOrEqual(5000);
    expect(await depth(url)).toBe(0);
    expect(errors).toEqual([]);
  });

  it('deletes all but the failures, and brings these again', async () => {
    const { url } = await freshQueue();
    for (const body of ['a', 'b', 'c']) await send(url, body);
    const batches: string[][] = [];
    const again = Promise.withResolvers<SQSRecord>();
    const { stop } = mapped(url, (event) => {
      batches.push(bodies(event));
      const failing = event.Records.find(({ body }) => body === 'b');
      if (failing?.attributes.ApproximateReceiveCount === '2') again.resolve(failing);
      return failuresOf(failing && failing.attributes.ApproximateReceiveCount === '1' ? [failing] : []);
    });
    await again.promise;
    await stop();
    expect(batches.flat()).toEqual(['a', 'b', 'c', 'b']);
    expect(await depth(url)).toBe(0);
  });

  it.each<[string, MappingOptions['handler'], RegExp]>([
    ['throws', () => Promise.reject(new Error('broken')), /broken/],
    ['throws at once', () => JSON.parse('{'), /JSON/],
    ['names a message that is not of the batch', () => ({ batchItemFailures: [{ itemIdentifier: 'x' }] }), /names no/],
    ['takes longer than its timeout', () => new Promise(() => undefined), /longer than 50 ms/],
  ])('keeps the whole batch when the function %s', async (_what, handler, why) => {
    const { url } = await freshQueue();
    await send(url, 'a');
    await send(url, 'b');
    const failed = Promise.withResolvers<string>();
    const { stop } = mapped(url, handler, {
      timeoutMs: 50,
      onError: (error) => failed.resolve((error as Error).message),
    });
    expect(await failed.promise).toMatch(why);
    await stop();
    expect(await depth(url)).toBe(2);
  });

  it('leaves a message that keeps failing to the dead-letter queue', async () => {
    const { url, deadUrl } = await freshQueue();
    await send(url, 'poison');
    let times = 0;
    mapped(url, (event) => {
      times++;
      return failuresOf(event.Records);
    });
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: deadUrl, WaitTimeSeconds: 20, MessageSystemAttributeNames: ['All'] }),
    );
    expect(Messages.map(({ Body }) => Body)).toEqual(['poison']);
    expect(times).toBe(2);
    expect(await depth(url)).toBe(0);
  });

  it('keeps the order of a group, and never hands out two of a group at a time', async () => {
    const { url } = await freshQueue();
    const expected = ['1', '2', '3', '4', '5'];
    for (const body of expected) await send(url, body, 'one group');
    const seen: string[] = [];
    const done = Promise.withResolvers<void>();
    let atOnce = 0;
    const { stop, errors } = mapped(url, async (event) => {
      expect(++atOnce).toBe(1);
      await new Promise(setImmediate);
      seen.push(...bodies(event));
      atOnce--;
      if (seen.length === expected.length) done.resolve();
    });
    await done.promise;
    await stop();
    expect(errors).toEqual([]);
    expect(seen).toEqual(expected);
  });

  it('runs at most as many handlers as it may', async () => {
    const { url } = await freshQueue();
    for (let at = 0; at < 8; at++) await send(url, `m${at}`);
    const [full, done] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let [atOnce, most, total] = [0, 0, 0];
    const handler = async () => {
      most = Math.max(most, ++atOnce);
      if (atOnce === 3) full.resolve();
      await full.promise;
      for (let calls = 0; calls < 10; calls++) await depth(url);
      atOnce--;
      if (++total === 8) done.resolve();
    };
    const { stop } = mapped(url, handler, { batchSize: 1, concurrency: 3 });
    await done.promise;
    await stop();
    expect(most).toBe(3);
  });

  it('ends by letting the handlers finish and by giving back what arrives meanwhile', async () => {
    const { url } = await freshQueue();
    await send(url, 'a');
    const begun = Promise.withResolvers<void>();
    const polling = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    let calls = 0;
    const handler = async () => {
      calls++;
      begun.resolve();
      await go.promise;
    };
    const watched = Object.create(sqs, {
      send: {
        value: (command: object) => {
          if (calls === 1 && command instanceof ReceiveMessageCommand) polling.resolve();
          return sqs.send(command as ReceiveMessageCommand);
        },
      },
    }) as SQSClient;
    const { mapping, stop } = mapped(url, handler, { sqs: watched });
    await Promise.all([begun.promise, polling.promise]);
    expect(mapping.inFlight()).toBe(1);
    const stopped = stop();
    await send(url, 'b');
    go.resolve();
    await stopped;
    expect(mapping.inFlight()).toBe(0);
    expect(calls).toBe(1);
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url }));
    expect(Messages.map(({ Body }) => Body)).toEqual(['b']);
    expect(await depth(url)).toBe(1);
  });

  it('says when nothing is left to do', async () => {
    const { url } = await freshQueue();
    await send(url, 'a');
    const idle = Promise.withResolvers<number>();
    let handled = 0;
    mapped(url, () => void handled++, { onIdle: () => idle.resolve(handled) });
    expect(await idle.promise).toBe(1);
  });

  it('says when the queue does not answer, and goes on', async () => {
    const failed = Promise.withResolvers<void>();
    const { stop } = mapped(`${stack.endpoints.sqs}/000000000000/absent.fifo`, () => undefined, {
      onError: () => failed.resolve(),
    });
    await failed.promise;
    await stop();
  });
});

describe('the answer of a function', () => {
  const ids = ['a', 'b'];
  it.each<[unknown, string[]]>([
    [undefined, []],
    [null, []],
    [{}, []],
    [{ batchItemFailures: null }, []],
    [{ batchItemFailures: [] }, []],
    [{ batchItemFailures: [{ itemIdentifier: 'b' }] }, ['b']],
  ])('%j means that these failed: %j', (answer, failed) => {
    expect([...(failuresIn(answer, ids) ?? ['all'])]).toEqual(failed);
  });

  it.each([
    ['done'],
    [{ batchItemFailures: 'b' }],
    [{ batchItemFailures: [{ itemIdentifier: null }] }],
    [{ batchItemFailures: [{ itemIdentifier: '' }] }],
    [{ batchItemFailures: [{ id: 'b' }] }],
    [{ batchItemFailures: [{ itemIdentifier: 'b' }, { itemIdentifier: 'c' }] }],
    [{ batchItemFailures: ['b'] }],
  ])('%j means that the whole batch failed', (answer) => {
    expect(failuresIn(answer, ids)).toBeNull();
  });
});
