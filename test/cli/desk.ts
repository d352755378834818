import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { runWith } from '../../lib/cli/main.ts';
import { systemClock } from '../../lib/clock.ts';
import { type Simulator, startSimulator } from '../../lib/simulator/server.ts';
import type { SimulatedWebhook } from '../../lib/simulator/simulation.ts';

/** Every test at this desk happens at this moment. */
export const now = Date.parse('2026-06-01T12:00:00.000Z');

export const clock = { ...systemClock, now: () => now };

export const secretVariable = 'MODULUS_SECRET_KEY';

/** A stream that keeps what is written to it. */
export const sink = (settings: { isTTY?: boolean; columns?: number } = {}) => {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return Object.assign(stream, settings, { text: () => chunks.join('') });
};

export type Ran = { code: number; stdout: string; stderr: string };
type Around = { env?: Record<string, string>; tty?: boolean; cwd?: string; signal?: AbortSignal };

/** Runs one command line in this process. */
export const run = async (argv: readonly string[], around: Around = {}): Promise<Ran> => {
  const { env = {}, tty = false, cwd = tmpdir(), signal = new AbortController().signal } = around;
  const stdout = sink({ isTTY: tty });
  const stderr = sink({ isTTY: tty, columns: 100 });
  const stdin = Object.assign(new PassThrough(), { isTTY: tty });
  const code = await runWith(argv, { stdin, stdout, stderr, env, cwd, clock, signal });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
};

export const folder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'hooksweep-cli-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
};

export const accountYaml = (url: string, name = 'modulus-sandbox', variable = secretVariable): string =>
  `  - { name: ${name}, provider: modulus, environment: sandbox, baseUrl: "${url}", credentials: { secretKey: env:${variable} } }`;

export const policyYaml = (accounts: readonly string[], rest = ''): string =>
  ['version: 1', 'accounts:', ...accounts, 'rules: { test: {}, duplicate: { keep: newest } }', rest, ''].join('\n');

export const webhook = (id: string, url: string, patch: Partial<SimulatedWebhook> = {}): SimulatedWebhook => ({
  id,
  url,
  events: ['QRPH_SUCCESS'],
  enabled: true,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  ...patch,
});

/** A test tunnel, a pair of twins, a store that works, and a probe receiver. */
export const usual: readonly SimulatedWebhook[] = [
  webhook('101', 'https://shop.sari-sari-demo.ph/hook'),
  webhook('102', 'https://quick-fox.loca.lt/hook'),
  webhook('103', 'https://erp.sari-sari-demo.ph/hook?token=planted-in-the-url'),
  webhook('104', 'https://shop.sari-sari-demo.ph/hook', { createdAt: '2025-01-01T00:00:00.000Z' }),
];

export type Desk = {
  cwd: string;
  simulator: Simulator;
  run(argv: readonly string[], around?: Around): Promise<Ran>;
};

/** A folder with a policy for one simulated account that has these webhooks. */
export const desk = async (webhooks: readonly SimulatedWebhook[] = usual, rest = ''): Promise<Desk> => {
  const simulator = await startSimulator('modulus', { webhooks: 0, now: () => now });
  onTestFinished(async () => {
    await simulator.close();
    await setImmediate(); // Node lists a closed server for one more turn.
  });
  for (const one of webhooks) simulator.state.set(one.id, one);
  const cwd = await folder();
  await writeFile(join(cwd, 'hooksweep.yml'), policyYaml([accountYaml(simulator.url)], rest));
  const env = { [secretVariable]: simulator.credentials.secretKey ?? '' };
  return {
    cwd,
    simulator,
    run: (argv, around = {}) => run(argv, { cwd, ...around, env: { ...env, ...around.env } }),
  };
};
