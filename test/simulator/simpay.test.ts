import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { callable, populations } from './started.ts';

const path = '/v3/accounts/api/webhooks';
const asked = 'source_account_branch_identifier=0001&source_account_number=1234567';

const open = async (options = {}) => {
  const { simulator, call } = await callable('simpay', options);
  const { clientId, clientSecret, hmacKey = '' } = simulator.credentials;
  const grant = await call('POST', '/v2/finance/auth-token/', {
    body: { client_id: clientId, client_secret: clientSecret },
  });
  const authorization = `Bearer ${grant.json.access_token}`;
  return {
    simulator,
    anyone: call,
    call: (method: string, at: string, body?: unknown, headers = {}) =>
      call(method, at, { headers: { authorization, ...headers }, body }),
    sign: (text: string) => ({ hmac: createHmac('sha512', hmacKey).update(text).digest('hex') }),
  };
};

describe('the simulated SimPay API', () => {
  it('lists, creates and deletes as documented', async () => {
    const { call } = await open({ webhooks: 0 });
    const webhook = {
      url: 'http://a.example/',
      type_webhook: 'CASHIN',
      source_account_branch_identifier: '0001',
      source_account_number: '1234567',
    };
    const made = await call('POST', path, webhook);
    expect(made.status).toBe(201);
    expect((await call('GET', `${path}?${asked}`)).json).toMatchObject({
      count: 1,
      next: null,
      results: [{ id: made.json.id, url: webhook.url, type_webhook: 'CASHIN' }],
    });
    expect((await call('DELETE', `${path}/${made.json.id}`)).json).toEqual({ message: 'Webhook deleted successfully' });
    const again = await call('DELETE', `${path}/${made.json.id}`);
    expect([again.status, again.json]).toEqual([404, { message: 'Webhook not found' }]);
  });

  it('gives pages of ten, each with the address of the next', async () => {
    const { call, simulator } = await open({ webhooks: 12 });
    const first = await call('GET', `${path}?${asked}`);
    expect([first.json.count, first.json.results.length]).toEqual([12, 10]);
    expect(first.json.next).toBe(`${simulator.url}${path}?${asked}&page=2`);
    const second = await call('GET', String(first.json.next).replace(simulator.url, ''));
    expect([second.json.next, second.json.results.length]).toEqual([null, 2]);
  });

  it('wants a source account, a token that lives, and the right hmac where there is one', async () => {
    let at = Date.UTC(2026, 0, 1);
    const { call, anyone, sign } = await open({ now: () => at });
    const status = async (headers = {}) => (await call('GET', `${path}?${asked}`, undefined, headers)).status;
    expect((await call('GET', path)).status).toBe(400);
    expect((await anyone('GET', `${path}?${asked}`)).status).toBe(401);
    expect([await status(), await status(sign('')), await status(sign('x'))]).toEqual([200, 200, 401]);
    at += 60 * 60_000;
    expect(await status()).toBe(401);
  });

  it('gives no token for wrong credentials, and logs none', async () => {
    const { anyone, simulator } = await open();
    expect((await anyone('POST', '/v2/finance/auth-token/', { body: { client_id: 'x' } })).status).toBe(401);
    const logged = JSON.stringify(simulator.requests);
    for (const secret of Object.values(simulator.credentials)) expect(logged).not.toContain(secret);
  });

  it('counts a request for a token as reading', async () => {
    const { call, simulator } = await open({ faults: ['throttle:mutating'] });
    expect((await call('GET', `${path}?${asked}`)).status).toBe(200);
    expect((await call('DELETE', `${path}/701`)).status).toBe(429);
    expect(simulator.requests.map(({ mutating }) => mutating)).toEqual([false, false, true]);
  });

  it('has the same population for the same seed, and the mess of a real account', async () => {
    const [a, b, c] = await populations('simpay');
    expect(a).toBe(b);
    expect(a).not.toBe(c);
    for (const part of ['ngrok-free.app', 'webhook.site', 'localhost', 'token=', 'antigo', 'PIX_CASHIN_RECEIVED'])
      expect(a).toContain(part);
  });
});
