import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { scannerHandler } from '../../functions/scanner.ts';
import { dedupId, groupId, type Job, parseJob } from '../../lib/jobs/job.ts';
import { sqsQueue } from '../../lib/jobs/queue.ts';
import { accountNamed, world } from './world.ts';

const job = (over: Partial<Job> = {}): Job => ({
  ...{ v: 1, account: 'shop', scope: 'main', kind: 'endpoint', webhookId: 'a', cycle: 1, version: 1, step: 'disable' },
  ...over,
});
const jobs = (count: number) => Array.from({ length: count }, (_, at) => job({ webhookId: `w${at}` }));

describe('the names of a job in SQS', () => {
  it('group by scope within 128 characters, whatever the scope is called', () => {
    expect(groupId(job())).toMatch(/^[0-9a-f]{64}$/);
    expect(groupId(job({ webhookId: 'b', version: 9 }))).toBe(groupId(job()));
    expect(groupId(job({ scope: 'ü'.repeat(256) }))).toMatch(/^[0-9a-f]{64}$/);
    expect(groupId(job({ scope: 'other' }))).not.toBe(groupId(job()));
    expect(groupId(job({ account: 'till' }))).not.toBe(groupId(job()));
  });

  it('are new with each version of the record, so that no legitimate message is swallowed', () => {
    expect(dedupId(job())).toBe(dedupId(job({ step: 'delete' })));
    expect(dedupId(job({ version: 2 }))).not.toBe(dedupId(job()));
    expect(dedupId(job({ kind: 'signing-secret' }))).not.toBe(dedupId(job()));
  });

  it('are taken from what a message says exactly, and from nothing else', () => {
    expect(parseJob(JSON.stringify(job()))).toEqual(job());
    for (const body of ['', '{', 'null', '[]', '"x"', '{}', JSON.stringify({ ...job(), more: 1 })])
      expect(parseJob(body)).toBeNull();
    for (const over of [
      { v: 2 },
      { cycle: 0 },
      { version: 1.5 },
      { step: 'enable' },
      { kind: 'x' },
      { account: 'Shop' },
    ])
      expect(parseJob(JSON.stringify({ ...job(), ...over }))).toBeNull();
    expect(parseJob(JSON.stringify(job({ webhookId: 'x'.repeat(257) })))).toBeNull();
  });
});

describe('the queue in SQS', () => {
  const client = mockClient(SQSClient);
  const queue = sqsQueue(new SQSClient({ region: 'local' }), {
    jobs: 'jobs-url',
    dead: 'dead-url',
    scans: 'scans-url',
  });
  beforeEach(() => client.reset());
  afterAll(() => client.restore());

  it('sends ten at a time, each with group and dedup id', async () => {
    client.on(SendMessageBatchCommand).resolves({});
    await queue.send(jobs(23));
    const sent = client.commandCalls(SendMessageBatchCommand).map(({ args }) => args[0].input);
    expect(sent.map(({ Entries }) => Entries?.length)).toEqual([10, 10, 3]);
    const first = job({ webhookId: 'w0' });
    const ids = { MessageGroupId: groupId(first), MessageDeduplicationId: dedupId(first) };
    expect(sent[0]?.QueueUrl).toBe('jobs-url');
    expect(sent[0]?.Entries?.[0]).toEqual({ Id: '0', MessageBody: JSON.stringify(first), ...ids });
    for (const { Entries = [] } of sent) expect(new Set(Entries.map(({ Id }) => Id)).size).toBe(Entries.length);
  });

  it('rejects where one entry of a batch failed, after it tried the other batches', async () => {
    const Failed = [{ Id: '0', Code: 'InternalError', SenderFault: false }];
    client.on(SendMessageBatchCommand).resolvesOnce({ Failed, Successful: [] }).resolves({});
    await expect(queue.send(jobs(12))).rejects.toThrow('refused 1 of 12 messages (InternalError)');
    expect(client.commandCalls(SendMessageBatchCommand)).toHaveLength(2);
    const delivery = [{ messageId: 'm', receiptHandle: 'r', body: '' }];
    client.on(ChangeMessageVisibilityBatchCommand).resolves({ Failed, Successful: [] });
    client.on(DeleteMessageBatchCommand).resolves({ Failed, Successful: [] });
    await expect(queue.postpone(delivery, 5)).rejects.toThrow('InternalError');
    await expect(queue.drop(delivery)).rejects.toThrow('InternalError');
  });

  it('postpones all to one time, and asks for depth and dead letters where they are', async () => {
    client.on(ChangeMessageVisibilityBatchCommand).resolves({});
    client.on(ReceiveMessageCommand).resolves({ Messages: [{ MessageId: 'm', ReceiptHandle: 'r', Body: 'b' }] });
    const Attributes = { ApproximateNumberOfMessages: '4', ApproximateNumberOfMessagesNotVisible: '3' };
    client.on(GetQueueAttributesCommand).resolves({ Attributes });
    await queue.postpone([{ messageId: 'm', receiptHandle: 'r', body: '' }], 42);
    expect(client.commandCalls(ChangeMessageVisibilityBatchCommand)[0]?.args[0].input).toEqual({
      QueueUrl: 'jobs-url',
      Entries: [{ Id: '0', ReceiptHandle: 'r', VisibilityTimeout: 42 }],
    });
    expect(await queue.depth()).toBe(7);
    expect(await queue.dead()).toEqual([{ messageId: 'm', receiptHandle: 'r', body: 'b' }]);
    expect(client.commandCalls(ReceiveMessageCommand)[0]?.args[0].input.QueueUrl).toBe('dead-url');
  });

  it('fans a thousand accounts out over the scan queue, ten at a time, each by one message', async () => {
    client.on(SendMessageBatchCommand).resolves({});
    const names = Array.from({ length: 1000 }, (_, at) => `shop-${at}`);
    const { ports } = world(
      names.map((name) => accountNamed(name)),
      {},
    );
    const scanner = scannerHandler(async (actor) => ({ ...ports, queue, actor }));
    expect(await scanner({ kind: 'scan' })).toEqual({ asked: 1000 });
    const sent = client.commandCalls(SendMessageBatchCommand).map(({ args }) => args[0].input);
    expect(sent.map(({ QueueUrl, Entries }) => [QueueUrl, Entries?.length])).toEqual(
      Array.from({ length: 100 }, () => ['scans-url', 10]),
    );
    const bodies = sent.flatMap(({ Entries = [] }) => Entries.map(({ MessageBody = '' }) => JSON.parse(MessageBody)));
    expect(bodies).toEqual(names.map((account) => ({ kind: 'scan', account })));
  });

  it('sends no empty batch', async () => {
    await queue.send([]);
    await queue.drop([]);
    expect(client.calls()).toHaveLength(0);
  });
});
