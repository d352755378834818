import { expect, it } from 'vitest';
import {
  type AuditDocument,
  hook,
  mutating,
  policyOf,
  populate,
  production,
  simulator,
  tunnel,
  workplace,
} from './workplace.ts';

it('two runs with two folders on one account delete each webhook once and never the one that works', async () => {
  const provider = await simulator({ latencyMs: 10 });
  // Enough that work, so that what the other deletes is no shrink that waits for a person.
  const working = Array.from({ length: 20 }, (_, at) => hook(`${100 + at}`, `${production}/${at}`));
  populate(provider, [...working, ...[2, 3, 4].map((id) => hook(`${id}`, tunnel(id)))]);
  const places = [1, 2].map(() =>
    workplace(policyOf(provider.url), { SHOP_KEY: provider.credentials.secretKey ?? '' }),
  );
  await Promise.all(places.map(({ hooksweep }) => hooksweep('run --until-idle --approve')));
  expect([...provider.state.values()].map(({ id, enabled }) => [id, enabled])).toEqual(
    working.map(([id]) => [id, true]),
  );
  // Neither knows of the other: where one misses what the other deleted, it waits for a person and says so, or says gone.
  for (const { ok } of places) {
    const { records } = (await ok('audit --json')).json<AuditDocument>();
    for (const { webhookId, state } of records)
      expect(['deleted', 'gone', 'kept', 'approved', 'observing'], webhookId).toContain(state);
    expect((await ok('audit verify --json')).json()).toMatchObject({ broken: [] });
  }
  const deletes = mutating(provider).filter(({ method, status }) => method === 'DELETE' && status === 204);
  expect(new Set(deletes.map(({ path }) => path)).size).toBe(deletes.length);
});

it('keeps what somebody edits or switches on again under its hands', async () => {
  const provider = await simulator();
  populate(provider, [hook('1', production), hook('2', tunnel(2)), hook('3', tunnel(3))]);
  const { hooksweep, ok } = workplace(policyOf(provider.url, { lifecycle: { notice: '0s', observe: '2s' } }), {
    SHOP_KEY: provider.credentials.secretKey ?? '',
  });
  // Later than the list that proves the disable: before it, nobody could tell a stranger from a disable without effect.
  const offSince = new Map<string, number>();
  const edits = { '2': { enabled: true }, '3': { url: 'https://new.sari-sari-demo.ph/' } };
  const stranger = setInterval(() => {
    for (const [id, edit] of Object.entries(edits)) {
      const webhook = provider.state.get(id);
      if (webhook?.enabled !== false) continue;
      const since = offSince.get(id) ?? Date.now();
      offSince.set(id, since);
      if (Date.now() - since > 500) provider.state.set(id, { ...webhook, ...edit });
    }
  }, 20);
  await hooksweep('run --until-idle --approve').finally(() => clearInterval(stranger));
  expect([...provider.state.values()].map(({ id, enabled }) => [id, enabled])).toEqual([
    ['1', true],
    ['2', true],
    ['3', true],
  ]);
  const { records } = (await ok('audit --json')).json<AuditDocument>();
  expect(Object.fromEntries(records.map(({ webhookId, state, guard }) => [webhookId, `${state} ${guard}`]))).toEqual({
    2: 'kept alive',
    3: 'kept changed',
  });
});
