import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { localReaders } from '../../lib/credentials.ts';
import { parsePolicy } from '../../lib/policy/load.ts';
import type { Environment } from '../../lib/policy/policy.ts';
import { variableFor } from '../../lib/policy/reference.ts';
import { createOpener } from '../../lib/providers/open.ts';
import { providers } from '../../lib/providers/registry.ts';
import { folder, run } from './desk.ts';

const names = Object.keys(providers);

type Told = {
  provider: string;
  kinds: string[];
  disable: string[];
  signals: boolean;
  lostOnRestore: string[];
  experimental: string | null;
  credentials: { name: string; required: boolean; secret: boolean; about: string }[];
  oneOf: string[][] | null;
  options: { name: string; required: boolean }[];
};

describe('hooksweep providers', () => {
  it('tells in one table of each that is registered, and marks the experimental ones', async () => {
    const { code, stdout } = await run(['providers']);
    expect(code).toBe(0);
    for (const name of names) expect(stdout).toMatch(new RegExp(`^${name} `, 'm'));
    expect(stdout).toMatch(/^omise .* experimental$/m);
    expect(stdout).toMatch(/^shopify .* no: waits, then deletes .* accessToken or clientId \+ clientSecret .* shop, /m);
    expect(stdout).toMatch(/^spaaza .* endpoint only .* chainIds, \[apiVersion\]/m);
  });

  it('gives with --json all that accounts can be written by', async () => {
    const told = JSON.parse((await run(['providers', '--json'])).stdout).providers as Told[];
    expect(told.map(({ provider }) => provider)).toEqual(names);
    const of = (name: string) => told.find(({ provider }) => provider === name);
    expect(of('github')).toMatchObject({
      ...{ kinds: ['endpoint'], disable: ['endpoint'], signals: true, experimental: null },
      oneOf: [['token'], ['appId', 'installationId', 'privateKey']],
      options: [
        { name: 'owner', required: true },
        { name: 'repos', required: false },
        { name: 'orgHooks', required: false },
      ],
    });
    expect(of('gitlab')?.options.map(({ name }) => name)).toEqual(['projects', 'groups', 'groupHooks']);
    expect(of('omise')).toMatchObject({ kinds: ['signing-secret'], disable: [], experimental: expect.any(String) });
    expect(of('simpay')?.credentials[0]).toMatchObject({ name: 'clientId', required: true, secret: false });
  });

  it.each(names)('explains %s with its credentials and what a restore loses', async (name) => {
    const { code, stdout } = await run(['providers', name]);
    expect(code).toBe(0);
    for (const credential of Object.keys(providers[name]?.credentials ?? {})) expect(stdout).toContain(credential);
    expect(stdout).toMatch(/a restore loses +id, /);
    expect(stdout).toContain(`hooksweep init ${name}`);
  });

  it('says which one was meant, and takes no word of all objects for one', async () => {
    expect((await run(['providers', 'githb'])).stderr).toContain('did you mean github?');
    expect((await run(['providers', 'constructor'])).code).toBe(1);
  });
});

const uncalled = {
  call: async () => {
    throw new Error('nothing is called to open an account');
  },
};

const environments: readonly Environment[] = ['sandbox', 'production'];
const starters = names.flatMap((name) => environments.map((environment) => [name, environment] as const));

describe('the starter of hooksweep init', () => {
  it.each(starters)('for %s in %s needs nothing but the environment variables that it names', async (name, env) => {
    const cwd = await folder();
    const made = await run(['init', '--provider', name, '--environment', env], { cwd });
    expect(made.code).toBe(0);
    expect((await run(['validate'], { cwd })).code).toBe(0);

    const given = new Set([...made.stdout.matchAll(/export (\w+)=/g)].map(([, variable]) => variable));
    expect(given.size).toBeGreaterThan(0);
    const text = await readFile(join(cwd, 'hooksweep.yml'), 'utf8');
    const [account] = parsePolicy(text, 'hooksweep.yml', providers).accounts;
    if (account === undefined) throw new Error('no account');
    const wanted = Object.keys(account.credentials).map((credential) => variableFor(name, credential));
    expect(new Set(wanted)).toEqual(given);
    const variables = Object.fromEntries([...given].map((variable) => [variable, 'a-value']));
    const open = createOpener(providers, localReaders(variables), uncalled);
    expect((await open(account)).status).toBe('ok');
  });

  it('has the rules that the registrations of the provider are judged by', async () => {
    const rulesOf = async (name: string) => {
      const cwd = await folder();
      await run(['init', name], { cwd });
      const text = await readFile(join(cwd, 'hooksweep.yml'), 'utf8');
      return Object.keys(parsePolicy(text, 'hooksweep.yml', providers).accounts[0]?.rules ?? {});
    };
    const forEndpoints = ['test', 'duplicate', 'stale', 'disabled'];
    expect(await rulesOf('omise')).toEqual(['superseded-secret']);
    expect(await rulesOf('stripe')).toEqual(forEndpoints);
    expect(await rulesOf('spaaza')).toEqual([...forEndpoints, 'superseded-secret']);
  });

  it('is for one provider: a second name is refused, and so is none', async () => {
    const cwd = await folder();
    expect((await run(['init', 'github', '--provider', 'stripe'], { cwd })).stderr).toContain('leave one of them out');
    expect((await run(['init', 'github', '--provider', 'github'], { cwd })).code).toBe(0);
    const none = await run(['init'], { cwd: await folder() });
    expect(none.stderr).toContain('hooksweep providers tells of each');
    expect(none.code).toBe(1);
  });
});
