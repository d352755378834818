import { iso } from '../clock.ts';
import { hex } from './random.ts';
import type { Setup, SimulatedWebhook } from './simulation.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** What only this provider keeps; `url` is the `uri`, which may be no URL at all. There is nothing that is switched off. */
export type ShopifyWebhook = SimulatedWebhook & {
  format?: string;
  filter?: string | null;
  includeFields?: readonly string[];
  metafieldNamespaces?: readonly string[];
  metafields?: readonly { namespace: string; key: string }[];
};

type Template = {
  url: (random: () => number) => string;
  ageDays: number;
  topic: string;
  extra?: Partial<ShopifyWebhook>;
};

const main = 'https://orders.kettle-demo.shop/hooks/shopify';
const bus = 'arn:aws:events:eu-west-1::event-source/aws.partner/shopify.com/4711/orders';

/** One of each. An exact duplicate differs in its spelling only, for the provider refuses one topic twice at one address. */
const templates: readonly Template[] = [
  { url: () => main, ageDays: 400, topic: 'ORDERS_CREATE' },
  { url: (random) => `https://${hex(random, 12)}.ngrok-free.app/hooks`, ageDays: 45, topic: 'ORDERS_CREATE' },
  { url: () => main.replace('shop/', 'shop:443/'), ageDays: 620, topic: 'ORDERS_CREATE' },
  { url: (random) => `https://quick-${hex(random, 6)}.loca.lt/hook`, ageDays: 31, topic: 'PRODUCTS_UPDATE' },
  { url: () => main, ageDays: 400, topic: 'APP_UNINSTALLED' },
  { url: () => bus, ageDays: 210, topic: 'ORDERS_PAID' },
  { url: () => 'https://hooks.kettle-old.shop/shopify', ageDays: 700, topic: 'ORDERS_PAID' },
  { url: () => 'pubsub://kettle-demo:orders', ageDays: 500, topic: 'ORDERS_UPDATED' },
  { url: () => `${main}/`, ageDays: 180, topic: 'ORDERS_CREATE' },
  { url: () => main, ageDays: 90, topic: 'ORDERS_CREATE', extra: { filter: 'total_price:>=100.00' } },
  {
    url: (random) => `https://erp.kettle-demo.shop/in?token=${hex(random, 32)}`,
    ageDays: 100,
    topic: 'REFUNDS_CREATE',
  },
  { url: (random) => `https://${hex(random, 12)}.ngrok-free.app/hooks`, ageDays: 0.1, topic: 'ORDERS_PAID' },
];

/** Beyond the templates an app mostly has topics that work, with a forgotten tunnel now and then. */
const further = (index: number): Template =>
  index % 8 === 0
    ? {
        url: (random) => `https://${hex(random, 12)}.ngrok-free.app/hooks`,
        ageDays: 20 + (index % 300),
        topic: 'CARTS_UPDATE',
      }
    : {
        url: () => `https://worker-${index}.kettle-demo.shop/hooks`,
        ageDays: 30 + (index % 600),
        topic: 'CARTS_UPDATE',
      };

export const subscriptionId = (number: number): string => `gid://shopify/WebhookSubscription/${number}`;

export const shopifyPopulation = ({ random, now, webhooks }: Setup): readonly ShopifyWebhook[] => {
  const start = now();
  return Array.from({ length: webhooks }, (_, index) => {
    const { url, ageDays, topic, extra = {} } = templates[index] ?? further(index);
    const at = iso(Math.floor((start - ageDays * dayMs - random() * hourMs) / 1000) * 1000);
    const id = subscriptionId(101 + index);
    return { id, url: url(random), events: [topic], enabled: true, createdAt: at, updatedAt: at, ...extra };
  });
};
