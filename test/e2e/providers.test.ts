import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { variableFor } from '../../lib/policy/reference.ts';
import { providers } from '../../lib/providers/registry.ts';
import { type Simulator, startSimulator } from '../../lib/simulator/server.ts';
import { keyOf } from '../../lib/webhook.ts';
import { type AuditDocument, workplace } from './workplace.ts';

const planted = 'geheimes-token-4711';

type Place = { id: string; simulator: Simulator };

const simulators = async (): Promise<readonly Place[]> => {
  const places = await Promise.all(
    Object.keys(providers).map(async (id, at) => ({ id, simulator: await startSimulator(id, { seed: at + 1 }) })),
  );
  onTestFinished(async () => {
    await Promise.all(places.map(({ simulator }) => simulator.close()));
    await setImmediate();
  });
  // A secret in each URL that will go.
  for (const { simulator } of places)
    for (const one of simulator.state.values())
      if (one.url.includes('ngrok-free.app')) one.url = `${one.url}?token=${planted}`;
  return places;
};

const policyOf = (places: readonly Place[], observe: string): string =>
  JSON.stringify({
    version: 1,
    accounts: places.map(({ id, simulator: { url, credentials, options } }) => ({
      ...{ name: id, provider: id, environment: 'sandbox', baseUrl: url, options },
      credentials: Object.fromEntries(Object.keys(credentials).map((name) => [name, `env:${variableFor(id, name)}`])),
    })),
    // Without dates, as at SimPay, all are as young as the first scan; Omise was rotated a moment ago.
    rules: {
      ...{ test: { after: '0s' }, duplicate: { keep: 'newest' }, disabled: {}, stale: {} },
      'superseded-secret': { overlap: '1h' },
    },
    lifecycle: { notice: '0s', observe },
    limits: { perRun: { count: 1000, percent: 100 }, perDay: { count: 1000 } },
    retry: { attempts: 8, base: '200ms', cap: '2s' },
  });

/** What is listed, by key; what Spaaza deletes stays there, marked. */
const present = ({ simulator: { state } }: Place): readonly string[] =>
  [...state].filter(([, one]) => !('deleted' in one && one.deleted)).map(([key]) => key);

type Item = { account: string; webhookId: string; kind: 'endpoint' | 'signing-secret'; decision: string };

/** Some simulators keep all by id, of whatever kind. */
const keyAmong = (keys: readonly string[], { kind, webhookId: id }: Item): string =>
  keys.includes(keyOf({ kind, id })) ? keyOf({ kind, id }) : id;

const secretsOf = (places: readonly Place[]): readonly string[] => {
  const values = places.flatMap(({ id, simulator: { credentials, state } }) => [
    ...Object.entries(credentials)
      .filter(([name]) => providers[id]?.credentials[name]?.secret !== false)
      .flatMap(([, value]) => [value, Buffer.from(`${value}:`).toString('base64')]),
    ...[...state.values()].flatMap(({ url }) => /[?&]token=([^&]+)/.exec(url)?.[1] ?? []),
  ]);
  return [...new Set(values)];
};

const filesIn = (folder: string): readonly (readonly [name: string, text: string])[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'latin1')]);

it.each(['0s', '1s'])(
  'one run cleans every provider side by side, watching for %s',
  {
    timeout: 90_000,
  },
  async (observe) => {
    const places = await simulators();
    const env = Object.fromEntries(
      places.flatMap(({ id, simulator }) =>
        Object.entries(simulator.credentials).map(([name, value]) => [variableFor(id, name), value]),
      ),
    );
    const { folder, ok } = workplace(policyOf(places, observe), env);
    const secrets = secretsOf(places);
    const leaks = (text: string) => secrets.filter((secret) => text.includes(secret));
    const mutating = () =>
      places.map(({ id, simulator }) => [id, simulator.requests.filter((request) => request.mutating).length]);
    expect(secrets.length).toBeGreaterThan(places.length);

    const before = new Map(places.map((place) => [place.id, present(place)]));
    const scan = await ok('scan --json', 2);
    expect(mutating()).toEqual(places.map(({ id }) => [id, 0]));
    const { items } = scan.json<{ items: Item[] }>();
    const run = await ok('run --local --until-idle --approve --yes --json');

    let count = 0;
    for (const place of places) {
      const proposed = items.filter(({ account, decision }) => account === place.id && decision === 'propose');
      const [keys, left] = [before.get(place.id) ?? [], new Set(present(place))];
      const gone = keys.filter((key) => !left.has(key));
      const planned = proposed.map((item) => keyAmong(keys, item));
      expect([place.id, gone.toSorted()]).toEqual([place.id, planned.toSorted()]);
      expect([place.id, gone.length > 0]).toEqual([place.id, true]);
      count += gone.length;
    }
    const { summary } = run.json<{ summary: Record<string, number> }>();
    expect(summary).toMatchObject({ deleted: count, failed: 0, held: 0, proposed: 0, observing: 0 });
    const audit = await ok('audit --json');
    expect(audit.json<AuditDocument>().records.map(({ state }) => state)).toEqual(Array(count).fill('deleted'));
    expect((await ok('audit verify --json')).json()).toMatchObject({ records: count, broken: [] });

    const sent = mutating();
    const again = await ok('run --local --until-idle --approve --yes --json');
    expect(mutating()).toEqual(sent);

    for (const { stdout, stderr } of [scan, run, audit, again]) expect(leaks(stdout + stderr)).toEqual([]);
    const files = filesIn(folder);
    expect(files.length).toBeGreaterThan(2);
    for (const [name, text] of files) expect([name, leaks(text)]).toEqual([name, []]);
  },
);
