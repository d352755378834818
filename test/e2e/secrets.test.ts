import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hook, populate, production, shop } from './workplace.ts';

const planted = { user: 'zugangswort', token: 'geheimes-token-4711' };

it('lets no credential and no secret part of a URL into output, log or anything kept', async () => {
  const { provider, folder, env, hooksweep } = await shop();
  const url = `https://${planted.user}:${planted.user}@t1.ngrok-free.app/webhook?token=${planted.token}`;
  populate(provider, [
    hook('1', production),
    hook('2', url),
    hook('3', 'http://localhost:3000/?api_key=geheimes-token-4711'),
  ]);
  const key = env.SHOP_KEY ?? '';
  const lines = [
    'scan --out plan.json',
    'scan --json',
    'apply plan.json',
    'run --until-idle --approve',
    'run --until-idle --approve --json',
    'audit --json',
    'status',
    'why --account shop --webhook 1',
    'enqueue --account shop --webhook 1 --step delete --reason x',
  ];
  const secrets = [key, Buffer.from(`${key}:`).toString('base64'), planted.user, planted.token];
  const leaks = (text: string) => secrets.filter((secret) => text.includes(secret));
  for (const line of lines) {
    const { stdout, stderr } = await hooksweep(line);
    expect([line, leaks(stdout + stderr)]).toEqual([line, []]);
  }
  provider.setFaults(['wrong-key']);
  const failed = await hooksweep('run --until-idle');
  expect(leaks(failed.stdout + failed.stderr)).toEqual([]);

  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.some(({ parentPath }) => parentPath.includes('table'))).toBe(true);
  for (const { parentPath, name } of files)
    expect([name, leaks(readFileSync(join(parentPath, name), 'latin1'))]).toEqual([name, []]);
});
