import { describe, expect, it } from 'vitest';
import { github } from '../../lib/providers/github.ts';
import { backup, canned, now, scope, token } from './github-account.ts';
import { answer } from './modulus-account.ts';
import { accountOf, hook, simulatedAccount, webhooksOf } from './simulated-account.ts';

const at = `https://api.github.com/repos/octo/shop/hooks`;

describe('deleting, as "Delete a repository webhook" has it', () => {
  it('sends DELETE to the id of the repository, with the token, the media type and the version of the API', async () => {
    const { calls, provider } = canned([answer(204)]);
    expect((await provider.delete(scope, hook('7'))).kind).toBe('done');
    expect(calls).toMatchObject([
      {
        method: 'DELETE',
        url: `${at}/7`,
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/vnd.github+json',
          'x-github-api-version': '2022-11-28',
        },
      },
    ]);
    expect(calls[0]).not.toHaveProperty('body');
  });

  it('of an organisation goes to the organisation', async () => {
    const { calls, provider } = canned([answer(204)]);
    await provider.delete('orgs:octo', hook('7'));
    expect(calls[0]?.url).toBe('https://api.github.com/orgs/octo/hooks/7');
  });

  it('under another base URL goes there, below its path', async () => {
    const { calls, provider } = canned([answer(204)], { baseUrl: 'https://ghe.example.com/api/v3' });
    await provider.delete(scope, hook('7'));
    expect(calls[0]?.url).toBe('https://ghe.example.com/api/v3/repos/octo/shop/hooks/7');
  });

  it.each([['octo/other/x'], ['else/shop'], ['orgs:else'], ['shop'], ['octo/..'], ['octo/']])(
    'in the scope %j, which is not of this account, calls nobody',
    async (foreign) => {
      const { calls, provider } = canned([answer(204)]);
      expect((await provider.delete(foreign, hook('7'))).kind).toBe('refused');
      expect((await provider.list(foreign)).status).toBe('error');
      expect((await provider.create(foreign, backup)).kind).toBe('refused');
      expect(calls).toEqual([]);
    },
  );

  it.each([['../7'], ['7/pings'], ['7?x'], ['']])('with the id %j calls nobody', async (id) => {
    const { calls, provider } = canned([answer(204)]);
    expect((await provider.delete(scope, hook(id))).kind).toBe('refused');
    expect((await provider.disable(scope, hook(id))).kind).toBe('refused');
    expect(calls).toEqual([]);
  });
});

const secondary = 'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits';
const resetIn = (seconds: number) => ({
  date: new Date(now).toUTCString(),
  'x-ratelimit-remaining': '0',
  'x-ratelimit-reset': String(now / 1000 + seconds),
});

type Row = readonly [string, number, Record<string, string>, unknown, object, object];

/** Row of the table, status, headers, body, what it means when reading and when changing. */
const rows: readonly Row[] = [
  ['301', 301, {}, {}, { kind: 'refused' }, { kind: 'refused' }],
  ['401', 401, {}, {}, { kind: 'retry', pause: 'credential' }, { kind: 'retry', pause: 'credential' }],
  ...([403, 429] as const).flatMap((status): Row[] => [
    [
      `${status} with remaining 0 and a reset`,
      status,
      resetIn(90),
      {},
      { kind: 'retry', pause: 'throttle', afterMs: 90_000 },
      { kind: 'retry', pause: 'throttle', afterMs: 90_000 },
    ],
    [
      `${status} with remaining 0 and no reset`,
      status,
      { 'x-ratelimit-remaining': '0' },
      {},
      { pause: 'throttle', afterMs: 60_000 },
      { pause: 'throttle', afterMs: 60_000 },
    ],
    [
      `${status} of a secondary limit without retry-after`,
      status,
      { 'x-ratelimit-remaining': '4000' },
      { documentation_url: secondary },
      { pause: 'throttle', afterMs: 60_000 },
      { pause: 'throttle', afterMs: 60_000 },
    ],
    [
      `${status} with a retry-after that is not readable`,
      status,
      { 'retry-after': 'soon' },
      {},
      { pause: 'throttle', afterMs: 60_000 },
      { pause: 'throttle', afterMs: 60_000 },
    ],
  ]),
  [
    '429 bare',
    429,
    {},
    {},
    { kind: 'retry', pause: 'throttle', afterMs: 60_000 },
    { kind: 'retry', pause: 'throttle', afterMs: 60_000 },
  ],
  [
    '403 with x-github-sso',
    403,
    { 'x-github-sso': 'required; url=https://github.com/x' },
    {},
    { kind: 'retry', pause: 'credential' },
    { kind: 'retry', pause: 'credential' },
  ],
  [
    '403 bare',
    403,
    { 'x-ratelimit-remaining': '4000' },
    { message: 'secondary rate limit' },
    { kind: 'retry', pause: 'credential' },
    { kind: 'retry', pause: 'credential' },
  ],
  ['404', 404, {}, {}, { kind: 'refused' }, { kind: 'gone' }],
  ['422', 422, {}, { errors: [] }, { kind: 'refused' }, { kind: 'refused' }],
  ['500', 500, {}, {}, { kind: 'retry' }, { kind: 'unknown' }],
  ['503', 503, {}, {}, { kind: 'retry' }, { kind: 'unknown' }],
];

