import { describe, expect, it } from 'vitest';
import type { Clock } from '../../lib/clock.ts';
import { systemClock } from '../../lib/clock.ts';
import { github, githubWith } from '../../lib/providers/github.ts';
import { createHttp } from '../../lib/providers/http.ts';
import { githubAppCredentials } from '../../lib/simulator/github-app.ts';
import { answer } from './modulus-account.ts';
import { accountOf, cannedAccount, hook, simulatedAccount, verdict } from './simulated-account.ts';

const scope = 'sari-sari-demo/checkout';
const app = githubAppCredentials();
const minuteMs = 60_000;

/** An app's account against the simulator, both by one clock that the test moves. */
const byApp = async (credentials: Readonly<Record<string, string>> = app) => {
  let at = Date.UTC(2026, 0, 10);
  const clock: Clock = { now: () => at, sleep: systemClock.sleep };
  const definition = githubWith(clock);
  const { simulator, provider } = await simulatedAccount(definition, { credentials, now: clock.now });
  const issued = () => simulator.requests.filter(({ path }) => path.endsWith('/access_tokens')).length;
  return { simulator, provider, issued, pass: (ms: number) => (at += ms) };
};

describe('a GitHub App', () => {
  it('asks for one installation token and lists, disables and deletes with it', async () => {
    const { simulator, provider, issued } = await byApp();
    expect((await provider.scopes()).status).toBe('complete');
    expect((await provider.list(scope)).status).toBe('complete');
    expect((await provider.disable(scope, hook('410000101'))).kind).toBe('done');
    expect((await provider.delete(scope, hook('410000101'))).kind).toBe('done');
    expect(issued()).toBe(1);
    expect(simulator.requests.some(({ path }) => path === '/installation/repositories')).toBe(true);
  });

  it('renews its token before it ends, and not earlier', async () => {
    const { provider, issued, pass } = await byApp();
    await provider.list(scope);
    pass(54 * minuteMs);
    await provider.list(scope);
    expect(issued()).toBe(1);
    pass(2 * minuteMs);
    expect((await provider.list(scope)).status).toBe('complete');
    expect(issued()).toBe(2);
  });

  it('asks for a fresh token once where one was revoked', async () => {
    const { simulator, provider, issued } = await byApp();
    await provider.list(scope);
    simulator.setFaults(['token-revoked:GET*1']);
    expect((await provider.list(scope)).status).toBe('complete');
    expect(issued()).toBe(2);
    simulator.setFaults(['wrong-key:GET']);
    expect(await provider.list(scope)).toMatchObject({ status: 'error', outcome: { pause: 'credential' } });
    expect(issued()).toBe(3);
  });

  it('takes a key whose line breaks are written out', async () => {
    const { provider } = await byApp({ ...app, privateKey: app.privateKey.replaceAll('\n', '\\n') });
    expect((await provider.list(scope)).status).toBe('complete');
  });

  it.each([
    ['a key that is none', { ...app, privateKey: 'SECRET-NO-KEY' }],
    ['the id of another app', { ...app, appId: '1' }],
    ['an installation that is not there', { ...app, installationId: '1' }],
  ])('with %s pauses its account, and touches and tells nothing', async (_name, credentials) => {
    const { simulator, provider } = await byApp(credentials);
    const outcome = await provider.delete(scope, hook('410000101'));
    expect(outcome).toMatchObject({ kind: 'retry', pause: 'credential' });
    expect(await provider.list(scope)).toMatchObject({ status: 'error', outcome: { pause: 'credential' } });
    expect(JSON.stringify(outcome)).not.toMatch(/SECRET|PRIVATE KEY/);
    expect(simulator.state.size).toBe(12);
  });

  it.each([
    ['error-before:POST', { kind: 'retry' }],
    ['throttle-after:POST', { kind: 'retry', pause: 'throttle', afterMs: 2000 }],
    ['reset-after:POST', { kind: 'retry' }],
    ['html:POST', { kind: 'retry' }],
  ])('whose token is not to be had by %s is to try again: nothing happened', async (fault, wanted) => {
    const { simulator, provider } = await byApp();
    simulator.setFaults([fault]);
    expect(await provider.delete(scope, hook('410000101'))).toMatchObject(wanted);
    expect(simulator.state.size).toBe(12);
  });

  it.each([
    [{}],
    [{ token: 'x y', expires_at: '2026-01-10T01:00:00Z' }],
    [{ token: 'x' }],
    [{ token: 'x', expires_at: 'soon' }],
    [null],
  ])('takes no token from %j', async (json) => {
    const settings = { baseUrl: 'https://api.github.com', options: { owner: 'octo', repos: ['shop'] } };
    const { calls, provider } = cannedAccount(github, settings, app, [answer(201, json)]);
    expect(verdict(await provider.list('octo/shop'))).toMatch(/^error: .*without an installation token/);
    expect(calls.length).toBe(1);
  });

  it('signs what GitHub asks for, and hides key and tokens from every call', async () => {
    const settings = { baseUrl: 'https://api.github.com', options: { owner: 'octo', repos: ['shop'] } };
    const issued = answer(201, { token: 'ghs_issued', expires_at: '2099-01-01T00:00:00Z' });
    const { calls, provider } = cannedAccount(github, settings, app, [issued, answer(200, [])]);
    await provider.list('octo/shop');
    const jwt = calls[0]?.headers.authorization?.slice('Bearer '.length) ?? '';
    const claims = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toEqual({ iss: app.appId, iat: expect.any(Number), exp: claims.iat + 600 });
    expect(calls[0]?.url).toBe(`https://api.github.com/app/installations/${app.installationId}/access_tokens`);
    expect(calls[1]?.headers.authorization).toBe('Bearer ghs_issued');
    expect(calls[0]?.secrets).toEqual([app.privateKey, jwt]);
    expect(calls[1]?.secrets).toEqual([app.privateKey, 'ghs_issued']);
  });
});

it('a token is never renewed: a second 401 is not asked for', async () => {
  const { simulator } = await simulatedAccount(github, { faults: ['wrong-key'] });
  const account = accountOf('github', { baseUrl: simulator.url, options: simulator.options });
  const provider = github.open(account, simulator.credentials, createHttp({ clock: systemClock, version: '1' }));
  await provider.list(scope);
  expect(simulator.requests.length).toBe(1);
});
