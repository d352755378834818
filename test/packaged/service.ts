import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { localClients } from '../../infra/local/clients.ts';
import { startStack } from '../../infra/local/stack.ts';
import { localRegion } from '../../infra/local/template.ts';
import { dynamoTable } from '../../lib/audit/table.ts';
import { systemClock } from '../../lib/clock.ts';
import { readAccounts } from '../../lib/jobs/account.ts';
import { parsePolicy } from '../../lib/policy/load.ts';
import { packagedPolicy } from '../../lib/policy/packaged.ts';
import { providers } from '../../lib/providers/registry.ts';
import { startSimulator } from '../../lib/simulator/server.ts';
import type { SimulatedWebhook } from '../../lib/simulator/simulation.ts';
import { startSts } from '../caller/sts.ts';
import { type FrontRequest, front, type Intercept } from './front.ts';
import { type FunctionName, type Instance, startInstance, type unpacked } from './instance.ts';
import { parameterStore } from './parameters.ts';

const group = 'sari-sari-demo';
/** Three projects, each a scope. */
export const projects = ['checkout', 'finance/ledger', 'website'].map((name) => `${group}/${name}`);
export const accountName = 'code';
const tokenName = `/hooksweep/dev/${accountName}/token`;

/** The name of an SQS or DynamoDB operation, as its JSON protocol carries it. */
export const operationOf = ({ headers }: FrontRequest): string =>
  String(headers['x-amz-target'] ?? '')
    .split('.')
    .at(-1) ?? '';

/** fauxqs hands out one message per group and receive; with a group each, all come at once and in order, as SQS hands them out. */
const groupEach: Intercept = (request) => {
  if (operationOf(request) !== 'SendMessageBatch') return request;
  const { Entries, ...rest } = JSON.parse(request.body) as { Entries: Record<string, unknown>[] };
  const single = Entries.map((entry) =>
    entry.MessageGroupId ? { ...entry, MessageGroupId: entry.MessageDeduplicationId } : entry,
  );
  return { ...request, body: JSON.stringify({ ...rest, Entries: single }) };
};

const policyOf = (url: string): string => {
  const account = {
    ...{ name: accountName, provider: 'gitlab', environment: 'sandbox', baseUrl: url, options: { projects } },
    credentials: { token: `ssm:${tokenName}` },
  };
  const text = JSON.stringify({
    ...{ version: 1, accounts: [account], rules: { test: {} }, lifecycle: { notice: '0s', observe: '0s' } },
    limits: { perRun: { count: 1000, percent: 100 }, perDay: { count: 1000 } },
    retry: { attempts: 8, base: '1s', cap: '2s' },
  });
  return packagedPolicy(parsePolicy(text, 'hooksweep.yml', providers));
};

const monthAgo = (): string => new Date(Date.now() - 30 * 86_400_000).toISOString();

/** `tunnels` of each project beside one that is in use. */
const populate = (state: Map<string, SimulatedWebhook>, tunnels: readonly number[]): void => {
  state.clear();
  for (const [at, count] of tunnels.entries()) {
    const urls = Array.from({ length: count }, (_, n) => `https://t${at}${n}.ngrok-free.app/hook`);
    for (const [n, url] of [`https://ci.sari-sari-demo.ph/${at}`, ...urls].entries()) {
      const id = String(1000 * (at + 1) + n);
      const [createdAt, scope] = [monthAgo(), `projects:${projects[at]}`];
      const hook = { id, url, scope, events: ['push_events'], enabled: true, createdAt, updatedAt: createdAt };
      state.set(id, hook);
    }
  }
};

/** The packaged functions on the embedded stack, at a simulated GitLab. Whatever leaves a function passes a front. */
export const service = async (tunnels: readonly number[]) => {
  const stack = await startStack(null);
  onTestFinished(() => stack.close());
  const simulator = await startSimulator('gitlab', { webhooks: 0 });
  onTestFinished(async () => {
    await simulator.close();
    await setImmediate();
  });
  populate(simulator.state, tunnels);
  const provider = await front(simulator.url);
  const sqs = await front(stack.endpoints.sqs, groupEach);
  const dynamodb = await front(stack.endpoints.dynamodb);
  const clients = localClients({ endpoints: { sqs: sqs.url, dynamodb: dynamodb.url }, token: stack.token });
  onTestFinished(() => {
    clients.sqs.destroy();
    clients.dynamodb.destroy();
  });
  const references = Object.fromEntries(
    Object.entries(stack.environment).map(([name, value]) => [name, value.replace(stack.endpoints.sqs, sqs.url)]),
  );
  const secret = simulator.credentials.token ?? '';
  const sts = await startSts();
  const parameters = await parameterStore({ [tokenName]: secret });
  const account = {
    AWS_REGION: localRegion,
    AWS_ACCESS_KEY_ID: stack.token,
    AWS_SECRET_ACCESS_KEY: 'secret-key-of-the-role',
    AWS_ENDPOINT_URL_SQS: sqs.url,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url,
    AWS_ENDPOINT_URL_SSM: parameters.url,
    AWS_ENDPOINT_URL_STS: sts.url,
  };
  const policy = policyOf(provider.url);
  const table = dynamoTable(clients.dynamodb, references.TABLE_NAME ?? '', systemClock);
  return {
    ...{ simulator, provider, sts, parameters, sqs, dynamodb, clients, references, table },
    /** What must be found nowhere. */
    secrets: [secret, 'secret-key-of-the-role'],
    start: (name: FunctionName, at?: ReturnType<typeof unpacked>): Promise<Instance> =>
      startInstance({ name, references, account, policy, ...(at && { at }) }),
    /** The plan that waits for a person. */
    async waitingPlan(): Promise<string> {
      const planId = (await readAccounts({ table }, [accountName])).get(accountName)?.pendingPlan;
      if (planId === undefined) throw new Error('no plan waits for an approval');
      return planId;
    },
  };
};

export type Service = Awaited<ReturnType<typeof service>>;
