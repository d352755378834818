import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { commands } from '../../lib/cli/commands.ts';
import { startSimulator } from '../../lib/simulator/server.ts';
import { onLoopback } from '../loopback.ts';
import { hook, policyOf, populate, production, simulator, workplace } from './workplace.ts';

/** Where each was planted, and what must be found nowhere. */
const planted = {
  user: 'zugang-4711',
  password: 'kennwort-0815',
  token: 'tok-9f8e7d6c5b4a39281706f5e4d3c2b1a0',
  signature: 'Zk3x9QpLm2Vt8RwYabcd',
  name: 'whsec_Zk3x9QpLm2Vt8RwY',
  assigned: 'hunter2-in-a-name',
  body: 'sk_live_ErrorBody4711aB',
  header: 'sk_live_ErrorHeader4711',
  typed: 'sk_live_TypedAsAnOption1',
  pasted: 'sk_live_PastedIntoThePolicy1',
};

/** Stands before a provider, and answers with its own secrets and everybody else's when it is told to fail. */
const indiscreet = async (url: string) => {
  let failing: { status: number; calls: 'all' | 'changing' } | null = null;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (failing && (failing.calls === 'all' || request.method !== 'GET')) {
      const echo = { ...request.headers, body: Buffer.concat(chunks).toString() };
      const said = `${planted.body} ${JSON.stringify(echo)}`;
      const error = { message: said, code: planted.body, type: planted.body, error: said, param: planted.body };
      response.writeHead(failing.status, { 'content-type': 'application/json', 'request-id': planted.header });
      return response.end(JSON.stringify({ ...error, error, errors: [error], code: planted.body, message: said }));
    }
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
    const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {};
    const method = request.method ?? 'GET';
    const answer = await fetch(url + request.url, { method, headers: headers as Record<string, string>, ...body });
    const text = await answer.text();
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' });
    return response.end(text);
  });
  return {
    url: await onLoopback(server),
    fail: (status: number | null, calls: 'all' | 'changing' = 'all') => {
      failing = status === null ? null : { status, calls };
    },
  };
};

const secretUrl = (host: string): string =>
  `https://${planted.user}:${planted.password}@${host}/in?token=${planted.token}&x-signature=${planted.signature}`;

/** Two accounts: one whose webhooks have secrets in their URLs, one whose webhooks have them in their names too. */
const setUp = async () => {
  const shop = await simulator({ webhooks: 0 });
  populate(shop, [
    hook('1', production),
    hook('2', secretUrl('t1.ngrok-free.app')),
    hook('3', 'http://localhost:3000/?api_key=tok-9f8e7d6c5b4a39281706f5e4d3c2b1a0'),
    hook('4', 'https://t4.ngrok-free.app/hook'),
  ]);
  const cards = await startSimulator('stripe', { seed: 7, webhooks: 6 });
  onTestFinished(async () => {
    await cards.close();
    await setImmediate();
  });
  for (const one of cards.state.values()) {
    const described = one as typeof one & { description?: string };
    described.description = `for ${planted.name} password=${planted.assigned} ${secretUrl('a.example.com')}`;
    one.url = secretUrl('t2.ngrok-free.app');
  }
  const fronts = { shop: await indiscreet(shop.url), cards: await indiscreet(cards.url) };
  const more = { name: 'cards', provider: 'stripe', environment: 'sandbox', baseUrl: fronts.cards.url };
  const policy = JSON.parse(policyOf(fronts.shop.url)) as { accounts: unknown[] };
  policy.accounts.push({ ...more, credentials: { apiKey: 'env:CARDS_KEY' } });
  const env = {
    SHOP_KEY: shop.credentials.secretKey ?? '',
    CARDS_KEY: cards.credentials.apiKey ?? '',
    WHOLE_URL: secretUrl('t1.ngrok-free.app'),
  };
  return { fronts, place: workplace(JSON.stringify(policy), env), env };
};

afterEach(() => void vi.restoreAllMocks());

