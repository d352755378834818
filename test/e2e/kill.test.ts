import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type AuditDocument, hook, mutating, populate, production, shop, tunnel } from './workplace.ts';

const bin = fileURLToPath(new URL('../../lib/cli/bin.mjs', import.meta.url));
const kills = 10;
const hooks = 50;

it('tells the truth of every webhook after ten kills in the middle of fifty deletions', {
  timeout: 120_000,
}, async () => {
  const { provider, folder, env, ok } = await shop({ latencyMs: 5 }, { lifecycle: { notice: '0s', observe: '200ms' } });
  const doomed = Array.from({ length: hooks }, (_, at) => hook(`${at + 1}`, tunnel(at)));
  populate(provider, [hook('1000', production), ...doomed]);
  await ok('scan --out plan.json', 2);
  await ok('apply plan.json');

  for (let kill = 0; kill < kills; kill++) {
    const before = mutating(provider).length;
    const child = spawn(process.execPath, [bin, 'run', '--until-idle', '--quiet'], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    const watch = setInterval(() => {
      if (mutating(provider).length >= before + 3 + kill) child.kill('SIGKILL');
    }, 1);
    await ended.finally(() => clearInterval(watch));
    expect(child.signalCode, `the run ended by itself before kill ${kill + 1}`).toBe('SIGKILL');
  }

  await ok('run --until-idle');
  expect([...provider.state.keys()]).toEqual(['1000']);
  const { records } = (await ok('audit --json')).json<AuditDocument>();
  expect(records.length).toBe(hooks);
  for (const { webhookId, state, history } of records) {
    expect([webhookId, state]).toEqual([webhookId, 'deleted']);
    expect(new Set(history.map(({ hash }) => hash)).size).toBe(history.length);
  }
  expect((await ok('audit verify --json')).json()).toMatchObject({ records: hooks, broken: [] });
});
