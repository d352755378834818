import { describe, expect, it } from 'vitest';
import { simpayWith } from '../../lib/providers/simpay.ts';
import { signatureOf } from '../../lib/providers/simpay-session.ts';
import { answer, cannedBy, simulatedBy } from './opened.ts';

const minuteMs = 60_000;
const scope = '0001:1234567';
const options = { sourceAccounts: [{ branch: '0001', number: '1234567' }] };
const credentials = { clientId: 'client-4711', clientSecret: 'secret-4711' };
const hook = (id: string) => ({ kind: 'endpoint' as const, id });

const clockAt = (start: number) => {
  const clock = { at: start, now: () => clock.at };
  return clock;
};
const simpay = simpayWith(clockAt(0));
const tokenCalls = (requests: readonly { path: string }[]) =>
  requests.filter(({ path }) => path === '/v2/finance/auth-token/').length;

describe('a token', () => {
  it('is asked for with client id and secret, and used for what follows', async () => {
    const { simulator, provider } = await simulatedBy(simpay);
    await provider.list(scope);
    await provider.delete(scope, hook('701'));
    expect(tokenCalls(simulator.requests)).toBe(1);
    expect(simulator.state.has('701')).toBe(false);
  });

  it('is renewed before its 60 minutes are over', async () => {
    const clock = clockAt(Date.UTC(2026, 0, 1));
    const { simulator, provider } = await simulatedBy(simpayWith(clock), { now: clock.now });
    const listed = async (afterMinutes: number) => {
      clock.at += afterMinutes * minuteMs;
      expect((await provider.list(scope)).status).toBe('complete');
      return tokenCalls(simulator.requests);
    };
    expect([await listed(0), await listed(54), await listed(1), await listed(54)]).toEqual([1, 1, 2, 2]);
    expect(simulator.requests.every(({ status }) => status === 200)).toBe(true);
  });

  it.each(['list', 'delete'] as const)('that is refused is fetched again once, for %s', async (method) => {
    const { simulator, provider } = await simulatedBy(simpay);
    await provider.list(scope);
    simulator.setFaults(['expired-token*1']);
    const told =
      method === 'list' ? (await provider.list(scope)).status : (await provider.delete(scope, hook('701'))).kind;
    expect(told).toBe(method === 'list' ? 'complete' : 'done');
    expect(tokenCalls(simulator.requests)).toBe(2);
  });

  it('that is refused again pauses the account, after two calls', async () => {
    const { simulator, provider } = await simulatedBy(simpay, { faults: ['expired-token'] });
    expect(await provider.delete(scope, hook('701'))).toMatchObject({ kind: 'retry', pause: 'credential' });
    expect(simulator.requests.map(({ method }) => method)).toEqual(['POST', 'DELETE', 'POST', 'DELETE']);
    expect(simulator.state.has('701')).toBe(true);
  });

  it.each([
    ['is called access', 'token-access', 'complete', 'done'],
    ['is missing', 'no-token', 'error', 'retry'],
  ])('that %s', async (_name, fault, listed, deleted) => {
    const { provider } = await simulatedBy(simpay, { faults: [fault] });
    expect((await provider.list(scope)).status).toBe(listed);
    expect((await provider.delete(scope, hook('701'))).kind).toBe(deleted);
  });

  it.each([
    [400, { kind: 'retry', pause: 'credential' }],
    [401, { kind: 'retry', pause: 'credential' }],
    [403, { kind: 'retry', pause: 'credential' }],
    [404, { kind: 'refused', why: expect.stringMatching(/options\.paths\.token/) }],
    [405, { kind: 'refused' }],
    [410, { kind: 'refused' }],
    [429, { kind: 'retry', pause: 'throttle' }],
    [500, { kind: 'retry' }],
    [302, { kind: 'refused' }],
  ])('that gets HTTP %i means that nothing happened to the webhook', async (status, outcome) => {
    const { calls, provider } = cannedBy(simpay, { credentials, options }, answer(status, {}));
    const told = await provider.delete(scope, hook('701'));
    expect(told).toMatchObject(outcome);
    expect(told.why).not.toContain('4711');
    expect(calls.length).toBe(1);
  });

  it.each([['a b'], ['x\ny'], [''], [5], [null], ['x'.repeat(8193)]])('%j is none', async (given) => {
    const { calls, provider } = cannedBy(simpay, { credentials, options }, answer(200, { access_token: given }));
    expect(await provider.delete(scope, hook('701'))).toMatchObject({ kind: 'retry', pause: 'credential' });
    expect(calls.length).toBe(1);
  });

  it('is never shown, nor is any credential', async () => {
    const leaking = answer(500, { message: 'ey.token', code: 'ey.token-4711.x' });
    const { provider } = cannedBy(
      simpay,
      { credentials, options },
      answer(200, { access: 'ey.token-4711.x' }),
      leaking,
    );
    expect((await provider.delete(scope, hook('701'))).why).not.toMatch(/4711|ey\./);
  });

  it('with wrong credentials is refused by the provider, and the account pauses', async () => {
    const { provider } = await simulatedBy(simpay, {}, { credentials, options });
    expect(await provider.list(scope)).toMatchObject({ status: 'error', outcome: { pause: 'credential' } });
  });
});

describe('the hmac header', () => {
  it('is HMAC-SHA512 in lower-case hex, 128 digits as in the sample of the documents', () => {
    expect(signatureOf('key', 'The quick brown fox jumps over the lazy dog')).toBe(
      'b42af09057bac1e2d41708e48a902e09b5ff7f12ab428a4fe86653c73dd248fb82f948a549f7b791a5b41915ee4d1ec3935357e4e2317250d0372afa2ebeeb3a',
    );
    expect(signatureOf('key', '')).toMatch(/^[0-9a-f]{128}$/);
  });

  it('is right for a provider that checks it, with and without a body; a wrong key is seen', async () => {
    const { simulator, provider } = await simulatedBy(simpay);
    expect((await provider.list(scope)).status).toBe('complete');
    const wrong = await simulatedBy(simpay, {}, { credentials: { ...simulator.credentials, hmacKey: 'other' } });
    expect(await wrong.provider.list(scope)).toMatchObject({ status: 'error', outcome: { pause: 'credential' } });
  });
});
