import http from 'node:http';
import { createRequire } from 'node:module';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SimulatorOptions } from '../../lib/simulator/server.ts';
import { started } from './started.ts';

type Secret = { object: string; id: string; livemode: boolean; deleted?: boolean; secret?: string };
type Page = { object: string; total: number; offset: number; limit: number; data: Secret[] };
type Secrets = {
  create(fields: object): Promise<Secret>;
  list(query: object): Promise<Page>;
  destroy(id: string): Promise<Secret>;
};
type Client = { events: { retrieve(id: string): Promise<unknown> } };
/** How the client declares each of its own resources; this one is not among them. */
type Declare = { resourceActions(name: string, actions: readonly string[], config: object): Secrets };

const require = createRequire(import.meta.url);
const createClient = require('omise') as (config: object) => Client;
const { resourceActions } = require('omise/lib/apiResources') as Declare;

const start = async (options: SimulatorOptions = {}) => {
  const simulator = await started('omise', options);
  const { hostname, port } = new URL(simulator.url);
  // Host and scheme can be set, the port cannot: it is the one that its agent takes for the usual one.
  const agent = http.globalAgent as http.Agent & { defaultPort: number };
  const usual = agent.defaultPort;
  agent.defaultPort = Number(port);
  onTestFinished(() => {
    agent.defaultPort = usual;
    agent.destroy();
  });
  const key = simulator.credentials.secretKey ?? '';
  const at = { host: hostname, scheme: 'http' };
  const secrets = resourceActions('webhooks/secrets', ['create', 'list', 'destroy'], { ...at, key });
  return { simulator, secrets, omise: createClient({ ...at, secretKey: key }) };
};

describe('the provider’s own client, omise, at the simulator', () => {
  it('has no webhook secrets of its own', async () => {
    const { omise } = await start();
    expect(Object.keys(omise)).toEqual(expect.arrayContaining(['account', 'events', 'charges']));
    expect(Object.keys(omise).filter((name) => /webhook|secret/i.test(name))).toEqual([]);
  });

  it('authenticates, creates, pages through the list and deletes, with the resource declared to it', async () => {
    const { simulator, secrets } = await start({ webhooks: 5 });
    const made = await secrets.create({});
    expect(made).toMatchObject({ object: 'webhook_secret', livemode: false, secret: expect.any(String) });
    const pages = [await secrets.list({ limit: 4 }), await secrets.list({ limit: 4, offset: 4 })];
    expect(pages).toMatchObject([
      { object: 'list', limit: 4, offset: 0, total: 6 },
      { object: 'list', limit: 4, offset: 4, total: 6 },
    ]);
    expect(pages.flatMap(({ data }) => data.map(({ id }) => id))).toEqual([...simulator.state.keys()]);
    expect(await secrets.destroy(made.id)).toMatchObject({ object: 'webhook_secret', id: made.id, deleted: true });
    expect(simulator.state.has(made.id)).toBe(false);
  });

  it.each([
    ['wrong-key', 'whsec_test_none', 'authentication_failure'],
    ['latency', 'whsec_test_none', 'not_found'],
    ['latency', 'secret_without_prefix', 'bad_request'],
    ['throttle', 'whsec_test_none', 'too_many_requests'],
    ['error-before', 'whsec_test_none', 'internal_error'],
  ])('under %s reads the error at %s as its own: %s', async (fault, id, code) => {
    const { secrets } = await start({ faults: [fault], latencyMs: 1 });
    await expect(secrets.destroy(id)).rejects.toMatchObject({ object: 'error', code, location: expect.any(String) });
  });

  it('gets its own resources refused: there is nothing else', async () => {
    const { omise } = await start();
    await expect(omise.events.retrieve('evnt_test_1')).rejects.toMatchObject({ object: 'error', code: 'not_found' });
  });
});
