import { describe, expect, it } from 'vitest';
import { callable, populations } from './started.ts';

const path = '/webhooks/secrets';

const open = async (options = {}) => {
  const { simulator, call } = await callable('omise', options);
  const headers = { authorization: `Basic ${btoa(`${simulator.credentials.secretKey}:`)}` };
  return { simulator, call: (method: string, at: string) => call(method, at, { headers }), anyone: call };
};

describe('the simulated Omise API', () => {
  it('lists, creates and deletes as documented', async () => {
    const { call, simulator } = await open({ webhooks: 0 });
    const made = await call('POST', path);
    expect(made.json).toMatchObject({ object: 'webhook_secret', livemode: false, secret: expect.any(String) });
    const listed = await call('GET', path);
    expect(listed.json).toMatchObject({ object: 'list', limit: 20, offset: 0, total: 1, data: [{ id: made.json.id }] });
    expect(JSON.stringify(listed.json)).not.toContain(made.json.secret);
    expect((await call('DELETE', `${path}/${made.json.id}`)).json).toEqual({
      object: 'webhook_secret',
      id: made.json.id,
      deleted: true,
      livemode: false,
    });
    expect(simulator.state.size).toBe(0);
    expect((await call('DELETE', `${path}/${made.json.id}`)).status).toBe(404);
  });

  it.each([
    ['an id without whsec_', 'DELETE', `${path}/sec_1`, 400, 'bad_request'],
    ['an unknown id', 'DELETE', `${path}/whsec_test_none`, 404, 'not_found'],
    ['a limit that is too large', 'GET', `${path}?limit=101`, 400, 'bad_request'],
    ['a negative offset', 'GET', `${path}?offset=-1`, 400, 'bad_request'],
    ['another path', 'GET', '/account', 404, 'not_found'],
  ])('answers to %s', async (_name, method, at, status, code) => {
    const { call } = await open();
    const answer = await call(method, at);
    expect([answer.status, answer.json]).toMatchObject([status, { object: 'error', code }]);
  });

  it('lets nobody in without the secret key, and never logs it', async () => {
    const { anyone, call, simulator } = await open();
    expect((await anyone('GET', path)).json).toMatchObject({ code: 'authentication_failure' });
    await call('GET', `${path}?limit=5&offset=2`);
    expect(simulator.requests).toMatchObject([{ status: 401 }, { status: 200, query: 'limit=5&offset=2' }]);
    expect(JSON.stringify(simulator.requests)).not.toContain(btoa(`${simulator.credentials.secretKey}:`).slice(0, 20));
  });

  it('has the same population for the same seed, and another for another', async () => {
    const [a, b, c] = await populations('omise');
    expect(a).toBe(b);
    expect(a).not.toBe(c);
  });
});
