import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Round } from './account.ts';
import { dedupId, groupId, type Job } from './job.ts';

/** A message as somebody received it. */
export type Delivery = {
  messageId: string;
  receiptHandle: string;
  body: string;
  /** How often it was handed out, this time included; absent where the queue does not tell. */
  receives?: number;
};

/** What a message asks for: a scan of this account or, where it names one, this part of a round. Nothing in it is trusted. */
export type ScanRequest = { account: string; round?: Pick<Round, 'began' | 'part'> };

/** The jobs queue as a port. */
export type Queue = {
  /** Rejects where any job was not taken: the record stands, the sweep sends it again. */
  send(jobs: readonly Job[]): Promise<void>;
  /** Messages that wait, roughly. */
  depth(): Promise<number>;
  /** Makes messages visible again after this many seconds, all to one value. */
  postpone(deliveries: readonly Delivery[], seconds: number): Promise<void>;
  /** A few dead messages; they stay until they are dropped. */
  dead(): Promise<Delivery[]>;
  drop(deliveries: readonly Delivery[]): Promise<void>;
  /** Asks for scans, each by a message of its own. */
  scan(requests: readonly ScanRequest[]): Promise<void>;
};

export type QueueUrls = { jobs: string; dead: string; scans: string };

const batchMax = 10;

const inBatches = async <T>(list: readonly T[], send: (batch: readonly T[]) => Promise<string[]>): Promise<void> => {
  const failed: string[] = [];
  for (let at = 0; at < list.length; at += batchMax) failed.push(...(await send(list.slice(at, at + batchMax))));
  if (failed.length > 0)
    throw new Error(`the queue refused ${failed.length} of ${list.length} messages (${failed[0]})`);
};

const failures = (answer: { Failed?: { Code?: string }[] }): string[] =>
  (answer.Failed ?? []).map(({ Code }) => Code ?? 'no code');

const entry = ({ receiptHandle }: Delivery, at: number) => ({ Id: String(at), ReceiptHandle: receiptHandle });

/** Sends jobs. Here as below, `Failed` entries of a batch reject like any other error. */
export const jobSender = (client: SQSClient, url: string): Pick<Queue, 'send'> => ({
  send: (jobs) =>
    inBatches(jobs, async (batch) => {
      const Entries = batch.map((job, at) => ({
        Id: String(at),
        MessageBody: JSON.stringify(job),
        MessageGroupId: groupId(job),
        MessageDeduplicationId: dedupId(job),
      }));
      return failures(await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries })));
    }),
});

export const jobCounter = (client: SQSClient, url: string): Pick<Queue, 'depth'> => ({
  async depth() {
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const answer = await client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] }));
    return names.reduce((sum, name) => sum + Number(answer.Attributes?.[name] ?? 0), 0);
  },
});

export const jobPostponer = (client: SQSClient, url: string): Pick<Queue, 'postpone'> => ({
  postpone: (deliveries, seconds) =>
    inBatches(deliveries, async (batch) => {
      const Entries = batch.map((delivery, at) => ({ ...entry(delivery, at), VisibilityTimeout: seconds }));
      return failures(await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries })));
    }),
});

export const deadLetters = (client: SQSClient, url: string): Pick<Queue, 'dead' | 'drop'> => ({
  async dead() {
    const answer = await client.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: batchMax, WaitTimeSeconds: 0 }),
    );
    return (answer.Messages ?? []).map(({ MessageId = '', ReceiptHandle = '', Body = '' }) => ({
      messageId: MessageId,
      receiptHandle: ReceiptHandle,
      body: Body,
    }));
  },

  drop: (deliveries) =>
    inBatches(deliveries, async (batch) =>
      failures(await client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries: batch.map(entry) }))),
    ),
});

export const scanRequests = (client: SQSClient, url: string): Pick<Queue, 'scan'> => ({
  scan: (requests) =>
    inBatches(requests, async (batch) => {
      const Entries = batch.map((request, at) => ({
        Id: String(at),
        MessageBody: JSON.stringify({ kind: 'scan', ...request }),
      }));
      return failures(await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries })));
    }),
});

/** All of it, for a process that does everything. */
export const sqsQueue = (client: SQSClient, urls: QueueUrls): Queue => ({
  ...jobSender(client, urls.jobs),
  ...jobCounter(client, urls.jobs),
  ...jobPostponer(client, urls.jobs),
  ...deadLetters(client, urls.dead),
  ...scanRequests(client, urls.scans),
});
