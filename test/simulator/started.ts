import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { type SimulatorOptions, startSimulator } from '../../lib/simulator/server.ts';

type Given = { headers?: Record<string, string>; body?: unknown };

/** A simulator for one test. */
export const started = async (provider: string, options: SimulatorOptions = {}) => {
  const simulator = await startSimulator(provider, options);
  onTestFinished(async () => {
    await simulator.close();
    await setImmediate(); // Node lists a closed server for one more turn.
  });
  return simulator;
};

/** A simulator and a way to call it as any client would: status, parsed body. */
export const callable = async (provider: string, options: SimulatorOptions = {}) => {
  const simulator = await started(provider, options);
  const call = async (method: string, path: string, { headers = {}, body }: Given = {}) => {
    const form = typeof body === 'string';
    const response = await fetch(`${simulator.url}${path}`, {
      method,
      redirect: 'manual',
      headers: { 'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json', ...headers },
      ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, json: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text };
  };
  return { simulator, call };
};

/** Populations of the seeds 1, 1 and 2, as text. */
export const populations = async (provider: string): Promise<string[]> => {
  const now = () => Date.UTC(2026, 0, 1);
  const all = await Promise.all([1, 1, 2].map((seed) => started(provider, { seed, now, webhooks: 40 })));
  return all.map((simulator) => JSON.stringify([...simulator.state]));
};
