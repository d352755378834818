import { describe, expect, it } from 'vitest';
import { gitlab } from '../../lib/providers/gitlab.ts';
import { now } from './github-account.ts';
import { backup, canned, hooksUrl, scope, token } from './gitlab-account.ts';
import { answer } from './modulus-account.ts';
import { accountOf, hook, simulatedAccount, webhooksOf } from './simulated-account.ts';

describe('deleting, as "Delete project webhook" has it', () => {
  it('sends DELETE to the id of the project, whose path is encoded, with the token', async () => {
    const { calls, provider } = canned([answer(204)]);
    expect((await provider.delete(scope, hook('7'))).kind).toBe('done');
    expect(calls).toMatchObject([
      { method: 'DELETE', url: `${hooksUrl}/7`, headers: { authorization: `Bearer ${token}` } },
    ]);
    expect(calls[0]).not.toHaveProperty('body');
  });

  it.each([
    ['groups:group/sub', 'https://gitlab.com', 'https://gitlab.com/api/v4/groups/group%2Fsub/hooks/7'],
    ['projects:42', 'https://gitlab.com', 'https://gitlab.com/api/v4/projects/42/hooks/7'],
    [scope, 'https://git.example.com/gitlab', 'https://git.example.com/gitlab/api/v4/projects/group%2Fapp/hooks/7'],
    [scope, 'https://git.example.com/api/v4', 'https://git.example.com/api/v4/projects/group%2Fapp/hooks/7'],
  ])('of %s at %s goes to %s', async (name, baseUrl, url) => {
    const { calls, provider } = canned([answer(204)], { baseUrl });
    await provider.delete(name, hook('7'));
    expect(calls[0]?.url).toBe(url);
  });

  it.each([['group/app'], ['projects:'], ['projects:../x'], ['projects:a//b'], ['users:me'], ['projects:a?b']])(
    'in the scope %j, which is none, calls nobody',
    async (foreign) => {
      const { calls, provider } = canned([answer(204)]);
      expect((await provider.delete(foreign, hook('7'))).kind).toBe('refused');
      expect((await provider.list(foreign)).status).toBe('error');
      expect((await provider.create(foreign, backup)).kind).toBe('refused');
      expect(calls).toEqual([]);
    },
  );

  it.each([['../7'], ['7/events'], ['7?x'], ['']])('with the id %j calls nobody', async (id) => {
    const { calls, provider } = canned([answer(204)]);
    expect((await provider.delete(scope, hook(id))).kind).toBe('refused');
    expect(calls).toEqual([]);
  });

  it.each([
    ['as the code has it', [], 'gone'],
    ['as the documents have it', ['idempotent-delete'], 'done'],
  ])('again is harmless %s', async (_name, faults, kind) => {
    const { provider } = await simulatedAccount(gitlab, { faults });
    const name = 'projects:sari-sari-demo/checkout';
    expect((await provider.delete(name, hook('5100101'))).kind).toBe('done');
    expect((await provider.delete(name, hook('5100101'))).kind).toBe(kind);
    expect(webhooksOf(await provider.list(name)).some(({ id }) => id === '5100101')).toBe(false);
  });

  it('may be answered with the webhook', async () => {
    const { simulator, provider } = await simulatedAccount(gitlab, { faults: ['delete-answers-row'] });
    expect((await provider.delete('projects:sari-sari-demo/checkout', hook('5100101'))).kind).toBe('done');
    expect(simulator.state.has('5100101')).toBe(false);
  });
});

const throttle = (afterMs: number) => ({ kind: 'retry', pause: 'throttle', afterMs });
const credential = { kind: 'retry', pause: 'credential' };
const refused = { kind: 'refused' };
const reset = {
  date: new Date(now).toUTCString(),
  'ratelimit-remaining': '0',
  'ratelimit-reset': String(now / 1000 + 40),
};