describe('the row of the outcome table', () => {
  it.each(rows)('%s', async (_name, status, headers, json, reading, changing) => {
    const listing = await canned([answer(status, json, headers)]).provider.list(scope);
    expect(listing).toMatchObject({ status: 'error', outcome: reading });
    expect(await canned([answer(status, json, headers)]).provider.delete(scope, hook('7'))).toMatchObject(changing);
  });

  it('403 with retry-after and remaining 0 waits as long as retry-after says', async () => {
    const told = { ...answer(403, {}, { ...resetIn(900), 'retry-after': '30' }), retryAfterMs: 30_000 };
    expect(await canned([told]).provider.delete(scope, hook('7'))).toMatchObject({
      pause: 'throttle',
      afterMs: 30_000,
    });
  });

  it('403 with a reset in the past waits no time, and with one in ten years a day', async () => {
    const wait = async (seconds: number) => {
      const outcome = await canned([answer(403, {}, resetIn(seconds))]).provider.delete(scope, hook('7'));
      return outcome.kind === 'retry' ? outcome.afterMs : null;
    };
    expect([await wait(-60), await wait(3e8)]).toEqual([0, 86_400_000]);
  });

  it('shows the reference that support asks for, and neither message nor documentation address', async () => {
    const told = answer(
      404,
      { message: 'Not Found', documentation_url: secondary },
      { 'x-github-request-id': 'ABCD:12' },
    );
    const { why } = await canned([told]).provider.delete(scope, hook('7'));
    expect(why).not.toContain('Not Found');
    expect(why).not.toContain('docs.github.com');
    const plain = answer(404, {}, { 'x-github-request-id': 'ABCD-12' });
    expect((await canned([plain]).provider.delete(scope, hook('7'))).why).toContain('reference ABCD-12');
  });

  it('never shows a reference that holds the token', async () => {
    const told = answer(404, {}, { 'x-github-request-id': token });
    expect((await canned([told]).provider.delete(scope, hook('7'))).why).not.toContain('4711');
  });
});

describe('switching off and on', () => {
  it('sends "active" alone, and never a config, which would wipe the secret', async () => {
    const { calls, provider } = canned([answer(200, {})]);
    await provider.disable(scope, hook('7'));
    await provider.enable(scope, hook('7'));
    expect(calls.map(({ method, body }) => [method, body])).toEqual([
      ['PATCH', { active: false }],
      ['PATCH', { active: true }],
    ]);
  });

  it('keeps everything else, the secret too', async () => {
    const { simulator, provider } = await simulatedAccount(github);
    const before = simulator.state.get('410000101');
    await provider.disable('sari-sari-demo/checkout', hook('410000101'));
    expect(simulator.state.get('410000101')).toEqual({ ...before, enabled: false, updatedAt: expect.any(String) });
    await provider.enable('sari-sari-demo/checkout', hook('410000101'));
    expect(simulator.state.get('410000101')).toMatchObject({ enabled: true, signed: true });
  });
});

describe('an archived repository', () => {
  it('lists its webhooks, and refuses changes without a pause of the account', async () => {
    const { simulator, provider } = await simulatedAccount(github);
    const [archived] = webhooksOf(await provider.list('sari-sari-demo/legacy-shop'));
    for (const act of [provider.disable, provider.enable, provider.delete]) {
      const outcome = await act('sari-sari-demo/legacy-shop', hook(archived?.id ?? ''));
      expect(outcome).toMatchObject({ kind: 'refused', why: expect.stringMatching(/archived/) });
    }
    expect(await provider.create('sari-sari-demo/legacy-shop', backup)).toMatchObject({ kind: 'refused' });
    expect(simulator.state.size).toBe(12);
  });

  it('costs one more reading call, and only after a 403 that is no limit', async () => {
    for (const [first, calls] of [
      [answer(403, {}), 2],
      [answer(403, {}, resetIn(9)), 1],
      [answer(404, {}), 1],
      [answer(204), 1],
    ] as const) {
      const account = canned([first, answer(200, { archived: false })]);
      await account.provider.delete(scope, hook('7'));
      expect(account.calls.length).toBe(calls);
    }
  });
});

describe('an account', () => {
  const app = { appId: '1', installationId: '2', privateKey: 'pem' };
  const account = (baseUrl: string) => accountOf('github', { baseUrl, options: { owner: 'octo' } });

  it.each([
    ['https://api.github.com', { token }, false],
    ['https://ghe.example.com/api/v3', app, false],
    ['https://github.com', { token }, true],
    ['https://api.github.com', { token: 'ghr_refresh' }, true],
    ['https://api.github.com', {}, true],
    ['https://api.github.com', { ...app, token }, true],
    ['https://api.github.com', { appId: '1', token }, true],
    ['https://api.github.com', { appId: '1', installationId: '2' }, true],
  ])('at %s with %j: contradiction %s', (baseUrl, credentials, contradicts) => {
    const why = github.contradiction?.(account(baseUrl), credentials as Record<string, string>) ?? null;
    expect(why !== null).toBe(contradicts);
    expect(why ?? '').not.toMatch(/4711|ghr_/);
  });

  it.each([
    ['https://api.github.com', false],
    ['https://api.octo.ghe.com', false],
    ['https://ghe.example.com/api/v3', true],
    ['https://api.github.com.example.com', true],
  ])('at %s is self-hosted: %s', (baseUrl, selfHosted) => {
    expect(canned([], { baseUrl }).provider.capabilities).toMatchObject({
      selfHosted,
      allowances: [
        { units: 1, perMs: 1000 },
        { units: 500, perMs: 3_600_000 },
      ],
    });
  });
});
