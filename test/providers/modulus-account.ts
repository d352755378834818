import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import type { Account, Environment } from '../../lib/policy/policy.ts';
import { type Answer, type Call, createHttp } from '../../lib/providers/http.ts';
import { modulus } from '../../lib/providers/modulus.ts';
import { type SimulatorOptions, startSimulator } from '../../lib/simulator/server.ts';

export const account = (baseUrl: string, environment: Environment = 'sandbox'): Account => ({
  name: 'shop',
  provider: 'modulus',
  environment,
  baseUrl,
  credentials: { secretKey: 'env:MODULUS_SECRET_KEY' },
  options: {},
  mode: 'report',
  rules: {},
  protect: [],
  lifecycle: { noticeMs: 0, observeMs: 0 },
  limits: { perRun: { count: 10, percent: 20 }, perDay: { count: 20 }, shrink: { percent: 30 } },
  retry: { attempts: 8, baseMs: 2000, capMs: 300_000 },
  notify: {},
  keepLast: true,
});

/** The adapter against a simulator. */
export const simulated = async (options: SimulatorOptions = {}) => {
  const simulator = await startSimulator('modulus', { seed: 7, ...options });
  onTestFinished(async () => {
    await simulator.close();
    await setImmediate(); // Node lists a closed server for one more turn.
  });
  const http = createHttp({ clock: systemClock, version: '1' });
  return { simulator, provider: modulus.open(account(simulator.url), simulator.credentials, http) };
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
  const credentials = { secretKey: 'sk_4711_secret', activationCode: 'act-99' };
  return { calls, provider: modulus.open(account('https://webhooks.sbx.moduluslabs.io'), credentials, http) };
};

export const answer = (status: number, json?: unknown, headers: Record<string, string> = {}): Answer => ({
  kind: 'answer',
  status,
  json,
  headers: new Headers(headers),
  retryAfterMs: null,
});
