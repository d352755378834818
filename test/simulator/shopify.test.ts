import { describe, expect, it } from 'vitest';
import type { SimulatorOptions } from '../../lib/simulator/server.ts';
import { simulatedClient } from '../../lib/simulator/shopify.ts';
import { started } from './started.ts';

const path = '/admin/api/2026-10/graphql.json';

const start = async (options: SimulatorOptions = {}) => {
  const simulator = await started('shopify', options);
  const post = async (to: string, body: string, headers: Record<string, string>) => {
    const response = await fetch(simulator.url + to, { method: 'POST', headers, body });
    return { status: response.status, json: JSON.parse((await response.text()) || 'null') };
  };
  const { accessToken = '' } = simulator.credentials;
  const call = (query: string, variables = {}, token = accessToken) =>
    post(path, JSON.stringify({ query, variables }), {
      'content-type': 'application/json',
      'x-shopify-access-token': token,
    });
  return { simulator, post, call };
};

const list =
  'query($first: Int!, $after: String) { webhookSubscriptions(first: $first, after: $after) { nodes { id uri } pageInfo { hasNextPage endCursor } } }';
const create = 'mutation { webhookSubscriptionCreate { webhookSubscription { id } userErrors { field message } } }';
const remove = 'mutation { webhookSubscriptionDelete { deletedWebhookSubscriptionId userErrors { field } } }';
const input = { topic: 'ORDERS_CREATE', webhookSubscription: { uri: 'https://a.example.com/x', format: 'JSON' } };

describe('the simulated Shopify API', () => {
  it('creates, lists what is asked for, and deletes, always with HTTP 200', async () => {
    const { call } = await start({ webhooks: 0 });
    const { id } = (await call(create, input)).json.data.webhookSubscriptionCreate.webhookSubscription;
    expect(id).toBe('gid://shopify/WebhookSubscription/101');
    const listed = (await call(list, { first: 5 })).json.data.webhookSubscriptions;
    expect(listed.nodes).toEqual([{ id, uri: 'https://a.example.com/x' }]);
    expect(listed.pageInfo).toEqual({ hasNextPage: false, endCursor: id });
    const deleted = await call(remove, { id });
    expect(deleted.json.data.webhookSubscriptionDelete).toEqual({ deletedWebhookSubscriptionId: id, userErrors: [] });
    const again = await call(remove, { id });
    expect(again.status).toBe(200);
    expect(again.json.data.webhookSubscriptionDelete).toMatchObject({ deletedWebhookSubscriptionId: null });
    expect(again.json.data.webhookSubscriptionDelete.userErrors.length).toBe(1);
  });

  it('pages by cursor', async () => {
    const { call } = await start({ webhooks: 5 });
    const first = (await call(list, { first: 3 })).json.data.webhookSubscriptions;
    expect([first.nodes.length, first.pageInfo.hasNextPage]).toEqual([3, true]);
    const rest = (await call(list, { first: 3, after: first.pageInfo.endCursor })).json.data.webhookSubscriptions;
    expect([rest.nodes.length, rest.pageInfo.hasNextPage]).toEqual([2, false]);
  });

  it('refuses one topic twice at one address, and an address that is not https', async () => {
    const { call } = await start({ webhooks: 0 });
    await call(create, input);
    const http = { ...input, webhookSubscription: { uri: 'http://a.example.com' } };
    for (const variables of [input, http]) {
      const { userErrors } = (await call(create, variables)).json.data.webhookSubscriptionCreate;
      expect(userErrors.length).toBe(1);
    }
  });

  it('knows its token, its path, its queries, and the client credentials grant', async () => {
    const { simulator, post, call } = await start();
    expect((await call(list, {}, 'shpat_x')).status).toBe(401);
    expect((await call('query { shop { name } }')).json.errors[0].extensions.code).toBe('undefinedField');
    expect((await post('/admin/api/2020-01/graphql.json', '{}', {})).status).toBe(404);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const grant = (client_secret: string) =>
      post(
        '/admin/oauth/access_token',
        String(
          new URLSearchParams({ grant_type: 'client_credentials', client_id: simulatedClient.clientId, client_secret }),
        ),
        form,
      );
    expect((await grant('wrong')).status).toBe(400);
    const { access_token } = (await grant(simulatedClient.clientSecret)).json;
    expect((await call(list, { first: 1 }, access_token)).json.data.webhookSubscriptions.nodes.length).toBe(1);
    expect(JSON.stringify(simulator.requests.map(({ headers }) => headers))).not.toContain(access_token);
  });

  it('tells mutations from queries, for faults and in its log', async () => {
    const { simulator, call } = await start({ faults: ['error-before:mutating'] });
    expect([(await call(list, { first: 1 })).status, (await call(remove, { id: 'x' })).status]).toEqual([200, 500]);
    expect(simulator.requests.map(({ mutating }) => mutating)).toEqual([false, true]);
  });

  it('has the same mess of a real app for the same seed', async () => {
    const now = () => Date.UTC(2026, 0, 1);
    const populations = await Promise.all(
      [1, 1, 2].map(async (seed) => [...(await start({ seed, now })).simulator.state.values()]),
    );
    const [a, b, c] = populations.map((webhooks) => JSON.stringify(webhooks));
    expect(a).toBe(b);
    expect(a).not.toBe(c);
    const urls = (populations[0] ?? []).map(({ url }) => url);
    for (const part of ['ngrok-free.app', 'loca.lt', 'token=', 'old', 'arn:', 'pubsub:', ':443', 'shopify/'])
      expect(urls.some((url) => url.includes(part))).toBe(true);
  });
});
