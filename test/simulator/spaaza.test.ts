import { describe, expect, it } from 'vitest';
import { callable, populations } from './started.ts';

const open = async (options = {}) => {
  const { simulator, call } = await callable('spaaza', options);
  const headers = {
    'x-spaaza-session-user-id': simulator.credentials.sessionUserId ?? '',
    'x-spaaza-session-key': simulator.credentials.sessionKey ?? '',
  };
  return {
    simulator,
    call: (method: string, name: string, body?: unknown) => call(method, `/internal/${name}`, { headers, body }),
    anyone: call,
  };
};

describe('the simulated Spaaza API', () => {
  it('lists, adds, alters and softly deletes as documented', async () => {
    const { call, simulator } = await open({ webhooks: 0 });
    const webhook = { chain_id: 1743, event_name: 'basket.added', type: 'https', url: 'https://a.example/' };
    const made = await call('POST', 'add-webhook', webhook);
    const { id } = made.json.results.webhook;
    expect(made.json).toMatchObject({ result: { code: 1 }, results: { result_type: 'add-webhook' } });
    await call('PUT', 'alter-webhook', { id, chain_id: 1743, active: false });
    expect((await call('GET', 'get-webhooks?chain_id=1743')).json.results.webhooks).toMatchObject([
      { id, active: false, event_name: 'basket.added', url: 'https://a.example/' },
    ]);
    const gone = await call('DELETE', `delete-webhook?id=${id}&chain_id=1743`);
    expect(gone.json.results.webhook).toMatchObject({ id, active: false, deleted: true });
    expect(simulator.state.size).toBe(0);
    expect((await call('GET', 'get-webhooks?chain_id=1743')).json.results.webhooks).toEqual([]);
  });

  it.each([
    ['in the address', 'delete-webhook-signature?id=101', undefined],
    ['as JSON', 'delete-webhook-signature', { id: 101 }],
    ['as a form', 'delete-webhook-signature', 'id=101'],
  ])('takes the parameters of a delete %s', async (_name, path, body) => {
    const { call, simulator } = await open();
    const answer = await call('DELETE', path, body);
    expect(answer.json.results.webhook_signature).toMatchObject({ id: 101, deleted: true, value: expect.any(String) });
    expect([simulator.state.has('signing-secret 101'), simulator.state.has('101')]).toEqual([false, true]);
  });

  it.each([
    ['code 3 http_vars_missing', 'DELETE', 'delete-webhook-signature', 400, 3],
    ['code 3 without a chain', 'DELETE', 'delete-webhook?id=101', 400, 3],
    ['code 19, another method', 'GET', 'delete-webhook-signature?id=101', 405, 19],
    ['code 68, another chain', 'GET', 'get-webhooks?chain_id=9', 403, 68],
    ['code 528', 'DELETE', 'delete-webhook-signature?id=9', 404, 528],
  ])('row %s', async (_row, method, path, status, code) => {
    const { call } = await open();
    const answer = await call(method, path);
    expect([answer.status, answer.json]).toMatchObject([status, { result: { code } }]);
  });

  it('row code 6: lets nobody in without the session, and never logs it', async () => {
    const { anyone, call, simulator } = await open();
    expect((await anyone('GET', '/internal/get-webhooks?chain_id=1743')).json).toMatchObject({ result: { code: 6 } });
    await call('GET', 'get-webhooks?chain_id=1743');
    expect(JSON.stringify(simulator.requests)).not.toContain(simulator.credentials.sessionKey);
  });

  it('shows the signature that a webhook refers to, and none where it was deleted', async () => {
    const { call } = await open();
    const first = async () => (await call('GET', 'get-webhooks?chain_id=1743')).json.results.webhooks[0];
    // Both webhooks of the template refer to signature 102.
    expect((await first()).webhook_signature).toMatchObject({ id: 102 });
    await call('DELETE', 'delete-webhook-signature?id=102');
    expect((await first()).webhook_signature).toBeNull();
  });

  it('has the same population for the same seed, and the mess of a real account', async () => {
    const [a, b, c] = await populations('spaaza');
    expect(a).toBe(b);
    expect(a).not.toBe(c);
    for (const part of ['ngrok-free.app', 'loca.lt', 'localhost', 'signing-secret', 'user-', '"enabled":false'])
      expect(a).toContain(part);
  });
});
