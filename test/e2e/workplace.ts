import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { runWith } from '../../lib/cli/main.ts';
import { systemClock } from '../../lib/clock.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../lib/simulator/server.ts';
import type { SimulatedWebhook } from '../../lib/simulator/simulation.ts';

/** What one command line left behind. */
export type Ran = { code: number; stdout: string; stderr: string; json: <T = Record<string, unknown>>() => T };

const collect = (): { stream: Writable; text: () => string } => {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
};

/** One folder with a policy, in which command lines are run. */
export type Workplace = {
  folder: string;
  env: Record<string, string>;
  /** Runs a command line in this process. */
  hooksweep(line: string, signal?: AbortSignal): Promise<Ran>;
  /** The same, and it must end with this code. */
  ok(line: string, code?: number): Promise<Ran>;
};

export const workplace = (policy: string, env: Record<string, string> = {}): Workplace => {
  const folder = mkdtempSync(join(tmpdir(), 'hooksweep-e2e-'));
  onTestFinished(async () => {
    await setImmediate();
    rmSync(folder, { recursive: true, force: true });
  });
  writeFileSync(join(folder, 'hooksweep.yml'), policy);
  const hooksweep: Workplace['hooksweep'] = async (line, signal = new AbortController().signal) => {
    const [stdout, stderr] = [collect(), collect()];
    const argv = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
    const code = await runWith(argv, {
      stdin: new PassThrough().end(),
      stdout: stdout.stream,
      stderr: stderr.stream,
      env,
      cwd: folder,
      clock: systemClock,
      signal,
    });
    return { code, stdout: stdout.text(), stderr: stderr.text(), json: () => JSON.parse(stdout.text()) };
  };
  const ok: Workplace['ok'] = async (line, code = 0) => {
    const ran = await hooksweep(line);
    if (ran.code !== code) throw new Error(`hooksweep ${line} ended with ${ran.code}:\n${ran.stdout}\n${ran.stderr}`);
    return ran;
  };
  return { folder, env, hooksweep, ok };
};

export const simulator = async (options: SimulatorOptions = {}): Promise<Simulator> => {
  const started = await startSimulator('modulus', options);
  onTestFinished(async () => {
    await started.close();
    // The handle goes a turn after the callback.
    await setImmediate();
  });
  return started;
};

export const account = (url: string, more: Record<string, unknown> = {}): string =>
  JSON.stringify({
    name: 'shop',
    provider: 'modulus',
    environment: 'sandbox',
    baseUrl: url,
    credentials: { secretKey: 'env:SHOP_KEY' },
    ...more,
  });

/** A policy with one account; quick waits, so that a test sees the end. */
export const policyOf = (
  url: string,
  more: Record<string, unknown> = {},
  whole: Record<string, unknown> = {},
): string =>
  JSON.stringify({
    version: 1,
    accounts: [JSON.parse(account(url, more))],
    rules: { test: {}, duplicate: { keep: 'newest' } },
    lifecycle: { notice: '0s', observe: '1s' },
    limits: { perRun: { count: 1000, percent: 100 }, perDay: { count: 1000 } },
    retry: { attempts: 8, base: '200ms', cap: '2s' },
    ...whole,
  });

/** A simulated shop and a folder beside it. */
export const shop = async (
  options: SimulatorOptions = {},
  more: Record<string, unknown> = {},
  whole: Record<string, unknown> = {},
) => {
  const provider = await simulator(options);
  const place = workplace(policyOf(provider.url, more, whole), { SHOP_KEY: provider.credentials.secretKey ?? '' });
  return { provider, ...place };
};

const monthAgo = (): string => new Date(Date.now() - 30 * 86_400_000).toISOString();

/** A webhook of the simulated provider, a month old and on. */
export const hook = (id: string, url: string, more: Partial<SimulatedWebhook> = {}): [string, SimulatedWebhook] => [
  id,
  {
    id,
    url,
    events: ['QRPH_DECLINED', 'QRPH_SUCCESS'],
    enabled: true,
    createdAt: monthAgo(),
    updatedAt: monthAgo(),
    ...more,
  },
];

export const production = 'https://api.sari-sari-demo.ph/webhooks/modulus';
export const tunnel = (n: number): string => `https://t${n}.ngrok-free.app/webhook`;

/** Replaces the population. */
export const populate = ({ state }: Simulator, hooks: readonly [string, SimulatedWebhook][]): void => {
  state.clear();
  for (const [id, webhook] of hooks) state.set(id, webhook);
};

export const mutating = ({ requests }: Simulator) => requests.filter(({ method }) => method !== 'GET');

export type AuditDocument = {
  records: {
    webhookId: string;
    state: string;
    cycle: number;
    url: string | null;
    guard: string | null;
    leftAs: string | null;
    findings: { rule: string }[];
    backup: { url: string | null } | null;
    history: { event: string; actor: string; detail: string; prev: string; hash: string }[];
  }[];
};
