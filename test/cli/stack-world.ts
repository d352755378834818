import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, vi } from 'vitest';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { localReaders } from '../../lib/credentials.ts';
import { scanAccount } from '../../lib/jobs/scan.ts';
import { sweep } from '../../lib/jobs/sweep.ts';
import { workBatch } from '../../lib/jobs/worker.ts';
import { variableFor } from '../../lib/policy/reference.ts';
import { createHttp } from '../../lib/providers/http.ts';
import { createOpener } from '../../lib/providers/open.ts';
import { providers } from '../../lib/providers/registry.ts';
import { awsSecrets } from '../../lib/secrets-aws.ts';
import { startSimulator } from '../../lib/simulator/server.ts';
import { alice } from '../caller/sts.ts';
import { parameterStore } from '../packaged/parameters.ts';
import { folder, type Ran, run } from './desk.ts';
import { standIn } from './stand-in.ts';

type Provider = 'github' | 'stripe';

const minuteMs = 60_000;
const roundsMax = 40;

/** The simulator with the credentials of its account as variables of the functions. */
const simulated = async (id: Provider, now: () => number) => {
  const simulator = await startSimulator(id, { seed: 3, now });
  onTestFinished(async () => {
    await simulator.close();
    await setImmediate();
  });
  const { credentials, url: baseUrl, options } = simulator;
  const names = Object.keys(credentials);
  const account = {
    ...{ name: id, provider: id, environment: 'sandbox', baseUrl, options },
    credentials: Object.fromEntries(names.map((name) => [name, `env:${variableFor(id, name)}`])),
  };
  const policy = JSON.stringify({
    ...{
      version: 1,
      accounts: [account],
      rules: { test: { after: '0s' } },
      lifecycle: { notice: '0s', observe: '0s' },
    },
    limits: { perRun: { count: 1000, percent: 100 }, perDay: { count: 1000 } },
    retry: { attempts: 4, base: '200ms', cap: '1s' },
  });
  const env = Object.fromEntries(names.map((name) => [variableFor(id, name), credentials[name] ?? '']));
  return { simulator, policy, env };
};

/** A stack at a simulated provider, with Parameter Store, a worker and a clock of its own. */
export const deployed = async (id: Provider, given: Readonly<Record<string, string>> = {}) => {
  let now = Date.parse('2026-06-01T12:00:00.000Z');
  const sleep = async (ms: number) => {
    now += ms;
  };
  const clock: Clock = { now: () => now, sleep };
  const { simulator, policy, env } = await simulated(id, clock.now);
  const cwd = await folder();
  await writeFile(join(cwd, 'hooksweep.yml'), policy);
  const parameters = await parameterStore(given);
  const lines: string[] = [];
  const stack = await standIn({ cwd, simulator }, [alice], {
    clock,
    open: createOpener(providers, localReaders(env), createHttp({ clock: systemClock, version: 'test' })),
    secrets: awsSecrets('hooksweep/dev', systemClock, () => {}),
    log: (event) => void lines.push(JSON.stringify(event)),
  });
  vi.stubEnv('AWS_ENDPOINT_URL_SSM', parameters.url);
  const elsewhere = await folder();
  const ask = (...argv: string[]): Promise<Ran> =>
    run([...argv, '--stack', 'hooksweep-dev', '--json'], { cwd: elsewhere });
  const ok = async <T>(...argv: string[]): Promise<T> => {
    const { code, stdout } = await ask(...argv);
    expect([argv[0], code, code === 0 ? '' : stdout]).toEqual([argv[0], 0, '']);
    return JSON.parse(stdout) as T;
  };
  const round = async (): Promise<void> => {
    await sweep(await stack.ports('schedule:sweep'));
    const { sqs, QueueUrl } = stack.jobs;
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    lines.push(...Messages.map(({ Body = '' }) => Body));
    const deliveries = Messages.map(
      ({ MessageId: messageId = '', ReceiptHandle: receiptHandle = '', Body: body = '' }) => ({
        ...{ messageId, receiptHandle, body, receives: 1 },
      }),
    );
    const failed = await workBatch(await stack.ports('worker'), deliveries, now + 2 * minuteMs);
    for (const { messageId, receiptHandle: ReceiptHandle } of deliveries)
      if (!failed.includes(messageId)) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    now += minuteMs;
  };
  type Told = { state: string; restoredAs?: string; history: { detail: string }[] };
  const record = async (name: string) => (await ok<{ records: Told[] }>('audit', '--webhook', name)).records[0] as Told;
  /** Works until the record is in this state, or held. */
  const until = async (name: string, wanted: string) => {
    for (let rounds = 0; rounds < roundsMax; rounds++) {
      const told = await record(name);
      if (told.state === wanted) return told;
      await round();
    }
    throw new Error(`${name} is ${(await record(name)).state}, not ${wanted}`);
  };
  const scan = async () => scanAccount(await stack.ports('schedule:scan'), id, { acceptShrink: false });
  /** All that was stored, sent and logged. */
  const left = async (): Promise<string> => {
    const { dynamodb } = stack;
    const { Items } = await dynamodb.send(new ScanCommand({ TableName: 'hooksweep-local-audit' }));
    return JSON.stringify([Items, lines, stack.calls]);
  };
  const creations = () =>
    simulator.requests.filter(
      ({ mutating, method, path }) => mutating && method === 'POST' && /hooks$|webhook_endpoints$/.test(path),
    );
  return { simulator, parameters, stack, ask, ok, until, round, record, scan, left, creations };
};

export type Deployed = Awaited<ReturnType<typeof deployed>>;

/** One webhook that the `test` rule found, deleted by hand through the stack. Answers its record's name. */
export const deletedOne = async (place: Deployed, id: Provider, webhookId: string, scope: string): Promise<string> => {
  await place.ok(
    'enqueue',
    '--account',
    id,
    '--scope',
    scope,
    '--webhook',
    webhookId,
    '--step',
    'delete',
    '--reason',
    'old',
  );
  const { records } = await place.ok<{ records: { record: string; webhookId: string }[] }>('audit');
  const name = records.find((one) => one.webhookId === webhookId)?.record ?? '';
  await place.until(name, 'deleted');
  return name;
};
export const firstProposed = async (place: Deployed) => {
  const found = (await place.scan()).items.find(
    ({ decision, restore }) => decision === 'propose' && restore.possible !== 'no',
  );
  if (!found) throw new Error('nothing was proposed');
  return found;
};
