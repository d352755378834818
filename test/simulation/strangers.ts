import { keyOf, type Webhook } from '../../lib/webhook.ts';
import { enrich } from './features.ts';
import { drawWebhook } from './population.ts';
import { type Hook, remember, type Scope } from './remote.ts';
import type { Setting } from './setting.ts';
import { count, tell } from './world.ts';

type Act = 'disable' | 'enable' | 'delete' | 'events' | 'url' | 'create';
const weights: Readonly<Record<Act, number>> = { disable: 2, enable: 3, delete: 2, events: 1, url: 1, create: 2 };

const acts: Readonly<Record<Exclude<Act, 'create' | 'delete'>, (hook: Hook) => Partial<Webhook>>> = {
  disable: () => ({ enabled: false }),
  enable: () => ({ enabled: true }),
  events: () => ({ events: ['REFUNDED'] }),
  url: ({ webhook }) => ({
    url: webhook.kind === 'endpoint' ? `https://shop.sari-sari-demo.ph/moved/${webhook.id}` : null,
  }),
};

/** Somebody else at the provider, who knows nothing of us and holds no lock. */
export const strangerActs = ({ world, features, newId, secrets }: Setting, scope: Scope): void => {
  const { chance, more, scheduler } = world;
  const now = scheduler.now();
  const act = chance.weigh(weights);
  const hooks = [...scope.hooks];
  if (act === 'create' || hooks.length === 0) {
    const webhook = enrich(more, features, drawWebhook(chance, newId(), now, secrets), now);
    const at = new Date(now).toISOString();
    const born = chance.in(0.5) ? { ...webhook, createdAt: at, updatedAt: at } : webhook;
    const offAt = born.enabled ? null : now;
    scope.hooks.set(keyOf(born), { webhook: born, hand: 'stranger', strangerAt: now, editedAt: now, offAt });
    tell(world, null, `STRANGER creates ${keyOf(born)} ${born.events.join('+')} ${born.enabled ? 'on' : 'off'}`);
    remember(scope, now);
    return;
  }
  const [key, hook] = chance.pick(hooks);
  tell(world, null, `STRANGER ${act} ${key}`);
  count(world, 'stranger');
  if (act !== 'enable' && act !== 'url') scope.harmedAt = now;
  if (act === 'delete') {
    scope.hooks.delete(key);
    scope.removed.set(key, { by: 'stranger', at: now, webhook: hook.webhook });
    remember(scope, now);
    return;
  }
  const patch = acts[act](hook);
  const edits = act === 'events' || act === 'url';
  const stamp = edits || patch.enabled !== hook.webhook.enabled ? { updatedAt: new Date(now).toISOString() } : {};
  const hand = edits ? hook.hand : patch.enabled === hook.webhook.enabled ? hook.hand : 'stranger';
  const offAt = patch.enabled === undefined ? hook.offAt : patch.enabled ? null : (hook.offAt ?? now);
  Object.assign(hook, { webhook: { ...hook.webhook, ...patch, ...stamp }, hand, strangerAt: now, offAt });
  if (edits) hook.editedAt = now;
  remember(scope, now);
};
