import { createAdminApiClient } from '@shopify/admin-api-client';
import { describe, expect, it } from 'vitest';
import { listQuery } from '../../lib/providers/shopify-list.ts';
import type { SimulatorOptions } from '../../lib/simulator/server.ts';
import { started } from './started.ts';

const start = async (options: SimulatorOptions = {}) => {
  const simulator = await started('shopify', options);
  const { shop, apiVersion } = simulator.options;
  // The client speaks https to the shop alone: its own fetch takes the same request to the simulator.
  const customFetchApi = (url: string, init?: RequestInit) => fetch(simulator.url + new URL(url).pathname, init);
  const admin = createAdminApiClient({
    storeDomain: String(shop),
    apiVersion: String(apiVersion),
    accessToken: simulator.credentials.accessToken ?? '',
    customFetchApi,
    logger: () => undefined,
  });
  return { simulator, admin };
};

const remove =
  'mutation($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field } } }';
const id = 'gid://shopify/WebhookSubscription/101';

describe('the provider’s own client, @shopify/admin-api-client, at the simulator', () => {
  it('lists with the query of the adapter, and deletes', async () => {
    const { simulator, admin } = await start();
    const listed = await admin.request(listQuery, { variables: { first: 100, after: null } });
    expect(listed.errors).toBeUndefined();
    expect(listed.data?.webhookSubscriptions).toMatchObject({ pageInfo: { hasNextPage: false } });
    const deleted = await admin.request(remove, { variables: { id } });
    expect(deleted.data?.webhookSubscriptionDelete).toEqual({ deletedWebhookSubscriptionId: id, userErrors: [] });
    expect(simulator.state.has(id)).toBe(false);
  });

  it.each([
    ['wrong-key', { networkStatusCode: 401 }],
    ['locked', { networkStatusCode: 423 }],
    ['query-throttled', { networkStatusCode: 200, graphQLErrors: [{ extensions: { code: 'THROTTLED' } }] }],
    ['access-denied', { networkStatusCode: 200, graphQLErrors: [{ extensions: { code: 'ACCESS_DENIED' } }] }],
  ])('under %s reads the error as its own', async (fault, errors) => {
    const { admin } = await start({ faults: [fault] });
    expect((await admin.request(remove, { variables: { id } })).errors).toMatchObject(errors);
  });

  it('sees no error where there are userErrors only', async () => {
    const { admin } = await start({ faults: ['user-errors'] });
    const answer = await admin.request(remove, { variables: { id } });
    expect(answer.errors).toBeUndefined();
    expect(answer.data?.webhookSubscriptionDelete?.deletedWebhookSubscriptionId).toBeNull();
  });
});
