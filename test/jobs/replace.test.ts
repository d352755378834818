import { describe, expect, it } from 'vitest';
import { replace } from '../../lib/jobs/replace.ts';
import type { Webhook } from '../../lib/webhook.ts';
import { shop, webhook } from './world.ts';

const asked = {
  ...{ account: 'shop', webhookId: 'a', reason: 'new host', secrets: {}, secretTo: null },
  url: 'https://new.sari-sari-demo.ph/hooks/a',
};

describe('a replacement', () => {
  it('sends the endpoint away and not a signing secret that has the same id', async () => {
    const secret: Webhook = { ...webhook('a'), kind: 'signing-secret', url: null, events: [] };
    const w = shop([webhook('live'), webhook('a')]);
    w.remote.faults.list = Array.from({ length: 9 }, () => (real) => ({
      ...real,
      ...(real.status === 'complete' && { webhooks: [secret, ...real.webhooks] }),
    }));
    expect(await replace(w.ports, asked)).toMatchObject({
      ok: true,
      old: { ok: true, record: 'shop#main#endpoint#a' },
    });
  });
});
