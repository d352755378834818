import { iso, type Ms } from '../../lib/clock.ts';
import { ruleDefaults } from '../../lib/policy/defaults.ts';
import type { Account } from '../../lib/policy/policy.ts';
import type { Capabilities } from '../../lib/providers/contract.ts';
import { hex, seededRandom } from '../../lib/simulator/random.ts';
import type { Webhook } from '../../lib/webhook.ts';

export const now: Ms = Date.parse('2026-06-01T00:00:00Z');
const dayMs = 86_400_000;

/** Every rule is on, so that no figure is better because less is asked. */
export const account: Account = {
  name: 'bench',
  provider: 'stripe',
  environment: 'production',
  baseUrl: 'https://api.stripe.com',
  credentials: {},
  options: {},
  mode: 'approve',
  rules: {
    ...ruleDefaults,
    test: { afterMs: dayMs, hosts: ['*.stage.dev'] },
    'retired-host': { hosts: ['*.old.dev'] },
  },
  protect: [{ url: 'https://pay.*.dev/**', because: 'checkout' }],
  lifecycle: { noticeMs: dayMs, observeMs: dayMs },
  limits: { perRun: { count: 10, percent: 20 }, perDay: { count: 20 }, shrink: { percent: 30 } },
  retry: { attempts: 8, baseMs: 2000, capMs: 300_000 },
  notify: {},
  keepLast: true,
};

export const capabilities: Capabilities = {
  kinds: ['endpoint'],
  disable: ['endpoint'],
  signals: true,
  editStamp: true,
  ownSecret: false,
  parkedUrls: false,
  selfHosted: false,
  lostOnRestore: ['id', 'secret'],
  lateDeliveryMs: 3 * dayMs,
  experimental: null,
};

type Draw = { at: number; random: () => number };

/** URLs by share of the population, in percent; what is left is an ordinary `https://host/path`. */
const urls: readonly (readonly [number, (draw: Draw) => string])[] = [
  [6, ({ at, random }) => `https://shop-${at}.store.dev/hooks/in?source=${hex(random, 8)}&kind=order`],
  [2, ({ at }) => `https://Shop-${at}.store.dev:8443/hooks/%7Ein`],
  [1, ({ at, random }) => `https://erp-${at}.store.dev/in?token=${hex(random, 32)}`],
  [2, ({ random }) => `https://${hex(random, 12)}.ngrok-free.app/webhook`],
  [1, ({ random }) => `https://quick-${hex(random, 6)}.loca.lt/hook`],
  [1, ({ at }) => `http://localhost:${3000 + (at % 50)}/webhooks/${at}`],
  [1, ({ at }) => `http://10.${at % 256}.${(at >> 8) % 256}.7/hook/${at}`],
  [1, ({ at }) => `https://app-${at}.old.dev/hook`],
  [3, ({ at }) => `https://shop-${at - (at % 40)}.store.dev/twins`],
];
const ordinary = ({ at }: Draw): string => `https://shop-${at - (at % 3)}.store.dev/webhooks/orders/${at}`;

const drawUrl = (draw: Draw): string => {
  let left = draw.random() * 100;
  for (const [percent, url] of urls) {
    if (left < percent) return url(draw);
    left -= percent;
  }
  return ordinary(draw);
};

const eventLists = [['order.paid'], ['order.paid', 'order.refunded'], ['*'], ['payout.created', 'payout.failed']];

const draw = (at: number, random: () => number): Webhook => {
  const createdAt = iso(now - Math.floor(random() * 900 * dayMs));
  const fails = random() < 0.02;
  return {
    id: `we_${at.toString(36).padStart(10, '0')}`,
    kind: 'endpoint',
    url: drawUrl({ at, random }),
    name: at % 4 === 0 ? `store ${at}` : null,
    events: eventLists[Math.floor(random() * eventLists.length)] ?? [],
    enabled: random() > 0.03,
    createdAt,
    updatedAt: createdAt,
    signal: { lastSuccess: iso(now - (fails ? 200 : 1) * dayMs), lastAttempt: iso(now - 3_600_000), failing: fails },
    settings: { apiVersion: '2026-01-28' },
    secretId: null,
  };
};

/**
 * A population as an account of that size has it: about nine of ten have no finding. Each webhook comes out of JSON text, as
 * a provider's answer does.
 */
export const populationOf = (size: number, seed = 1): Webhook[] => {
  const random = seededRandom(seed);
  return Array.from({ length: size }, (_, at) => JSON.parse(JSON.stringify(draw(at, random))) as Webhook);
};
