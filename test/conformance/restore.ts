import { expect } from 'vitest';
import { backupOf, keyOf, type Webhook } from '../../lib/webhook.ts';
import { webhooksOf } from '../providers/simulated-account.ts';
import type { Behaviour } from './subject.ts';
import { everything, worldOf } from './world.ts';

/** What a person reads off a webhook, by the names under which something may be said to be lost. */
const shown = (webhook: Webhook): Readonly<Record<string, unknown>> => ({
  kind: webhook.kind,
  url: webhook.url,
  events: webhook.events,
  name: webhook.name,
  off: !webhook.enabled,
  secretId: webhook.secretId,
});

const restored: Behaviour = {
  column: 'restore',
  title: 'brings back what a backup has, and says before what does not come back',
  holds: async ({ name, capabilities }) => {
    const world = await worldOf(name);
    const { provider } = world;
    const { lostOnRestore } = capabilities;
    expect(lostOnRestore).toContain('id');
    let count = 0;
    for (const { scope, webhook } of await everything(world)) {
      const backup = backupOf(webhook);
      if (backup.urlRedacted || (await provider.delete(scope, webhook)).kind !== 'done') continue;
      const before = new Set(webhooksOf(await provider.list(scope)).map(keyOf));
      const made = await provider.create(scope, backup);
      const [twin, ...more] = webhooksOf(await provider.list(scope)).filter((one) => !before.has(keyOf(one)));
      // A backup that is not enough is refused, and then nothing is made.
      expect(twin !== undefined, made.why).toBe(made.kind === 'done');
      if (twin === undefined) continue;
      count += 1;
      expect(more).toEqual([]);
      expect([twin.id, twin.kind]).toEqual([made.id, webhook.kind]);
      const [now, then] = [shown(twin), shown(webhook)];
      for (const field of Object.keys(then))
        if (!lostOnRestore.includes(field)) expect(now[field], `${field} of ${webhook.id}`).toEqual(then[field]);
    }
    expect(count).toBeGreaterThan(3);
  },
};

const honest: Behaviour = {
  column: 'capable',
  title: 'claims no capability that its lists do not bear out',
  holds: async ({ name, capabilities }) => {
    const found = await everything(await worldOf(name));
    const webhooks = found.map(({ webhook }) => webhook);
    expect([...new Set(webhooks.map(({ kind }) => kind))].sort()).toEqual([...capabilities.kinds].sort());
    expect(capabilities.kinds).toEqual(expect.arrayContaining([...capabilities.disable]));
    expect(webhooks.some(({ signal }) => signal !== null)).toBe(capabilities.signals);
    if (capabilities.editStamp) expect(webhooks.some(({ updatedAt }) => updatedAt !== null)).toBe(true);
    if (capabilities.signalMemoryMs !== undefined) expect(capabilities.signals).toBe(true);
    for (const { kind, url, events } of webhooks)
      if (kind === 'signing-secret') expect([url, events]).toEqual([null, []]);
      else expect([events, events.length > 0]).toEqual([[...new Set(events)].sort(), true]);
  },
};

export const restoreBehaviours: readonly Behaviour[] = [restored, honest];
