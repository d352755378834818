import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Json } from '../../lib/canonical.ts';
import { systemClock } from '../../lib/clock.ts';
import type { Account } from '../../lib/policy/policy.ts';
import type { ProviderDefinition } from '../../lib/providers/contract.ts';
import { type Answer, type Call, createHttp } from '../../lib/providers/http.ts';
import { type SimulatorOptions, startSimulator } from '../../lib/simulator/server.ts';
import type { Backup } from '../../lib/webhook.ts';
import { account } from './modulus-account.ts';

export { answer } from './modulus-account.ts';

type Given = {
  environment?: Account['environment'];
  options?: Readonly<Record<string, Json>>;
  credentials?: Readonly<Record<string, string>>;
};

export const accountOf = (definition: ProviderDefinition, baseUrl: string, given: Given = {}): Account => ({
  ...account(baseUrl, given.environment),
  provider: definition.id,
  options: given.options ?? {},
});

/** An adapter against its simulator. */
export const simulatedBy = async (
  definition: ProviderDefinition,
  options: SimulatorOptions = {},
  given: Given = {},
) => {
  const simulator = await startSimulator(definition.id, { seed: 7, ...options });
  onTestFinished(async () => {
    await simulator.close();
    await setImmediate(); // Node lists a closed server for one more turn.
  });
  const opened = accountOf(definition, simulator.url, { options: simulator.options, ...given });
  const openWith = (http = createHttp({ clock: systemClock, version: '1' })) =>
    definition.open(opened, given.credentials ?? simulator.credentials, http);
  return { simulator, provider: openWith(), openWith };
};

/** An adapter against canned answers, in order; the last one repeats. */
export const cannedBy = (definition: ProviderDefinition, given: Given, ...answers: Answer[]) => {
  const calls: Call[] = [];
  const http = {
    call: async (call: Call) => {
      calls.push(call);
      return answers[Math.min(calls.length, answers.length) - 1] as Answer;
    },
  };
  const provider = definition.open(
    accountOf(definition, 'https://api.example.com', given),
    given.credentials ?? {},
    http,
  );
  return { calls, provider };
};

/** Time runs out as soon as the provider has the request. */
export const impatient = createHttp({
  clock: { now: () => 0, sleep: () => new Promise<void>((resolve) => void setTimeout(resolve, 100)) },
  version: '1',
});

export const backup: Backup = {
  id: '123',
  kind: 'endpoint',
  url: 'https://api.example.com/webhooks',
  name: null,
  events: ['some.event'],
  enabled: true,
  settings: {},
  secretId: null,
  createdAt: null,
  fingerprint: 'f1:0:on',
  urlRedacted: false,
};