it('no command lets a planted secret into its output, a file, the table or a message', {
  timeout: 240_000,
}, async () => {
  const { fronts, place, env } = await setUp();
  const { hooksweep, folder } = place;
  const wire = [SQSClient, DynamoDBClient].map((client) => vi.spyOn(client.prototype as SQSClient, 'send'));

  const base64 = (text: string) => Buffer.from(text).toString('base64').replace(/=+$/, '');
  const keys = [env.SHOP_KEY, env.CARDS_KEY].flatMap((key) => [key, base64(`${key}:`), base64(key)]);
  const secrets = [...keys, ...Object.values(planted)];
  const leaks = (text: string) => secrets.filter((secret) => text.includes(secret));
  const ran = new Set<string>();
  const say = async (line: string, signal?: AbortSignal): Promise<string> => {
    ran.add(line.split(' ')[0] ?? '');
    const { stdout, stderr } = await hooksweep(line, signal);
    expect([line, leaks(stdout), leaks(stderr)]).toEqual([line, [], []]);
    return stdout;
  };
  const sayTwice = async (line: string): Promise<void> => {
    await say(line);
    await say(`${line} --json`);
  };
  const two = '"shop#shop#endpoint#2"';

  for (const { name } of commands) await sayTwice(`${name} --help`);
  await sayTwice('validate');
  await sayTwice(`check-url ${secretUrl('t1.ngrok-free.app')} ${secretUrl('[oops')}`);
  await sayTwice('providers stripe');
  await sayTwice('init stripe');
  await say('init stripe --config other.yml --json');
  await sayTwice('scan');
  await say('scan --out plan.json');
  const plan = readFileSync(join(folder, 'plan.json'), 'utf8');
  expect(plan).toContain('t1.ngrok-free.app');
  expect(plan).toContain('REDACTED');
  await sayTwice('why --account shop --webhook 2');
  await sayTwice(`why --account cards --webhook ${(JSON.parse(plan) as PlanText).items.find(isCard)?.webhookId}`);
  await sayTwice('run --until-idle');
  for (const line of ['status', 'audit', 'audit --history', 'audit verify']) await sayTwice(line);
  await say('audit --csv');

  for (const status of [400, 401, 403, 404, 409, 422, 429, 500]) {
    for (const front of Object.values(fronts)) front.fail(status);
    await sayTwice('scan');
  }
  await sayTwice('enqueue --account shop --webhook 2 --step delete --reason x');
  await sayTwice('run --until-idle');
  for (const front of Object.values(fronts)) front.fail(422, 'changing');
  await sayTwice('start');
  await sayTwice('apply plan.json --reason "ticket 123"');
  await sayTwice('run --until-idle --approve');
  await sayTwice('audit --history');
  for (const front of Object.values(fronts)) front.fail(null);
  await sayTwice('enqueue --account shop --webhook 4 --step delete --reason x');
  await sayTwice('enqueue --account shop --webhook 2 --step delete --reason x');
  await sayTwice('run --until-idle --approve');
  await sayTwice(`approve ${two}`);
  await sayTwice(`veto ${two} --reason "still needed"`);
  await sayTwice(`release ${two}`);
  await sayTwice(`restore ${two} --dry-run`);
  await sayTwice(`restore ${two} --secret url=env:WHOLE_URL --secret-to file:secret.txt`);
  await say(`restore ${two} --secret ${planted.typed}`);
  await sayTwice('replace --account shop --webhook 1 --url https://new.sari-sari-demo.ph/hook --reason x');
  await sayTwice('run --until-idle');
  await sayTwice('audit --history');
  await say('audit --csv');
  await sayTwice('audit verify');
  await sayTwice('status');
  for (const line of ['stop --reason drill', 'run --until-idle --approve', 'start']) await sayTwice(line);
  const over = AbortSignal.abort();
  // Another seed makes up another key: a simulator shows its own.
  for (const line of ['demo', 'simulate modulus --seed 9']) await say(line, over);
  expect(commands.map(({ name }) => name).filter((name) => !ran.has(name))).toEqual([]);

  writeFileSync(join(folder, 'pasted.yml'), policyOf(fronts.shop.url, { credentials: { secretKey: planted.pasted } }));
  for (const line of ['validate', 'scan', 'run --until-idle', 'status']) await sayTwice(`${line} --config pasted.yml`);
  for (const line of ['scan', 'status', 'why --account shop --webhook 2']) await sayTwice(`${line} --local elsewhere`);

  const sent = wire.flatMap(({ mock }) => mock.calls.map(([command]) => JSON.stringify(command)));
  const messages = sent.filter((text) => text.includes('MessageBody'));
  expect([messages.length > 0, sent.some((text) => text.includes('backup#1'))]).toEqual([true, true]);
  expect(sent.filter((text) => leaks(text).length > 0)).toEqual([]);

  const own = ['pasted.yml'];
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !own.includes(entry.name),
  );
  expect(existsSync(join(folder, 'plan.json')) && files.some(({ parentPath }) => parentPath.includes('table'))).toBe(
    true,
  );
  for (const { parentPath, name } of files)
    expect([name, leaks(readFileSync(join(parentPath, name), 'latin1'))]).toEqual([name, []]);
});

type PlanText = { items: { account: string; webhookId: string }[] };
const isCard = ({ account }: PlanText['items'][number]): boolean => account === 'cards';
