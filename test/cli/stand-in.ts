import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { onTestFinished, vi } from 'vitest';
import { auditHandler } from '../../functions/audit.ts';
import { controlHandler } from '../../functions/control.ts';
import { enqueueHandler } from '../../functions/enqueue.ts';
import type { MakePorts } from '../../functions/ports.ts';
import { localClients } from '../../infra/local/clients.ts';
import { startStack } from '../../infra/local/stack.ts';
import { markSchema } from '../../lib/audit/schema.ts';
import { dynamoTable } from '../../lib/audit/table.ts';
import { type Identify, identifyAt } from '../../lib/caller/verify.ts';
import { systemRandom } from '../../lib/clock.ts';
import { localReaders } from '../../lib/credentials.ts';
import type { Ports } from '../../lib/jobs/ports.ts';
import { jobCounter, sqsQueue } from '../../lib/jobs/queue.ts';
import { loadPolicy } from '../../lib/policy/load.ts';
import { createHttp } from '../../lib/providers/http.ts';
import { createOpener } from '../../lib/providers/open.ts';
import { providers } from '../../lib/providers/registry.ts';
import { alice, bodyOf, type Person, signerOf, startSts } from '../caller/sts.ts';
import { clock, type Desk, secretVariable } from './desk.ts';

export const actAs = (person: Person, token?: string): void => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', person.key);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', person.secret);
  vi.stubEnv('AWS_SESSION_TOKEN', token);
};

type Handler = ReturnType<typeof auditHandler>;
export type Called = { name: string; event: Record<string, unknown>; answer?: unknown };

export type StandIn = {
  /** Every event that reached a function. */
  calls: Called[];
  /** Makes the ports of the functions, and works on the table behind them. */
  ports: MakePorts;
  sts: Awaited<ReturnType<typeof startSts>>;
  faults: { lambda?: 'cut' | 'unhandled' };
  /** Where the functions send jobs, as the worker would take them. */
  jobs: { sqs: SQSClient; QueueUrl: string };
  dynamodb: DynamoDBClient;
};

/**
 * Lambda's Invoke and STS's GetCallerIdentity on loopback, for the stack hooksweep-dev: the real handlers on the embedded
 * stack. Signatures and rights are checked as AWS does.
 */
export const standIn = async (
  { cwd, simulator }: Pick<Desk, 'cwd' | 'simulator'>,
  people: readonly Person[] = [alice],
  over: Partial<Ports> = {},
): Promise<StandIn> => {
  const sts = await startSts(people);
  const stack = await startStack(null);
  const clients = localClients(stack);
  const env = { [secretVariable]: simulator.credentials.secretKey ?? '' };
  const policy = await loadPolicy(join(cwd, 'hooksweep.yml'), providers);
  const table = dynamoTable(clients.dynamodb, stack.environment.TABLE_NAME ?? '', over.clock ?? clock);
  await markSchema({ table, random: systemRandom });
  const { JOBS_QUEUE_URL: jobs = '', JOBS_DEAD_QUEUE_URL: dead = '', SCANS_QUEUE_URL: scans = '' } = stack.environment;
  const ports: MakePorts = async (actor) => ({
    clock,
    random: systemRandom,
    table,
    queue: sqsQueue(clients.sqs, { jobs, dead, scans }),
    deadLetters: jobCounter(clients.sqs, dead).depth,
    policy,
    open: createOpener(providers, localReaders(env), createHttp({ clock, version: 'test' })),
    actor,
    log: () => {},
    ...over,
  });

  const calls: Called[] = [];
  const faults: StandIn['faults'] = {};
  let handlers: Record<string, Handler> = {};

  const lambda = async (request: IncomingMessage, response: ServerResponse, body: string, name: string) => {
    const refuse = (status: number, type: string) =>
      response.writeHead(status, { 'x-amzn-errortype': type }).end('{"message":"no"}');
    const person = signerOf(request, body, people);
    if (!person) return refuse(403, 'InvalidSignatureException');
    const short = name.replace(/^hooksweep-dev-/, '');
    if (!person.may.includes(short)) return refuse(403, 'AccessDeniedException');
    const handle = handlers[name];
    if (!handle) return refuse(404, 'ResourceNotFoundException');
    const called: Called = { name, event: JSON.parse(body) };
    calls.push(called);
    try {
      called.answer = await handle(JSON.parse(body), { functionName: name, awsRequestId: `request-${calls.length}` });
      if (faults.lambda === 'cut') return request.socket.destroy();
      if (faults.lambda === 'unhandled') throw new Error('secret words');
      response.end(JSON.stringify(called.answer));
    } catch (error) {
      const { name: errorType, message: errorMessage } = error as Error;
      response.setHeader('x-amz-function-error', 'Unhandled');
      response.end(JSON.stringify({ errorType, errorMessage }));
    }
  };

  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const name = /functions\/([^/]+)\/invocations/.exec(request.url ?? '')?.[1] ?? '';
    await lambda(request, response, body, name);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const identify: Identify = identifyAt(new URL(sts.url));
  handlers = {
    'hooksweep-dev-audit': auditHandler(ports),
    'hooksweep-dev-control': controlHandler(ports, identify),
    'hooksweep-dev-enqueue': enqueueHandler(ports, identify),
  };
  vi.stubEnv('AWS_ENDPOINT_URL', url);
  vi.stubEnv('AWS_ENDPOINT_URL_STS', sts.url);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  if (people[0]) actAs(people[0]);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    clients.dynamodb.destroy();
    clients.sqs.destroy();
    await stack.close();
    await setImmediate();
  });
  return { calls, ports, sts, faults, jobs: { sqs: clients.sqs, QueueUrl: jobs }, dynamodb: clients.dynamodb };
};
