import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../lib/canonical.ts';
import { github } from '../../lib/providers/github.ts';
import type { Answer, Call } from '../../lib/providers/http.ts';
import { canned } from './github-account.ts';
import { answer } from './modulus-account.ts';
import { everything, simulatedAccount, verdict } from './simulated-account.ts';

const options = (value: unknown) => v.safeParse(github.options, value);
const repo = (id: number, name: string, owner = 'Octo') => ({
  id,
  name,
  owner: { login: owner },
  archived: id % 2 === 0,
});

/** Answers by path; the owner is an organisation unless it is said. */
const world =
  (
    repositories: readonly Json[],
    { type = 'Organization', headers = {} }: { type?: string; headers?: Record<string, string> } = {},
  ) =>
  ({ url }: Call): Answer => {
    const { pathname, searchParams } = new URL(url);
    if (pathname.startsWith('/users/')) return answer(200, { login: 'Octo', type });
    const page = Number(searchParams.get('page') ?? 1);
    const next =
      page * 100 < repositories.length
        ? `<https://api.github.com/organizations/1/repos?page=${page + 1}>; rel="next"`
        : null;
    return answer(200, repositories.slice((page - 1) * 100, page * 100), { ...(next && { link: next }), ...headers });
  };

describe('the options', () => {
  it.each([
    [{ owner: 'octo' }, true],
    [{ owner: 'octo_corp', repos: ['a', '.github', 'a.b-c_d'], orgHooks: true }, true],
    [{}, false],
    [{ owner: 'octo/shop' }, false],
    [{ owner: '..' }, false],
    [{ owner: 'octo', repos: [] }, false],
    [{ owner: 'octo', repos: ['octo/shop'] }, false],
    [{ owner: 'octo', repos: ['..'] }, false],
    [{ owner: 'octo', repos: ['Shop', 'shop'] }, false],
    [{ owner: 'octo', repo: ['shop'] }, false],
    [{ owner: 'octo', orgHooks: 'yes' }, false],
  ])('%j are taken: %s', (value, taken) => {
    expect(options(value).success).toBe(taken);
  });
});

describe('the scopes of an account', () => {
  it('with repositories named cost no call, in lower case', async () => {
    const { calls, provider } = canned([answer(500)], {
      options: { owner: 'Octo', repos: ['Shop', 'ledger'], orgHooks: true },
    });
    expect(await provider.scopes()).toEqual({ status: 'complete', scopes: ['octo/shop', 'octo/ledger', 'orgs:octo'] });
    expect(calls).toEqual([]);
  });

  it.each([
    ['Organization', 'https://api.github.com/orgs/octo/repos?type=all&sort=full_name&per_page=100'],
    ['User', 'https://api.github.com/user/repos?affiliation=owner,collaborator&sort=full_name&per_page=100'],
  ])('of the %s that owns them are found, archived ones too and those of others not', async (type, url) => {
    const all = [repo(1, 'Shop'), repo(2, 'archive'), repo(3, 'shop', 'somebody')];
    const { calls, provider } = canned(world(all, { type }), { options: { owner: 'octo' } });
    expect(await provider.scopes()).toEqual({ status: 'complete', scopes: ['octo/archive', 'octo/shop'] });
    expect(calls.map((call) => [call.method, call.url])).toEqual([
      ['GET', 'https://api.github.com/users/octo'],
      ['GET', url],
    ]);
  });

  it.each([
    [1, 2],
    [99, 2],
    [100, 3],
    [101, 5],
    [250, 7],
  ])('of %i repositories are all found, with %i calls', async (count, calls) => {
    const all = Array.from({ length: count }, (_, index) => repo(index + 1, `r${String(index).padStart(4, '0')}`));
    const account = canned(world(all), { options: { owner: 'octo' } });
    const found = await account.provider.scopes();
    expect(found.status === 'complete' ? found.scopes.length : verdict(found)).toBe(count);
    expect(account.calls.length).toBe(calls);
  });

  it.each([
    ['none that is visible', [], /^error: no repository of octo is visible/],
    ['those of somebody else only', [repo(1, 'a', 'somebody')], /^error: no repository/],
    ['one twice', [repo(1, 'a'), repo(1, 'a')], /^incomplete: .*one twice/],
    ['one without a name', [{ id: 1, owner: { login: 'Octo' } }], /^incomplete: .*cannot be read/],
    ['a name that leads elsewhere', [repo(1, '..')], /^incomplete: .*cannot be read/],
  ])('with %s are not complete', async (_name, all, words) => {
    const { provider } = canned(world(all as Json[]), { options: { owner: 'octo', orgHooks: true } });
    expect(verdict(await provider.scopes())).toMatch(words);
  });

  it.each([
    [404, /^error: it does not exist/],
    [401, /^error: the token was refused/],
    [500, /^error: the provider failed/],
  ])('where the owner is answered with HTTP %i are an error', async (status, words) => {
    const { provider } = canned([answer(status, {})], { options: { owner: 'octo' } });
    expect(verdict(await provider.scopes())).toMatch(words);
  });

  it('where the owner is neither user nor organisation are not guessed', async () => {
    const { provider } = canned([answer(200, { type: 'Bot' })], { options: { owner: 'octo' } });
    expect(verdict(await provider.scopes())).toMatch(/^incomplete/);
  });

  it('of the simulator hold every webhook that it has', async () => {
    const { simulator, provider } = await simulatedAccount(github, { webhooks: 150 });
    const ids = (await everything(provider)).map(({ id }) => id);
    expect(ids.toSorted()).toEqual([...simulator.state.keys()].toSorted());
    expect(simulator.requests.every(({ method }) => method === 'GET')).toBe(true);
  });
});
