import {
  CreateTableCommand,
  type DynamoDBClient,
  ListTablesCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { type Clock, systemClock, systemRandom } from '../../lib/clock.ts';
import { limits } from '../../lib/limits.ts';
import { localClients } from './clients.ts';
import { startDynamodb } from './dynamodb.ts';
import { folderUnusable, isFolderInUse, type OwnedFolder, readPublished, takeFolder } from './folder.ts';
import { identityPath, proofOf } from './identity.ts';
import { queueUrlAt, startSqs } from './sqs.ts';
import { readTemplate, type Template } from './template.ts';

/** DynamoDB and SQS in this process or, where it was connected to, in another. */
export type Stack = {
  endpoints: { dynamodb: string; sqs: string };
  /** What the functions find in their environment. */
  environment: Record<string, string>;
  /** The access key, and nothing else is let in. */
  token: string;
  /** Ends the stack where this process started it. */
  close(): Promise<void>;
};

export type StackOptions = {
  /** Let other processes connect while it runs. */
  publish?: boolean;
};

/** For one process alone, on the folder that is already taken. */
const assemble = async (folder: string | null, template: Template): Promise<Stack> => {
  const token = systemRandom.token();
  const dynamodb = await startDynamodb(folder, token);
  const sqs = await startSqs(token);
  const endpoints = { dynamodb: dynamodb.endpoint, sqs: sqs.endpoint };
  const close = async () => {
    await Promise.all([dynamodb.close(), sqs.close()]);
  };
  const clients = localClients({ endpoints, token });
  try {
    await createTable(clients.dynamodb, template);
    for (const { name, attributes } of template.queues.values()) {
      await clients.sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    }
  } catch (error) {
    await close();
    throw error;
  } finally {
    clients.dynamodb.destroy();
    clients.sqs.destroy();
  }
  return { endpoints, token, environment: template.environment((name) => queueUrlAt(sqs.endpoint, name)), close };
};

/** Ready means ACTIVE: the emulator, like the service, first says CREATING. */
const createTable = async (client: DynamoDBClient, { table }: Template): Promise<void> => {
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  if (!TableNames.includes(table.TableName ?? '')) await client.send(new CreateTableCommand(table));
  const { TableName = '' } = table;
  await waitUntilTableExists({ client, minDelay: 0.01, maxDelay: 0.1, maxWaitTime: 30 }, { TableName });
};

const onFolder = async (folder: string, owned: OwnedFolder, { publish = true }: StackOptions): Promise<Stack> => {
  const stack = await assemble(owned.table, readTemplate());
  const { endpoints, environment, token } = stack;
  const close = async () => {
    await stack.close();
    await owned.release();
  };
  try {
    if (publish) owned.publish({ pid: process.pid, token, endpoints, environment });
  } catch (error) {
    await close();
    throw folderUnusable(folder, error);
  }
  return { ...stack, close };
};

/**
 * Starts the embedded stack on free ports of 127.0.0.1.
 *
 * @param folder where the table is kept, made if it is not there; null keeps nothing
 * @throws FolderError where another process uses the folder, or nothing can be kept in it
 */
export const startStack = async (folder: string | null, options: StackOptions = {}): Promise<Stack> => {
  if (folder === null) return assemble(null, readTemplate());
  const owned = await takeFolder(folder);
  try {
    return await onFolder(folder, owned, options);
  } catch (error) {
    await owned.release();
    throw error;
  }
};

const identityTimeoutMs = 2000;

/** Whether the process that published is still there: its port may have gone to another one. */
const answers = async (endpoint: string, token: string): Promise<boolean> => {
  try {
    const response = await fetch(new URL(identityPath, endpoint), { signal: AbortSignal.timeout(identityTimeoutMs) });
    const { proof } = (await response.json()) as { proof?: unknown };
    return proof === proofOf(token);
  } catch {
    return false;
  }
};

/** The stack that another process runs on the folder, or null where none answers. Closing it here leaves it running. */
export const connectStack = async (folder: string): Promise<Stack | null> => {
  const published = readPublished(folder);
  if (published === null || !(await answers(published.endpoints.dynamodb, published.token))) return null;
  const { endpoints, environment, token } = published;
  return { endpoints, environment, token, close: async () => {} };
};

/** How somebody waits for the folder; `onWait` is told once, before the first pause. */
export type Waiting = { clock?: Clock; signal?: AbortSignal; onWait?: () => void };

/** Tries for `limits.folderWaitMs` while another process has the folder, as long as that one is about to end. */
const whenFree = async (
  attempt: () => Promise<Stack>,
  isEnding: () => Promise<boolean>,
  { clock = systemClock, signal, onWait }: Waiting,
): Promise<Stack> => {
  for (let waitedMs = 0; ; waitedMs += limits.folderLookMs) {
    try {
      return await attempt();
    } catch (error) {
      if (!isFolderInUse(error) || waitedMs >= limits.folderWaitMs || !(await isEnding())) throw error;
    }
    if (waitedMs === 0) onWait?.();
    await clock.sleep(limits.folderLookMs, signal);
  }
};

/**
 * For the life of one command: connects to the stack that runs on the folder, else starts one, unpublished, so that no
 * other command relies on it. Waits for another such command to end.
 *
 * @throws FolderError
 */
export const openStack = (folder: string, waiting: Waiting = {}): Promise<Stack> => {
  const attempt = async () => (await connectStack(folder)) ?? startStack(folder, { publish: false });
  return whenFree(attempt, async () => true, waiting);
};

/**
 * For whoever stays: starts the stack for others to connect to. Waits for a command that has the folder meanwhile, and not
 * for somebody else who stays.
 *
 * @throws FolderError
 */
export const ownStack = (folder: string, waiting: Waiting = {}): Promise<Stack> =>
  whenFree(
    () => startStack(folder),
    async () => (await connectStack(folder)) === null,
    waiting,
  );