describe('the row of the outcome table', () => {
  it.each([
    ['301', 301, {}, {}, refused, refused],
    ['401', 401, {}, { error: 'invalid_token' }, credential, credential],
    [
      '403 with retry-after',
      403,
      { 'retry-after': 'x' },
      {},
      { kind: 'retry', pause: 'throttle' },
      { kind: 'retry', pause: 'throttle' },
    ],
    ['403 insufficient_scope', 403, {}, { error: 'insufficient_scope' }, credential, credential],
    ['403', 403, {}, { message: '403 Forbidden' }, credential, credential],
    ['404', 404, {}, { message: '404 Not found' }, refused, { kind: 'gone' }],
    ['412', 412, {}, {}, refused, refused],
    ['422', 422, {}, {}, refused, refused],
    ['429', 429, {}, {}, throttle(60_000), throttle(60_000)],
    ['429 with a reset', 429, reset, {}, throttle(40_000), throttle(40_000)],
    ['500', 500, {}, {}, { kind: 'retry' }, { kind: 'unknown' }],
    ['502', 502, {}, {}, { kind: 'retry' }, { kind: 'unknown' }],
  ])('%s', async (_name, status, headers, json, reading, changing) => {
    const given = answer(status, json, headers as Record<string, string>);
    expect(await canned([given]).provider.list(scope)).toMatchObject({ status: 'error', outcome: reading });
    expect(await canned([given]).provider.delete(scope, hook('7'))).toMatchObject(changing);
  });

  it('shows code and reference, and neither message nor what holds the token', async () => {
    const json = { error: 'insufficient_scope', error_description: 'more privileges', message: 'secret words' };
    const { why } = await canned([answer(403, json, { 'x-request-id': '01HX' })]).provider.delete(scope, hook('7'));
    expect(why).toContain('code insufficient_scope, reference 01HX');
    expect(why).not.toMatch(/privileges|words/);
    const told = answer(404, { error: token }, { 'x-request-id': token });
    expect((await canned([told]).provider.delete(scope, hook('7'))).why).not.toContain('4711');
  });
});

describe('switching off and on', () => {
  it('is refused without a call: there is none', async () => {
    const { calls, provider } = canned([answer(200)]);
    expect((await provider.disable(scope, hook('7'))).kind).toBe('refused');
    expect((await provider.enable(scope, hook('7'))).kind).toBe('refused');
    expect(calls).toEqual([]);
    expect(provider.capabilities).toMatchObject({ disable: [], kinds: ['endpoint'] });
  });
});

describe('an archived project', () => {
  it('lists its webhooks, and refuses changes without a pause of the account', async () => {
    const { simulator, provider } = await simulatedAccount(gitlab);
    const name = 'projects:sari-sari-demo/legacy/shop';
    const [archived] = webhooksOf(await provider.list(name));
    expect(await provider.delete(name, hook(archived?.id ?? ''))).toMatchObject({
      kind: 'refused',
      why: expect.stringMatching(/archived/),
    });
    expect(await provider.create(name, backup)).toMatchObject({ kind: 'refused' });
    expect(simulator.state.size).toBe(12);
  });
});

describe('creating from a backup', () => {
  it('sends what the backup has, with push off unless it was on, and neither token nor headers', async () => {
    const { calls, provider } = canned([answer(201, { id: 99 })]);
    expect(await provider.create(scope, backup)).toMatchObject({ kind: 'done', id: '99' });
    expect(calls).toMatchObject([{ method: 'POST', url: hooksUrl }]);
    expect(calls[0]?.body).toEqual({
      url: backup.url,
      name: 'Hook name',
      enable_ssl_verification: false,
      push_events_branch_filter: 'main',
      branch_filter_strategy: 'wildcard',
      push_events: false,
      issues_events: true,
      merge_requests_events: true,
    });
  });

  it('brings a webhook back as it was, but for what is lost', async () => {
    const { provider } = await simulatedAccount(gitlab);
    const name = 'projects:sari-sari-demo/checkout';
    const before = webhooksOf(await provider.list(name)).find(({ name: called }) => called === 'chat');
    if (before === undefined) throw new Error('no webhook');
    await provider.delete(name, before);
    const made = await provider.create(name, { ...backup, ...before, createdAt: null });
    const after = webhooksOf(await provider.list(name)).find(({ id }) => id === made.id);
    expect(after).toMatchObject({ url: before.url, events: before.events, name: 'chat', enabled: true });
    expect(after?.settings).toEqual({ ...before.settings, template: null });
  });

  it('calls nobody where the URL is not whole, or has variables', async () => {
    const { calls, provider } = canned([answer(201)]);
    const variables = { ...backup, settings: { ...backup.settings, urlVariables: ['token'] } };
    for (const broken of [{ ...backup, urlRedacted: true }, { ...backup, url: null }, variables])
      expect((await provider.create(scope, broken)).kind).toBe('refused');
    expect(calls).toEqual([]);
  });
});

describe('an account', () => {
  it.each([
    ['glpat-abc', false],
    ['own-prefix-abc', false],
    ['glcbt-64_abc', true],
    ['gldt-abc', true],
    ['glrt-abc', true],
  ])('with a token like %s: contradiction %s', (given, contradicts) => {
    const account = accountOf('gitlab', { baseUrl: 'https://gitlab.com', options: {} });
    const why = gitlab.contradiction?.(account, { token: given }) ?? null;
    expect(why !== null).toBe(contradicts);
    expect(why ?? '').not.toContain('abc');
  });

  it.each([
    ['https://gitlab.com', false],
    ['https://git.example.com', true],
  ])('at %s is self-hosted: %s', (baseUrl, selfHosted) => {
    expect(canned([], { baseUrl }).provider.capabilities.selfHosted).toBe(selfHosted);
  });
});
