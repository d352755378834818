import { readFile } from 'node:fs/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { dynamoTable } from '../lib/audit/table.ts';
import { systemClock, systemRandom } from '../lib/clock.ts';
import { localReaders } from '../lib/credentials.ts';
import type { LogEvent, Ports } from '../lib/jobs/ports.ts';
import { sqsQueue } from '../lib/jobs/queue.ts';
import { systemResolve } from '../lib/jobs/resolve.ts';
import { parsePolicyDocument } from '../lib/policy/packaged.ts';
import { createHttp } from '../lib/providers/http.ts';
import { createOpener } from '../lib/providers/open.ts';
import { providers } from '../lib/providers/registry.ts';
import { version } from '../lib/version.ts';

const variable = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`the environment variable ${name} is not set; it comes from serverless.yml`);
  return value;
};

const log = (event: LogEvent): void => {
  console.log(JSON.stringify(event));
};

const connect = async (): Promise<Omit<Ports, 'actor'>> => {
  const file = variable('POLICY_FILE');
  const policy = parsePolicyDocument(await readFile(file, 'utf8'), file);
  const urls = {
    jobs: variable('JOBS_QUEUE_URL'),
    dead: variable('JOBS_DEAD_QUEUE_URL'),
    scans: variable('SCANS_QUEUE_URL'),
  };
  return {
    clock: systemClock,
    random: systemRandom,
    table: dynamoTable(new DynamoDBClient({}), variable('TABLE_NAME'), systemClock),
    queue: sqsQueue(new SQSClient({}), urls),
    policy,
    resolve: systemResolve(),
    open: createOpener(providers, localReaders(), createHttp({ clock: systemClock, version }), systemClock),
    log,
  };
};

let connected: Promise<Omit<Ports, 'actor'>> | undefined;

/** What a function works through: built once per container from its environment. */
export const lambdaPorts: MakePorts = async (actor) => {
  connected ??= connect();
  return { ...(await connected), actor };
};

/** Builds the ports of one invocation for an actor; the embedded stack passes its own. */
export type MakePorts = (actor: string) => Promise<Ports>;
