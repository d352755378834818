import { describe, expect, it } from 'vitest';
import { shopify } from '../../lib/providers/shopify.ts';
import { answer } from './modulus-account.ts';
import { account, cannedAs, deleted, gid, hook, page, row, simulated } from './shopify-account.ts';

const client = { clientId: 'client-4711', clientSecret: 'shpss_4711secret' };
const token = (text: string) => answer(200, { access_token: text, scope: 'read_orders', expires_in: 86_399 });
const grants = (requests: readonly { path: string }[]) => requests.filter(({ path }) => path.endsWith('access_token'));

describe('with client id and client secret', () => {
  it('asks for a token by a form, and calls with it', async () => {
    const { calls, provider } = cannedAs(client, token('shpat_granted'), answer(200, page([row])));
    expect((await provider.list('shop')).status).toBe('complete');
    expect(calls).toMatchObject([
      {
        method: 'POST',
        url: 'https://kettle-demo.myshopify.com/admin/oauth/access_token',
        form: { grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.clientSecret },
      },
      { headers: { 'x-shopify-access-token': 'shpat_granted' }, secrets: expect.arrayContaining(['shpat_granted']) },
    ]);
  });

  it('asks once for calls that come together, and not again for those that follow', async () => {
    const { simulator, provider } = await simulated({ granted: true });
    await Promise.all([provider.list('shop'), provider.list('shop'), provider.list('shop')]);
    expect((await provider.delete('shop', hook(gid(101)))).kind).toBe('done');
    expect(grants(simulator.requests).length).toBe(1);
  });

  it('asks for a new token where one has expired, and does what it was asked to', async () => {
    const { simulator, provider } = await simulated({ granted: true });
    await provider.list('shop');
    simulator.setFaults(['token-expired*1']);
    expect((await provider.delete('shop', hook(gid(101)))).kind).toBe('done');
    expect(simulator.state.has(gid(101))).toBe(false);
    expect(grants(simulator.requests).length).toBe(2);
  });

  it('asks for one new token only, and then says that the credential does not work', async () => {
    const { simulator, provider } = await simulated({ granted: true, faults: ['token-expired'] });
    expect(await provider.delete('shop', hook(gid(101)))).toMatchObject({ kind: 'retry', pause: 'credential' });
    expect(grants(simulator.requests).length).toBe(2);
    expect(simulator.state.has(gid(101))).toBe(true);
  });

  it.each([
    ['400, as for a wrong secret', answer(400, { error: 'invalid_client' }), { kind: 'retry', pause: 'credential' }],
    ['401', answer(401), { kind: 'retry', pause: 'credential' }],
    ['404', answer(404), { kind: 'refused' }],
    ['429', answer(429), { kind: 'retry', pause: 'throttle' }],
    ['500', answer(500), { kind: 'retry' }],
    ['an answer without a token', answer(200, {}), { kind: 'retry' }],
    ['no answer', { kind: 'lost', why: 'x' } as const, { kind: 'retry' }],
  ])('a grant that gets %s touches no webhook, so nothing is unknown', async (_what, grant, wanted) => {
    const { calls, provider } = cannedAs(client, grant);
    const outcome = await provider.delete('shop', hook(gid(1)));
    expect(outcome).toMatchObject(wanted);
    expect(JSON.stringify(outcome)).not.toContain('4711');
    expect(calls.length).toBe(1);
    expect((await provider.list('shop')).status).toBe('error');
  });

  it('shows a granted token nowhere', async () => {
    const echo = answer(
      200,
      { errors: [{ extensions: { code: 'shpat_granted' } }] },
      { 'x-request-id': 'shpat_granted' },
    );
    const { provider } = cannedAs(client, token('shpat_granted'), echo);
    expect((await provider.delete('shop', hook(gid(1)))).why).not.toContain('granted');
  });

  it('ends the waiting of a call that is cancelled, and not that of others', async () => {
    const { provider } = await simulated({ granted: true, latencyMs: 50 });
    const stop = new AbortController();
    const cancelled = provider.list('shop', stop.signal);
    const other = provider.list('shop');
    stop.abort(new Error('deadline'));
    await expect(cancelled).rejects.toThrow('deadline');
    expect((await other).status).toBe('complete');
    await expect(provider.list('shop', stop.signal)).rejects.toThrow('deadline');
  });

  it('ends the waiting for a token that does not come', async () => {
    const never = { call: () => new Promise<never>(() => undefined) };
    const provider = shopify.open(account(), client, never);
    const stop = new AbortController();
    const waiting = provider.list('shop', stop.signal);
    stop.abort(new Error('deadline'));
    await expect(waiting).rejects.toThrow('deadline');
  });

  it('asks for nothing once it is cancelled', async () => {
    const { calls, provider } = cannedAs(client, token('shpat_granted'));
    const stopped = AbortSignal.abort(new Error('deadline'));
    await expect(provider.delete('shop', hook(gid(1)), stopped)).rejects.toThrow('deadline');
    expect(calls).toEqual([]);
  });

  it('a token that is given and refused is not asked for again', async () => {
    const { calls, provider } = cannedAs({ accessToken: 'shpat_x' }, answer(401, {}), answer(200, deleted(gid(1))));
    expect(await provider.delete('shop', hook(gid(1)))).toMatchObject({ kind: 'retry', pause: 'credential' });
    expect(calls.length).toBe(1);
  });
});
