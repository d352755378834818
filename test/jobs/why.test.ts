import { describe, expect, it } from 'vitest';
import { whyOf } from '../../lib/jobs/why.ts';
import { day, hour, shop, testHook, webhook } from './world.ts';

describe('why', () => {
  it('finds the story of a webhook that went, whatever its scope is called, by account and id alone', async () => {
    const w = shop([webhook('live'), testHook('a')]);
    await w.scanAndApprove('shop');
    await w.run(day + hour);
    expect(w.remote.state.has('a')).toBe(false);

    const told = await whyOf(w.ports, { account: 'shop', webhookId: 'a' });
    expect(told).toMatchObject({ ok: true, why: { webhook: null, scope: 'main', record: { state: 'deleted' } } });
    expect(await whyOf(w.ports, { account: 'shop', webhookId: 'a', scope: 'main' })).toEqual(told);
    expect(await whyOf(w.ports, { account: 'shop', webhookId: 'a', scope: 'other' })).toMatchObject({ ok: false });
    expect(await whyOf(w.ports, { account: 'shop', webhookId: 'a', kind: 'signing-secret' })).toMatchObject({
      ok: false,
      code: 'unknown-webhook',
    });
  });
});
