import { describe, expect, it } from 'vitest';
import type { SimulatorOptions } from '../../lib/simulator/server.ts';
import { client } from './clients.ts';
import { started } from './started.ts';

type Endpoint = { id: string; status: string; secret?: string; metadata: object };
type Stripe = {
  webhookEndpoints: {
    list(query: object): { autoPagingToArray(bound: { limit: number }): Promise<Endpoint[]> };
    create(fields: object, options?: object): Promise<Endpoint>;
    update(id: string, fields: object): Promise<Endpoint>;
    del(id: string): Promise<{ id: string; deleted: boolean }>;
  };
};

const module = await client('stripe');

const start = async (options: SimulatorOptions = {}, retries = 0) => {
  const simulator = await started('stripe', options);
  const Client = (module?.default ?? module?.Stripe) as new (key: string, config: object) => Stripe;
  const { hostname, port } = new URL(simulator.url);
  const config = { host: hostname, port, protocol: 'http', telemetry: false, maxNetworkRetries: retries };
  return { simulator, stripe: new Client(simulator.credentials.apiKey ?? '', config) };
};

describe.skipIf(module === null)('the provider’s own client, stripe, at the simulator', () => {
  it('pages through the whole list', async () => {
    const { simulator, stripe } = await start({ webhooks: 250 });
    const all = await stripe.webhookEndpoints.list({ limit: 100 }).autoPagingToArray({ limit: 1000 });
    expect(all.map(({ id }) => id).sort()).toEqual([...simulator.state.keys()].sort());
  });

  it('creates, switches off and deletes', async () => {
    const { simulator, stripe } = await start({ webhooks: 0 });
    const fields = { url: 'https://a.example.com', enabled_events: ['*'], metadata: { team: 'x' } };
    const made = await stripe.webhookEndpoints.create(fields, { idempotencyKey: 'k' });
    expect(made).toMatchObject({
      status: 'enabled',
      metadata: { team: 'x' },
      secret: expect.stringMatching(/^whsec_/),
    });
    expect((await stripe.webhookEndpoints.update(made.id, { disabled: true })).status).toBe('disabled');
    expect(await stripe.webhookEndpoints.del(made.id)).toMatchObject({ id: made.id, deleted: true });
    expect(simulator.state.size).toBe(0);
  });

  it.each([
    [[], 'we_none', { type: 'StripeInvalidRequestError', code: 'resource_missing', statusCode: 404 }],
    [['wrong-key'], 'we_1Sim101', { type: 'StripeAuthenticationError', statusCode: 401 }],
    [['forbidden'], 'we_1Sim101', { type: 'StripePermissionError', statusCode: 403 }],
    [['throttle'], 'we_1Sim101', { type: 'StripeRateLimitError', statusCode: 429 }],
    [['error-before'], 'we_1Sim101', { type: 'StripeAPIError', statusCode: 500 }],
  ])('under %j reads the errors as its own', async (faults, id, error) => {
    const { stripe } = await start({ faults });
    await expect(stripe.webhookEndpoints.del(id)).rejects.toMatchObject(error);
  });

  it.each([
    ['lock-timeout', 2],
    ['retry-advised', 2],
    ['retry-denied', 1],
  ])('under %s obeys Stripe-Should-Retry: %i requests', async (fault, requests) => {
    const { simulator, stripe } = await start({ faults: [fault] }, 1);
    await expect(stripe.webhookEndpoints.del('we_1Sim101')).rejects.toBeDefined();
    expect(simulator.requests.length).toBe(requests);
  });
});
