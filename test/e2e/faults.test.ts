import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../lib/simulator/server.ts';
import { account, hook, populate, production, simulator, tunnel, workplace } from './workplace.ts';

/** Each gives up after ten seconds, or pauses its account for thirty: their own tests are in test/providers and test/jobs. */
const tooLong = new Set(['slow', 'throttle']);
const faults = Object.keys(faultsOf('modulus')).filter((name) => !tooLong.has(name));

/** How a provider names its webhooks does not change under way. */
const lasting = new Set(['id-uuid']);
const faultOf = (name: string): string => (lasting.has(name) ? name : `${name}*3`);

type Enabled = boolean | undefined;
/** What each state says of the provider. In the middle of a step whose outcome is unknown nothing is said. */
const isTrue: Readonly<Record<string, (enabled: Enabled) => boolean>> = {
  proposed: (enabled) => enabled === true,
  approved: (enabled) => enabled === true,
  kept: (enabled) => enabled === true,
  observing: (enabled) => enabled === false,
  deleted: (enabled) => enabled === undefined,
  gone: (enabled) => enabled === undefined,
  disabling: () => true,
  deleting: () => true,
  restoring: () => true,
};
const asLeft = (enabled: Enabled) => (enabled === undefined ? 'absent' : enabled ? 'on' : 'off');

type Records = {
  records: { account: string; webhookId: string; state: string; leftAs: string | null; history: unknown[] }[];
};

/** One account for each fault, all worked at once by one run: one simulator of each, which has its fault three times. */
const attack = async () => {
  const shops = await Promise.all(
    faults.map(async (name, at) => ({ name, key: `KEY_${at}`, provider: await simulator({ seed: at + 1 }) })),
  );
  const policy = {
    version: 1,
    accounts: shops.map(({ name, key, provider }) =>
      JSON.parse(account(provider.url, { name, credentials: { secretKey: `env:${key}` } })),
    ),
    rules: { test: {} },
    lifecycle: { notice: '0s', observe: '200ms' },
    limits: { perRun: { count: 1000, percent: 100 }, perDay: { count: 1000 } },
    retry: { attempts: 4, base: '50ms', cap: '200ms' },
  };
  const env = Object.fromEntries(shops.map(({ key, provider }) => [key, provider.credentials.secretKey ?? '']));
  const { ok, hooksweep } = workplace(JSON.stringify(policy), env);
  for (const { provider } of shops)
    populate(provider, [hook('1', production), hook('2', tunnel(2)), hook('3', tunnel(3))]);
  for (const { name, provider } of shops) if (lasting.has(name)) provider.setFaults([name]);
  await ok('scan --out plan.json', 2);
  await ok('apply plan.json');
  for (const { name, provider } of shops) provider.setFaults([faultOf(name)]);
  await hooksweep('run --until-idle');
  for (const { provider } of shops) provider.setFaults([]);
  const { records } = (await ok('audit --json')).json<Records>();
  return { shops, records, verified: (await ok('audit verify --json')).json() };
};

describe('one run over accounts that each have a fault three times', () => {
  it('ends, never takes the one that works, and says of each webhook what is true', { timeout: 60_000 }, async () => {
    const { shops, records, verified } = await attack();
    for (const { name, provider } of shops) expect([name, provider.state.get('1')?.enabled]).toEqual([name, true]);
    expect(records.length).toBe(2 * faults.length);
    const lies = records.flatMap(({ account: name, webhookId, state, leftAs, history }) => {
      const provider = shops.find((shop) => shop.name === name)?.provider;
      const enabled = provider?.state.get(String(Number(webhookId.slice(-12))))?.enabled;
      const honest = state === 'failed' ? leftAs === asLeft(enabled) : isTrue[state]?.(enabled);
      return honest ? [] : [{ name, webhookId, state, leftAs, enabled, history }];
    });
    expect(lies).toEqual([]);
    expect(verified).toMatchObject({ broken: [] });
    const deleted = Map.groupBy(records, ({ state }) => state).get('deleted')?.length ?? 0;
    expect(deleted).toBeGreaterThan(faults.length);
  });
});
