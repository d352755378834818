import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../lib/canonical.ts';
import { gitlab } from '../../lib/providers/gitlab.ts';
import type { Answer, Call } from '../../lib/providers/http.ts';
import { canned } from './gitlab-account.ts';
import { answer } from './modulus-account.ts';
import { everything, simulatedAccount, verdict } from './simulated-account.ts';

const project = (id: number, path: string) => ({ id, path_with_namespace: path, archived: id % 2 === 0 });

const world =
  (rows: readonly Json[]) =>
  ({ url }: Call): Answer => {
    const { pathname, searchParams } = new URL(url);
    if (pathname.endsWith('/projects/42')) return answer(200, project(42, 'Group/App'));
    if (pathname.endsWith('/groups/9')) return answer(200, { id: 9, full_path: 'Group' });
    if (!pathname.endsWith('/projects')) return answer(404, {});
    const page = Number(searchParams.get('page') ?? 1);
    const next = page * 100 < rows.length ? String(page + 1) : '';
    return answer(200, rows.slice((page - 1) * 100, page * 100), {
      'x-next-page': next,
      'x-total': String(rows.length),
    });
  };

describe('the options', () => {
  it.each([
    [{ projects: ['group/app'] }, true],
    [{ groups: ['group', 'group/sub'], groupHooks: true }, true],
    [{ projects: ['42'], groups: ['g'] }, true],
    [{}, false],
    [{ groupHooks: true, projects: ['a/b'] }, false],
    [{ projects: [] }, false],
    [{ projects: ['../x'] }, false],
    [{ projects: ['a//b'] }, false],
    [{ projects: ['a%2Fb'] }, false],
    [{ projects: [42] }, false],
    [{ projects: ['A/b', 'a/B'] }, false],
    [{ project: ['a/b'] }, false],
  ])('%j are taken: %s', (value, taken) => {
    expect(v.safeParse(gitlab.options, value).success).toBe(taken);
  });
});

describe('the scopes of an account', () => {
  it('with paths of projects cost no call, in lower case', async () => {
    const { calls, provider } = canned([answer(500)], { options: { projects: ['Group/App', 'b/c'] } });
    expect(await provider.scopes()).toEqual({ status: 'complete', scopes: ['projects:group/app', 'projects:b/c'] });
    expect(calls).toEqual([]);
  });

  it('name a project or group that is given by its number as any other, and once', async () => {
    const options = { projects: ['42', 'group/app'], groups: ['9'], groupHooks: true };
    const { calls, provider } = canned(world([project(42, 'Group/App'), project(44, 'group/Sub/old')]), { options });
    expect(await provider.scopes()).toEqual({
      status: 'complete',
      scopes: ['projects:group/app', 'projects:group/sub/old', 'groups:group'],
    });
    expect(calls.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('take the projects of subgroups, archived ones too, and none that is only shared', async () => {
    const { calls, provider } = canned(world([project(1, 'a/b')]), { options: { groups: ['a/sub'] } });
    await provider.scopes();
    const { pathname, searchParams } = new URL(calls[0]?.url ?? '');
    expect(pathname).toBe('/api/v4/groups/a%2Fsub/projects');
    expect(Object.fromEntries(searchParams)).toMatchObject({ include_subgroups: 'true', with_shared: 'false' });
    expect(searchParams.has('archived')).toBe(false);
  });

  it.each([
    [1, 1],
    [100, 1],
    [101, 4],
    [250, 6],
  ])('of %i projects are all found, with %i calls', async (count, calls) => {
    const all = Array.from({ length: count }, (_, index) => project(index + 1, `a/p${index}`));
    const account = canned(world(all), { options: { groups: ['a'] } });
    const found = await account.provider.scopes();
    expect(found.status === 'complete' ? found.scopes.length : verdict(found)).toBe(count);
    expect(account.calls.length).toBe(calls);
  });

  it.each([
    ['no project', [], /^error: the groups have no project/],
    ['one twice', [project(1, 'a/b'), project(1, 'a/b')], /^incomplete/],
    ['one without a path', [{ id: 1 }], /^incomplete/],
    ['a path that leads elsewhere', [project(1, 'a/../b')], /^incomplete/],
  ])('with %s are not complete', async (_name, rows, words) => {
    const { provider } = canned(world(rows as Json[]), { options: { groups: ['a'] } });
    expect(verdict(await provider.scopes())).toMatch(words);
  });

  it.each([
    [401, /^error: the token was refused/],
    [404, /^error: it does not exist/],
    [500, /^error: the provider failed/],
  ])('where GitLab answers HTTP %i are an error', async (status, words) => {
    for (const options of [{ groups: ['a'] }, { projects: ['7'] }] as readonly Record<string, Json>[])
      expect(verdict(await canned([answer(status, {})], { options }).provider.scopes())).toMatch(words);
  });

  it('of the simulator hold every webhook that it has', async () => {
    const { simulator, provider } = await simulatedAccount(gitlab, { webhooks: 150 });
    const ids = (await everything(provider)).map(({ id }) => id);
    expect(ids.toSorted()).toEqual([...simulator.state.keys()].toSorted());
    expect(simulator.requests.every(({ method }) => method === 'GET')).toBe(true);
  });
});
