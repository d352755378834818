import { stringify } from 'yaml';
import { iso, systemClock } from '../clock.ts';
import { variableFor } from '../policy/reference.ts';
import { providers } from '../providers/registry.ts';
import type { GithubHook } from '../simulator/github-population.ts';
import { type Simulator, startSimulator } from '../simulator/server.ts';

/** A simulated account at each provider: the policy file that names them, and the environment variables that it refers to. */
export type DemoWorld = {
  policy: string;
  /** The same without its protect entries. */
  looser: string;
  env: Readonly<Record<string, string>>;
  /** The partner's demo takes place: at GitHub a protected webhook receives a delivery. */
  deliver(): void;
  close(): Promise<void>;
};

/** Where a tour would show too much or too little with what all others have. */
const particular: Readonly<Record<string, { webhooks?: number; rules?: Record<string, unknown> }>> = {
  // Older than the overlap, but for the newest.
  omise: { webhooks: 5 },
  // It tells no dates, so each is as young as the first scan.
  simpay: { rules: { test: { after: '0s' } } },
};

const variable = (id: string, name: string): string => variableFor(`hooksweep_demo_${id}`, name);

const accountOf = (id: string, { url, credentials, options }: Simulator) => ({
  name: id,
  provider: id,
  environment: 'sandbox',
  baseUrl: url,
  credentials: Object.fromEntries(Object.keys(credentials).map((name) => [name, `env:${variable(id, name)}`])),
  options,
  ...(particular[id]?.rules && { rules: particular[id].rules }),
});

const shared = {
  rules: { test: {}, duplicate: { keep: 'newest' }, disabled: { after: '30d' }, 'superseded-secret': {} },
  protect: [{ host: '*.loca.lt', because: 'the partner demo on Friday' }],
  lifecycle: { notice: '0s', observe: '3s' },
  retry: { attempts: 8, base: '200ms', cap: '5s' },
};

/** What GitHub shows once the tunnels have received a delivery. */
const delivered = (hook: GithubHook): GithubHook =>
  hook.url.includes('.loca.lt/')
    ? { ...hook, deliveries: [{ at: iso(systemClock.now()), code: 200 }, ...(hook.deliveries ?? [])] }
    : hook;

/** Starts a simulator of every provider. */
export const startDemoWorld = async (): Promise<DemoWorld> => {
  const started: [id: string, simulator: Simulator][] = [];
  const close = async () => {
    await Promise.all(started.map(([, simulator]) => simulator.close()));
  };
  try {
    for (const id of Object.keys(providers))
      started.push([id, await startSimulator(id, { webhooks: particular[id]?.webhooks ?? 12 })]);
  } catch (error) {
    await close();
    throw error;
  }
  const accounts = started.map(([id, simulator]) => accountOf(id, simulator));
  const values = started.flatMap(([id, { credentials }]) =>
    Object.entries(credentials).map(([name, value]) => [variable(id, name), value]),
  );
  const hooks = started.find(([id]) => id === 'github')?.[1].state ?? new Map<string, GithubHook>();
  return {
    policy: stringify({ version: 1, accounts, ...shared }),
    looser: stringify({ version: 1, accounts, ...shared, protect: [] }),
    env: Object.fromEntries(values),
    deliver: () => {
      for (const [id, hook] of hooks) hooks.set(id, delivered(hook));
    },
    close,
  };
};
