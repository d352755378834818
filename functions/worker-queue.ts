import { SQSClient } from '@aws-sdk/client-sqs';
import { jobPostponer, jobSender, type Queue } from '../lib/jobs/queue.ts';

/** What the worker may do with jobs.fifo. */
export const workerQueue = (url: string): Pick<Queue, 'send' | 'postpone'> => {
  const client = new SQSClient({});
  return { ...jobSender(client, url), ...jobPostponer(client, url) };
};
