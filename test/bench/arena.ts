import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type LocalClients, localClients } from '../../infra/local/clients.ts';
import { type Stack, startStack } from '../../infra/local/stack.ts';
import { iso, type Ms } from '../../lib/clock.ts';
import type { Account } from '../../lib/policy/policy.ts';
import { type Simulator, startSimulator } from '../../lib/simulator/server.ts';

const dayMs = 86_400_000;
export const accountsCount = 10;
export const perAccount = 100;
export const batchSize = 10;
/** What the provider takes for one answer. */
export const providerMs: Ms = 100;

export type Site = { account: Account; simulator: Simulator; token: string };
/** Embedded DynamoDB and SQS, and ten accounts at simulators with a hundred webhooks each that are to go. */
export type Arena = {
  stack: Stack;
  clients: LocalClients;
  sites: readonly Site[];
  calls: Map<string, number>;
  close(): Promise<void>;
};

/** Counts the requests to the table, by the name of their command. */
const counted = (clients: LocalClients): Map<string, number> => {
  const calls = new Map<string, number>();
  clients.dynamodb.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        calls.set(commandName, (calls.get(commandName) ?? 0) + 1);
        return next(args);
      },
    { step: 'initialize' },
  );
  return calls;
};

const accountAt = (url: string, index: number): Account => ({
  name: `bench-${index}`,
  provider: 'modulus',
  environment: 'sandbox',
  baseUrl: url,
  credentials: { secretKey: `env:BENCH_${index}` },
  options: {},
  mode: 'approve',
  rules: { test: { afterMs: dayMs, hosts: [] } },
  protect: [],
  lifecycle: { noticeMs: 0, observeMs: dayMs },
  limits: { perRun: { count: 1000, percent: 100 }, perDay: { count: 1000 }, shrink: { percent: 100 } },
  retry: { attempts: 8, baseMs: 2000, capMs: 300_000 },
  notify: {},
  keepLast: true,
});

const populate = ({ state }: Simulator): void => {
  state.clear();
  const createdAt = iso(Date.now() - 40 * dayMs);
  const events = ['QRPH_DECLINED', 'QRPH_SUCCESS'];
  const live = {
    id: '100',
    url: 'https://api.sari-sari-demo.ph/hook',
    events,
    enabled: true,
    createdAt,
    updatedAt: createdAt,
  };
  state.set(live.id, live);
  for (let at = 1; at <= perAccount; at++) {
    const id = String(100 + at);
    state.set(id, { ...live, id, url: `https://t${at}.ngrok-free.app/webhook` });
  }
};

const startSite = async (index: number): Promise<Site> => {
  const simulator = await startSimulator('modulus', { latencyMs: providerMs, webhooks: 1 });
  populate(simulator);
  return { account: accountAt(simulator.url, index), simulator, token: simulator.credentials.secretKey ?? '' };
};

export const idempotencyTable = 'idempotency';

const createIdempotencyTable = (client: DynamoDBClient) =>
  client.send(
    new CreateTableCommand({
      TableName: idempotencyTable,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );

export const startArena = async (): Promise<Arena> => {
  const stack = await startStack(null);
  const clients = localClients(stack);
  await createIdempotencyTable(clients.dynamodb);
  const sites = await Promise.all(Array.from({ length: accountsCount }, (_, index) => startSite(index)));
  return {
    stack,
    clients,
    sites,
    calls: counted(clients),
    async close() {
      await Promise.all(sites.map(({ simulator }) => simulator.close()));
      clients.dynamodb.destroy();
      clients.sqs.destroy();
      await stack.close();
    },
  };
};
