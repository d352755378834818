import * as v from 'valibot';
import { type CleanupRecord, recordKey, type Subject } from '../audit/record.ts';
import { type Step, stepOf } from '../audit/states.ts';
import { sha256 } from '../canonical.ts';
import { limits } from '../limits.ts';

const jobSchema = v.strictObject({
  v: v.literal(1),
  account: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,40}$/)),
  scope: v.pipe(v.string(), v.minLength(1), v.maxLength(limits.idCharactersMax)),
  kind: v.picklist(['endpoint', 'signing-secret']),
  webhookId: v.pipe(v.string(), v.minLength(1), v.maxLength(limits.idCharactersMax)),
  cycle: v.pipe(v.number(), v.integer(), v.minValue(1)),
  version: v.pipe(v.number(), v.integer(), v.minValue(1)),
  step: v.picklist(['disable', 'delete', 'restore']),
});

/** One message of jobs.fifo: it says where to look, and nothing in it is trusted. */
export type Job = v.InferOutput<typeof jobSchema>;

/** The job in a message body, or null where it is none. */
export const parseJob = (body: string): Job | null => {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  const parsed = v.safeParse(jobSchema, value);
  return parsed.success ? parsed.output : null;
};

/** The job that moves this record on, or null where none does. */
export const jobFor = (record: CleanupRecord): Job | null => {
  const step: Step | null = stepOf[record.state];
  if (step === null || record.held !== undefined) return null;
  const { account, scope, kind, webhookId, cycle, version } = record;
  return { v: 1, account, scope, kind, webhookId, cycle, version, step };
};

export const subjectOfJob = ({ account, scope, kind, webhookId }: Job): Subject => ({
  account,
  scope,
  kind,
  webhookId,
});

/** FIFO group: one scope. 64 of the 128 characters that SQS allows. */
export const groupId = (job: Pick<Job, 'account' | 'scope'>): string => sha256(`${job.account}\n${job.scope}`);

/** SQS swallows repeats for five minutes; every change of the record makes the next message new. */
export const dedupId = (job: Job): string => sha256(`${recordKey(subjectOfJob(job)).pk}\n${job.version}`);
