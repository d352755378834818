import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import type { Account, Environment } from '../../lib/policy/policy.ts';
import { type Answer, type Call, createHttp } from '../../lib/providers/http.ts';
import { stripe } from '../../lib/providers/stripe.ts';
import { type SimulatorOptions, startSimulator } from '../../lib/simulator/server.ts';
import type { Backup } from '../../lib/webhook.ts';
import { account as anyAccount } from './modulus-account.ts';

export const hook = (id: string) => ({ kind: 'endpoint' as const, id });

export const account = (baseUrl = 'https://api.stripe.com', environment: Environment = 'sandbox'): Account => ({
  ...anyAccount(baseUrl, environment),
  provider: 'stripe',
  credentials: { apiKey: 'env:STRIPE_API_KEY' },
});

/** The adapter against a simulator. */
export const simulated = async (options: SimulatorOptions = {}) => {
  const simulator = await startSimulator('stripe', { seed: 7, ...options });
  onTestFinished(async () => {
    await simulator.close();
    await setImmediate(); // Node lists a closed server for one more turn.
  });
  const http = createHttp({ clock: systemClock, version: '1' });
  return { simulator, provider: stripe.open(account(simulator.url), simulator.credentials, http) };
};

/** The adapter against canned answers, in order; the last one repeats. */
export const canned = (...answers: Answer[]) => {
  const calls: Call[] = [];
  const http = {
    call: async (call: Call) => {
      calls.push(call);
      return answers[Math.min(calls.length, answers.length) - 1] as Answer;
    },
  };
  return { calls, provider: stripe.open(account(), { apiKey: 'rk_test_4711secret' }, http) };
};

export const row = {
  id: 'we_1',
  object: 'webhook_endpoint',
  api_version: null,
  application: null,
  created: 1_680_122_196,
  description: null,
  enabled_events: ['payment_intent.succeeded', 'charge.failed'],
  livemode: false,
  metadata: {},
  status: 'enabled',
  url: 'https://api.example.com/stripe',
};

export const page = (data: unknown, has_more = false) => ({
  object: 'list',
  url: '/v1/webhook_endpoints',
  has_more,
  data,
});

export const backup: Backup = {
  id: 'we_1',
  kind: 'endpoint',
  url: 'https://api.example.com/stripe',
  name: 'checkout',
  events: ['charge.failed', 'payment_intent.succeeded'],
  enabled: true,
  settings: { api_version: '2022-11-15', application: null, metadata: { managed_by: 'terraform' } },
  secretId: null,
  createdAt: null,
  fingerprint: 'f1:0:on',
  urlRedacted: false,
};
