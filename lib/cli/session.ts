import { existsSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { memoryTable } from '../audit/memory-table.ts';
import { markSchema } from '../audit/schema.ts';
import { dynamoTable, type Table } from '../audit/table.ts';
import { type Clock, systemRandom } from '../clock.ts';
import { localReaders } from '../credentials.ts';
import type { LogEvent, Ports } from '../jobs/ports.ts';
import { type Queue, sqsQueue } from '../jobs/queue.ts';
import { systemResolve } from '../jobs/resolve.ts';
import { loadPolicy } from '../policy/load.ts';
import type { Policy } from '../policy/policy.ts';
import { parseReference } from '../policy/reference.ts';
import { hearing } from '../providers/hearing.ts';
import { createHttp } from '../providers/http.ts';
import { createOpener } from '../providers/open.ts';
import { providers } from '../providers/registry.ts';
import { localSecrets } from '../secrets.ts';
import { version } from '../version.ts';
import { textOf } from './args.ts';
import { CommandError, type Context, type Output, type Session } from './command.ts';
import { folderNotices } from './folder-notices.ts';
import { stackName } from './stack.ts';

export type SessionSettings = Pick<Context, 'values' | 'env' | 'cwd' | 'signal' | 'out'> & {
  clock: Clock;
  /** Grows by every credential that is read. */
  secrets: Set<string>;
};

export const defaultFolder = '.hooksweep';

/** The policy file as the person named it. */
export const configName = ({ values }: Pick<Context, 'values'>): string => textOf(values, 'config') || 'hooksweep.yml';

const folderOf = ({ values, cwd }: SessionSettings): string => resolve(cwd, textOf(values, 'local') || defaultFolder);

/** Before anything is printed: whatever the environment holds for a reference must show up nowhere. */
const learnSecrets = (policy: Policy, { env, secrets }: SessionSettings): void => {
  for (const { provider, credentials } of policy.accounts)
    for (const [name, text] of Object.entries(credentials)) {
      if (providers[provider]?.credentials[name]?.secret === false) continue;
      const reference = parseReference(text);
      const value = reference?.source === 'env' ? env[reference.name] : undefined;
      if (value) secrets.add(value);
    }
};

export const readPolicy = async (settings: SessionSettings): Promise<Policy> => {
  const policy = await policyNamed(configName(settings), settings.cwd);
  learnSecrets(policy, settings);
  return policy;
};

/** The policy in a file as a person named it. Its credentials are not used. */
export const policyNamed = async (name: string, cwd: string): Promise<Policy> => {
  try {
    return await loadPolicy(resolve(cwd, name), providers);
  } catch (error) {
    // People know the file by what they typed.
    for (const problem of (error as { problems?: { file: string }[] }).problems ?? []) problem.file = name;
    throw error;
  }
};

const userName = (): string => {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that no password file knows.
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
};

const logTo =
  (out: Output) =>
  ({ level, message, account, scope, webhookId, detail }: LogEvent): void => {
    const subject = [account, scope === account ? undefined : scope, webhookId]
      .filter((part) => part !== undefined)
      .join(' ');
    const text = [subject, message, detail].filter((part) => part).join(': ');
    if (level === 'info') out.progress(text);
    else out.warn(text);
  };

/** Without a stack nothing can be queued. */
const noQueue: Queue = {
  send: async () => {
    throw new Error('nothing can be queued without a stack');
  },
  depth: async () => 0,
  postpone: async () => {},
  dead: async () => [],
  drop: async () => {},
  scan: async () => {
    throw new Error('nothing can be queued without a stack');
  },
};

type Store = Pick<Session, 'directory' | 'running' | 'close'> & {
  table: Table;
  queue: Queue;
  deadLetters(): Promise<number>;
};

const inMemory = (): Store => ({
  table: memoryTable(),
  queue: noQueue,
  directory: null,
  running: false,
  deadLetters: async () => 0,
  close: async () => {},
});

const onFolder = async (folder: string, { clock, signal }: SessionSettings): Promise<Store> => {
  // Loaded only where they are needed: they take longer than most commands.
  const { connectStack, openStack } = await import('../../infra/local/stack.ts');
  const { localClients } = await import('../../infra/local/clients.ts');
  const connected = await connectStack(folder);
  const stack = connected ?? (await openStack(folder, { signal }));
  const clients = localClients(stack);
  const {
    TABLE_NAME = '',
    JOBS_QUEUE_URL: jobs = '',
    JOBS_DEAD_QUEUE_URL: dead = '',
    SCANS_QUEUE_URL: scans = '',
  } = stack.environment;
  const table = dynamoTable(clients.dynamodb, TABLE_NAME, clock);
  const close = async () => {
    clients.dynamodb.destroy();
    clients.sqs.destroy();
    await stack.close();
  };
  try {
    await markSchema({ table, random: systemRandom });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    table,
    queue: sqsQueue(clients.sqs, { jobs, dead, scans }),
    directory: folder,
    running: connected !== null,
    deadLetters: () => sqsQueue(clients.sqs, { jobs: dead, dead, scans }).depth(),
    close,
  };
};

/** Some commands work on this machine only. `HOOKSWEEP_STACK` keeps none of them from reading. */
const refuseStack = (stack: 'none' | 'local', { values, env }: SessionSettings): void => {
  const name = textOf(values, 'stack') || (stack === 'local' ? stackName({ values, env }) : null);
  if (!name) return;
  const message = `this works on this machine, not on the stack ${name}`;
  const hint = 'leave out --stack, or name a folder with --local; a stack scans and works by itself';
  throw new CommandError({ code: 'not-supported', message, hint });
};

/** Whether anything was ever kept in the folder. */
const holdsTable = (folder: string): boolean => existsSync(join(folder, 'table'));

/** Opens the store that a command works on, with everything that a command calls through. */
export const openSession = async (
  stack: 'none' | 'local',
  policy: Policy,
  settings: SessionSettings,
): Promise<Session> => {
  refuseStack(stack, settings);
  const { clock, signal, out, env, secrets } = settings;
  const folder = folderOf(settings);
  const { table, queue, deadLetters, ...store } =
    stack === 'local' || holdsTable(folder) ? await onFolder(folder, settings) : inMemory();
  const { http, heard } = hearing(createHttp({ clock, version, signal }), clock);
  const ports: Ports = {
    clock,
    random: systemRandom,
    table,
    queue,
    deadLetters,
    policy,
    resolve: systemResolve(),
    open: createOpener(providers, localReaders(env), http, (values) => {
      for (const value of values) secrets.add(value);
    }),
    secrets: localSecrets(localReaders(env)),
    ...(store.directory !== null && { notices: folderNotices(store.directory, out) }),
    actor: `os:${userName()}@${hostname()}`,
    log: logTo(out),
    signal,
  };
  return { policy, ports, heard, ...store };
};
