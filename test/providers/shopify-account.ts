import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import type { Account } from '../../lib/policy/policy.ts';
import { type Answer, type Call, createHttp } from '../../lib/providers/http.ts';
import { shopify } from '../../lib/providers/shopify.ts';
import { type SimulatorOptions, startSimulator } from '../../lib/simulator/server.ts';
import { simulatedClient } from '../../lib/simulator/shopify.ts';
import type { Backup } from '../../lib/webhook.ts';
import { account as anyAccount } from './modulus-account.ts';

const options = { shop: 'kettle-demo.myshopify.com', apiVersion: '2026-10' };

export const gid = (number: number | string) => `gid://shopify/WebhookSubscription/${number}`;
export const hook = (id: string) => ({ kind: 'endpoint' as const, id });

export const account = (baseUrl = `https://${options.shop}`): Account => ({
  ...anyAccount(baseUrl),
  provider: 'shopify',
  credentials: { accessToken: 'env:SHOPIFY_ACCESS_TOKEN' },
  options,
});

/** The adapter against a simulator; `granted`: with client credentials in place of a token. */
export const simulated = async ({ granted = false, ...given }: SimulatorOptions & { granted?: boolean } = {}) => {
  const simulator = await startSimulator('shopify', { seed: 7, ...given });
  onTestFinished(async () => {
    await simulator.close();
    await setImmediate(); // Node lists a closed server for one more turn.
  });
  const http = createHttp({ clock: systemClock, version: '1' });
  const credentials: Readonly<Record<string, string>> = granted ? simulatedClient : simulator.credentials;
  const opened = { ...account(simulator.url), options: simulator.options };
  return { simulator, provider: shopify.open(opened, credentials, http) };
};

/** The adapter against canned answers, in order; the last one repeats. */
export const canned = (...answers: Answer[]) => cannedAs({ accessToken: 'shpat_4711secret' }, ...answers);

export const cannedAs = (credentials: Readonly<Record<string, string>>, ...answers: Answer[]) => {
  const calls: Call[] = [];
  const http = {
    call: async (call: Call) => {
      calls.push(call);
      return answers[Math.min(calls.length, answers.length) - 1] as Answer;
    },
  };
  return { calls, provider: shopify.open(account(), credentials, http) };
};

export const row = {
  id: gid(1),
  topic: 'ORDERS_CREATE',
  uri: 'https://api.example.com/shopify',
  createdAt: '2025-01-15T18:30:00+08:00',
  updatedAt: '2025-01-16T10:30:00Z',
  format: 'JSON',
  filter: '',
  includeFields: ['id', 'email'],
  metafieldNamespaces: [],
  metafields: [],
  apiVersion: { handle: '2026-10' },
};

export const page = (nodes: unknown, hasNextPage = false, endCursor: unknown = null) => ({
  data: { webhookSubscriptions: { nodes, pageInfo: { hasNextPage, endCursor } } },
});

export const deleted = (id: string | null, userErrors: unknown = []) => ({
  data: { webhookSubscriptionDelete: { deletedWebhookSubscriptionId: id, userErrors } },
});

export const failed = (...codes: (string | null)[]) => ({
  errors: codes.map((code) => ({ message: 'Invalid', ...(code === null ? {} : { extensions: { code } }) })),
});

export const backup: Backup = {
  id: gid(1),
  kind: 'endpoint',
  url: 'https://api.example.com/shopify',
  name: null,
  events: ['ORDERS_CREATE'],
  enabled: true,
  settings: {
    ...{ destination: 'http', format: 'JSON', filter: 'total_price:>=10', includeFields: ['id'] },
    ...{ metafieldNamespaces: [], metafields: [{ namespace: 'a', key: 'b' }], apiVersion: '2026-10' },
  },
  secretId: null,
  createdAt: null,
  fingerprint: 'f1:0:on',
  urlRedacted: false,
};
