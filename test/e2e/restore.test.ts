import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { variableFor } from '../../lib/policy/reference.ts';
import { startSimulator } from '../../lib/simulator/server.ts';
import { type AuditDocument, hook, populate, production, shop, tunnel, workplace } from './workplace.ts';

type Item = { webhookId: string; url: string; events: string[]; decision: string };

/** One account at a provider's simulator, and the first thing that its plan deletes by the `test` rule, deleted. */
const afterDeletion = async (id: string) => {
  const simulator = await startSimulator(id, { seed: 3 });
  onTestFinished(async () => {
    await simulator.close();
    await setImmediate();
  });
  const { url: baseUrl, credentials, options } = simulator;
  const names = Object.keys(credentials);
  const policy = {
    version: 1,
    accounts: [
      {
        ...{ name: id, provider: id, environment: 'sandbox', baseUrl, options },
        credentials: Object.fromEntries(names.map((name) => [name, `env:${variableFor(id, name)}`])),
      },
    ],
    rules: { test: { after: '0s' } },
    lifecycle: { notice: '0s', observe: '0s' },
    limits: { perRun: { count: 1000, percent: 100 }, perDay: { count: 1000 } },
    retry: { attempts: 4, base: '200ms', cap: '1s' },
  };
  const env = Object.fromEntries(names.map((name) => [variableFor(id, name), credentials[name] ?? '']));
  const place = workplace(JSON.stringify(policy), env);
  const plan = (await place.ok('scan --json', 2)).json<{ items: Item[] }>();
  await place.ok('run --until-idle --approve --yes --json');
  const gone = plan.items.filter(({ decision, url }) => decision === 'propose' && !url.includes('REDACTED'));
  const records = (await place.ok('audit --json --state deleted')).json<AuditDocument>().records;
  const item = gone.find(({ webhookId }) => records.some((record) => record.webhookId === webhookId)) as Item;
  const name = (records as { webhookId: string; record?: string }[]).find(
    ({ webhookId }) => webhookId === item.webhookId,
  )?.record;
  return { simulator, ...place, item, name: name ?? '' };
};

const here = ({ state }: { state: ReadonlyMap<string, { url: string; events: readonly string[] }> }, { url }: Item) =>
  [...state.values()].filter((one) => one.url === url);

describe('hooksweep restore', () => {
  it.each(['modulus', 'github', 'stripe'])(
    'brings a deleted webhook of %s back, and a second time changes nothing',
    async (id) => {
      const { simulator, ok, hooksweep, item, name, folder } = await afterDeletion(id);
      const to = id === 'stripe' ? ' --secret-to file:new-secret' : '';
      const dry = await ok(`restore "${name}" --dry-run${to}`);
      expect(dry.stdout).toContain('will not come back: id');
      expect(here(simulator, item)).toEqual([]);
      await ok(`restore "${name}" --reason "still used"${to}`);
      await hooksweep('run --until-idle --json');
      const [back, ...more] = here(simulator, item);
      expect(more).toEqual([]);
      expect([...(back?.events ?? [])].sort()).toEqual([...item.events].sort());
      const [record] = (await ok(`audit --json --webhook "${name}"`)).json<AuditDocument>().records;
      expect(record).toMatchObject({ state: 'restored', restoredAs: expect.any(String) });
      const before = simulator.requests.filter(({ mutating }) => mutating).length;
      await ok(`restore "${name}"${to}`);
      await hooksweep('run --until-idle --approve --yes --json');
      expect(simulator.requests.filter(({ mutating }) => mutating).length).toBe(before);
      expect(here(simulator, item)).toHaveLength(1);
      await ok('audit verify');
      if (!to) return;
      const kept = join(folder, 'new-secret');
      expect(readFileSync(kept, 'utf8')).toMatch(/^whsec_/);
      expect(statSync(kept).mode & 0o777).toBe(0o600);
      expect((await ok('audit --json')).stdout).not.toContain(readFileSync(kept, 'utf8'));
    },
  );

  it('says that nothing was ever removed', async () => {
    const { provider, ok, hooksweep } = await shop();
    populate(provider, [hook('1', production), hook('2', tunnel(2))]);
    await ok('run --until-idle --json', 2);
    const ran = await hooksweep('restore "shop#shop#endpoint#2"');
    expect([ran.code, ran.stdout]).toEqual([1, expect.stringContaining('nothing of ours')]);
    expect((await hooksweep('restore "shop#shop#endpoint#99"')).stderr).toContain('there is no record');
  });
});

describe('hooksweep replace', () => {
  it('creates the new one, proves it, and sends the old one down the normal way', async () => {
    const { provider, ok } = await shop();
    populate(provider, [hook('1', production)]);
    const to = 'https://new.sari-sari-demo.ph/webhooks/modulus';
    const line = `replace --account shop --webhook 1 --url ${to} --reason "new host" --json`;
    const done = (await ok(line)).json<{ created: string; old: unknown }>();
    expect(done.old).toMatchObject({ ok: true, dueAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) });
    expect(provider.state.get(done.created)).toMatchObject({ url: to, enabled: true });
    expect(provider.state.get('1')?.enabled).toBe(true);
    await ok('run --until-idle --json');
    expect([...provider.state.keys()]).toEqual([done.created]);
  });

  it('creates nothing twice, and leaves the old one where the new one cannot be proven', async () => {
    const { provider, ok, hooksweep } = await shop();
    populate(provider, [hook('1', production)]);
    const to = 'https://new.sari-sari-demo.ph/webhooks/modulus';
    const line = `replace --account shop --webhook 1 --url ${to} --reason "new host" --json`;
    provider.setFaults(['reset-after:POST*1']);
    await ok(line);
    await ok(line, 3);
    expect([...provider.state.values()].filter(({ url }) => url === to)).toHaveLength(1);
    provider.setFaults(['error-before:POST']);
    const failed = await hooksweep(
      'replace --account shop --webhook 1 --url https://other.sari-sari-demo.ph/x --reason y',
    );
    expect(failed.code).toBe(1);
    expect(provider.state.get('1')?.enabled).toBe(true);
  });
});
