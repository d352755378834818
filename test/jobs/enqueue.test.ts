import { describe, expect, it } from 'vitest';
import { enqueue } from '../../lib/jobs/enqueue.ts';
import type { Webhook } from '../../lib/webhook.ts';
import { shop, testHook, webhook } from './world.ts';

const asked = { account: 'shop', webhookId: 'a', step: 'disable', reason: 'left over', now: false } as const;

describe('a webhook sent on its way by hand', () => {
  it('is refused to be switched off where its provider has no call for that, and no record is opened', async () => {
    const w = shop([webhook('live'), testHook('a')], {}, { disable: [] });
    expect(await enqueue(w.ports, asked)).toMatchObject({ ok: false, code: 'cannot-disable' });
    expect([...w.table.items.keys()].filter((key) => key.startsWith('webhook#'))).toEqual([]);
    expect(await enqueue(w.ports, { ...asked, step: 'delete' })).toMatchObject({ ok: true, state: 'approved' });
  });

  it('is not guessed where its id is there more than once', async () => {
    const secret: Webhook = { ...webhook('a'), kind: 'signing-secret', url: null, events: [] };
    const w = shop([webhook('live'), testHook('a')]);
    w.remote.faults.list = Array.from({ length: 3 }, () => (real) => ({
      ...real,
      ...(real.status === 'complete' && { webhooks: [secret, ...real.webhooks] }),
    }));
    const refused = await enqueue(w.ports, asked);
    expect(refused).toMatchObject({ ok: false, code: 'ambiguous-webhook' });
    expect(JSON.stringify(refused)).toMatch(/main \(signing-secret\), main \(endpoint\)/);
    const named = await enqueue(w.ports, { ...asked, kind: 'endpoint' });
    expect(named).toMatchObject({ ok: true, record: 'shop#main#endpoint#a' });
  });
});
