import type { Ms } from '../../lib/clock.ts';
import type { Resolution } from '../../lib/detect/unresolvable.ts';
import type { Account } from '../../lib/policy/policy.ts';
import type { Capabilities } from '../../lib/providers/contract.ts';
import type { Webhook } from '../../lib/webhook.ts';
import type { Chance } from './chance.ts';
import { planted } from './population.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** What a history has besides the core: each in some of them. */
export const featureNames = ['creations', 'signals', 'names'] as const;
export type Feature = (typeof featureNames)[number];
export type Features = Readonly<Record<Feature, boolean>>;

/** They draw from a stream of their own, so that the core's histories stay what they were. */
export const drawFeatures = (more: Chance, core: boolean): Features => {
  const drawn = Object.fromEntries(featureNames.map((name) => [name, more.in(0.4)])) as Features;
  return core ? { creations: false, signals: false, names: false } : drawn;
};

export const vanishingHost = (id: string): string => `hooks-${id}.sari-sari-gone.ph`;

const withSignal = (more: Chance, webhook: Webhook, now: Ms): Webhook => {
  const at = (least: number, most: number): string => new Date(now - more.between(least, most) * day).toISOString();
  const lastSuccess = more.in(0.2) ? null : more.in(0.7) ? at(95, 200) : at(0, 80);
  const signal = { lastSuccess, lastAttempt: more.in(0.9) ? at(0, 2) : null, failing: more.in(0.5) };
  return { ...webhook, createdAt: at(150, 300), signal };
};

const withVanishingHost = (more: Chance, webhook: Webhook): Webhook => {
  const userinfo = more.in(0.2) ? `user:${planted}@` : '';
  return { ...webhook, url: `https://${userinfo}${vanishingHost(webhook.id)}/hook` };
};

/** One registration with what the features know of it; names may hold secrets too. */
export const enrich = (more: Chance, features: Features, webhook: Webhook, now: Ms): Webhook => {
  if (webhook.kind !== 'endpoint') return webhook;
  let rich = webhook;
  if (features.signals && more.in(0.7)) rich = withSignal(more, rich, now);
  if (features.names && more.in(0.5)) rich = withVanishingHost(more, rich);
  if (features.creations && more.in(0.2))
    rich = { ...rich, name: `see https://user:${planted}@shop.ph/?token=${planted}` };
  return rich;
};

export const enrichAccount = (more: Chance, features: Features, account: Account): Account => ({
  ...account,
  ...(features.names && { baseUrl: `https://api.${account.name}-provider.ph` }),
  credentials: { secretKey: 'env:SECRET_KEY' },
  rules: {
    ...account.rules,
    ...(features.signals && { stale: { afterMs: 90 * day } }),
    ...(features.names && { unresolvable: { scans: more.pick([1, 2, 3]), apartMs: more.pick([0, 5 * minute]) } }),
  },
});

export const enrichCapabilities = (more: Chance, features: Features, can: Capabilities): Capabilities => ({
  ...can,
  ...(features.signals && { signals: true, lateDeliveryMs: more.pick([0, 5 * minute, 45 * minute]) }),
  ...(features.creations && more.in(0.4) && { issuesSecret: can.kinds }),
});

/** What DNS truly says of hosts, and what it answered so far. */
export const createNames = () => {
  const gone = new Set<string>();
  const answers: { host: string; at: Ms; answer: Resolution }[] = [];
  const truthOf = (host: string): Resolution => (gone.has(host) ? 'absent' : 'exists');
  const turn = (host: string): void => void (gone.delete(host) || gone.add(host));
  return { gone, answers, truthOf, turn };
};
export type SimulatedNames = ReturnType<typeof createNames>;
