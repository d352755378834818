import { readFileSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { markSchema, requireSchema } from '../lib/audit/schema.ts';
import type { Table } from '../lib/audit/table.ts';
import { type Clock, systemClock, systemRandom } from '../lib/clock.ts';
import { closedQueue } from '../lib/jobs/closed-queue.ts';
import type { Ports } from '../lib/jobs/ports.ts';
import type { Queue, QueueUrls } from '../lib/jobs/queue.ts';
import { systemResolve } from '../lib/jobs/resolve.ts';
import type { Notices } from '../lib/notices/notice.ts';
import { heeded } from '../lib/notices/off.ts';
import { parsePolicyDocument } from '../lib/policy/packaged.ts';
import type { Policy } from '../lib/policy/policy.ts';
import type { SecretStore } from '../lib/secrets.ts';
import { invocationLog } from './log.ts';

const variable = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`the environment variable ${name} is not set; it comes from serverless.yml`);
  return value;
};

/** What one function may reach. What it does not name, it has no right to and its bundle holds no code for. */
export type Reach = {
  table(client: DynamoDBClient, name: string, clock: Clock): Table;
  /** Marks a new table with its schema. */
  marks?: true;
  queue?(urls: QueueUrls): Queue;
  notices?: Notices;
  /** Messages that were given up, counted. */
  deadLetters?(urls: QueueUrls): () => Promise<number>;
  /** @param learn is told every secret value, so that no line of the log holds one */
  open?(learn: (secrets: readonly string[]) => void): Ports['open'];
  /** Secrets of restores, below the prefix of the stage. */
  secrets?(prefix: string, clock: Clock, learn: (secrets: readonly string[]) => void): SecretStore;
};

const withoutCredentials: Ports['open'] = async () => ({
  status: 'error',
  why: 'this function holds no credentials',
  hint: 'ask the function enqueue, or scan',
});

const secrets = new Set<string>();
const learn = (values: readonly string[]): void => {
  for (const value of values) secrets.add(value);
};

const packagedPolicy = (): Policy => {
  const file = variable('POLICY_FILE');
  try {
    return heeded(parsePolicyDocument(readFileSync(file, 'utf8'), file), process.env);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(`no policy was packaged (${file}); write the policy file of this stage and deploy again`);
  }
};

const connect = async ({
  table: tableOf,
  marks,
  queue,
  notices,
  deadLetters,
  open,
  secrets: secretsOf,
}: Reach): Promise<Omit<Ports, 'actor' | 'log'>> => {
  const policy = packagedPolicy();
  const table = tableOf(new DynamoDBClient({}), variable('TABLE_NAME'), systemClock);
  await (marks ? markSchema({ table, random: systemRandom }) : requireSchema(table));
  const urls = () => ({
    jobs: variable('JOBS_QUEUE_URL'),
    dead: variable('JOBS_DEAD_QUEUE_URL'),
    scans: variable('SCANS_QUEUE_URL'),
  });
  return {
    clock: systemClock,
    random: systemRandom,
    table,
    queue: queue?.(urls()) ?? closedQueue,
    ...(deadLetters && { deadLetters: deadLetters(urls()) }),
    policy,
    ...(notices && { notices }),
    resolve: systemResolve(),
    open: open?.(learn) ?? withoutCredentials,
    ...(secretsOf && { secrets: secretsOf(variable('SECRETS_PREFIX'), systemClock, learn) }),
  };
};

/** Builds the ports of one invocation for an actor, with its request id for the log; the embedded stack passes its own. */
export type MakePorts = (actor: string, requestId?: string) => Promise<Ports>;

/** What a function works through: built once per container from its environment. One that failed is built anew. */
export const lambdaPorts = (reach: Reach): MakePorts => {
  let connected: ReturnType<typeof connect> | undefined;
  return async (actor, requestId) => {
    connected ??= connect(reach);
    try {
      return { ...(await connected), actor, ...invocationLog(secrets, requestId) };
    } catch (error) {
      connected = undefined;
      throw error;
    }
  };
};
