import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import type { SimulatorOptions } from '../../lib/simulator/server.ts';
import { started } from './started.ts';

const start = async (options: SimulatorOptions = {}, retries = 0) => {
  const simulator = await started('stripe', options);
  const { hostname, port } = new URL(simulator.url);
  const stripe = new Stripe(simulator.credentials.apiKey ?? '', {
    host: hostname,
    port,
    protocol: 'http',
    telemetry: false,
    maxNetworkRetries: retries,
  });
  return { simulator, stripe };
};

describe('the provider’s own client, stripe, at the simulator', () => {
  it('pages through the whole list', async () => {
    const { simulator, stripe } = await start({ webhooks: 250 });
    const all = await stripe.webhookEndpoints.list({ limit: 100 }).autoPagingToArray({ limit: 1000 });
    expect(all.map(({ id }) => id).sort()).toEqual([...simulator.state.keys()].sort());
  });

  it('creates, switches off and deletes', async () => {
    const { simulator, stripe } = await start({ webhooks: 0 });
    const made = await stripe.webhookEndpoints.create(
      { url: 'https://a.example.com', enabled_events: ['*'], metadata: { team: 'x' } },
      { idempotencyKey: 'k' },
    );
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
