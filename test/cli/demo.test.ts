import { expect, it } from 'vitest';
import { providers } from '../../lib/providers/registry.ts';
import { workplace } from '../e2e/workplace.ts';

const names = Object.keys(providers);

it('the tour cleans up every provider, ends by itself, shows each stage, and names no secret', async () => {
  const { ok } = workplace('');
  const { stdout } = await ok('demo');
  for (const name of names) {
    expect(stdout).toMatch(new RegExp(`^ {2}${name} +\\d+ webhooks +[1-9]\\d* to delete`, 'm'));
    const [, taken] = new RegExp(`^${name}: (\\d+) of \\1 taken`, 'm').exec(stdout) ?? [];
    const [, before, after] = new RegExp(`^ {2}${name} +(\\d+) → (\\d+) `, 'm').exec(stdout) ?? [];
    expect([name, Number(before) - Number(after)]).toEqual([name, Number(taken)]);
  }
  const [, added, regretted] = /^(\d+) proposed in addition, (\d+) of them/m.exec(stdout) ?? [];
  expect(stdout.match(/ {2}since \d{4}-\d{2}-\d{2}/g)).toHaveLength(Number(added));
  expect([Number(added) > 1, regretted]).toEqual([true, '1']);
  for (const stage of [
    'protected',
    'regret: a delivery succeeded',
    /^\d+ deleted$/m,
    /\d entries, 0 broken/,
    'hooksweep init github',
  ])
    expect(stdout).toMatch(stage);
  expect(stdout).not.toMatch(/sk_sandbox_|skey_|rk_test_|ghp_|glpat-|shpat_|token=[0-9a-f]/);
  expect(stdout.split('\n').length).toBeLessThan(90);
});

it('with --json it says nothing but what came of each account', async () => {
  const { ok } = workplace('');
  const { accounts } = (await ok('demo --json')).json<{
    accounts: { account: string; before: number; after: number }[];
  }>();
  expect(accounts.map(({ account }) => account)).toEqual(names);
  for (const { account, before, after } of accounts) expect([account, after < before]).toEqual([account, true]);
});
