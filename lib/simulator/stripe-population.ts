import { iso } from '../clock.ts';
import { hex } from './random.ts';
import type { Setup, SimulatedWebhook } from './simulation.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** What only this provider keeps; absent: null, empty, or test mode. */
export type StripeWebhook = SimulatedWebhook & {
  description?: string | null;
  apiVersion?: string | null;
  application?: string | null;
  metadata?: Readonly<Record<string, string>>;
  livemode?: boolean;
};

type Template = {
  url: (random: () => number) => string;
  ageDays: number;
  events?: readonly string[];
  off?: true;
  extra?: Partial<StripeWebhook>;
};

const payments = ['charge.refunded', 'payment_intent.payment_failed', 'payment_intent.succeeded'] as const;
const main = 'https://api.ledgerly-demo.io/stripe/webhook';

/** One of each: what such accounts look like after two years. Reserved names cannot stand for production ones here. */
const templates: readonly Template[] = [
  { url: () => main, ageDays: 400, extra: { description: 'checkout', metadata: { managed_by: 'terraform' } } },
  { url: (random) => `https://${hex(random, 12)}.ngrok-free.app/stripe`, ageDays: 45 },
  { url: () => main, ageDays: 620, extra: { metadata: { managed_by: 'terraform' } } },
  { url: (random) => `https://quick-${hex(random, 6)}.loca.lt/hook`, ageDays: 31, events: ['*'] },
  { url: () => main, ageDays: 200, extra: { apiVersion: '2022-11-15' } },
  { url: () => 'https://billing.ledgerly-demo.io/stripe', ageDays: 210, events: ['invoice.paid'] },
  { url: () => 'https://hooks.ledgerly-old.io/stripe', ageDays: 700, events: ['*'] },
  { url: () => 'https://api.ledgerly-demo.io/v1/legacy', ageDays: 500, off: true },
  { url: () => `${main}/`, ageDays: 180 },
  { url: () => main, ageDays: 90, extra: { application: 'ca_SimulatedPlatform' } },
  { url: (random) => `https://erp.ledgerly-demo.io/stripe?token=${hex(random, 32)}`, ageDays: 100 },
  { url: (random) => `https://${hex(random, 12)}.ngrok-free.app/stripe`, ageDays: 0.1 },
];

/** Beyond the templates an account is mostly tenants that work, with a forgotten tunnel now and then. */
const further = (index: number): Template =>
  index % 8 === 0
    ? { url: (random) => `https://${hex(random, 12)}.ngrok-free.app/stripe`, ageDays: 20 + (index % 300) }
    : { url: () => `https://tenant-${index}.ledgerly-demo.io/stripe`, ageDays: 30 + (index % 600) };

export const stripePopulation = ({ random, now, webhooks }: Setup): readonly StripeWebhook[] => {
  const start = now();
  return Array.from({ length: webhooks }, (_, index) => {
    const { url, ageDays, events = payments, off = false, extra = {} } = templates[index] ?? further(index);
    const second = Math.floor((start - ageDays * dayMs - random() * hourMs) / 1000);
    const createdAt = iso(second * 1000);
    const id = `we_1Sim${String(101 + index)}`;
    return { id, url: url(random), events, enabled: !off, createdAt, updatedAt: createdAt, ...extra };
  });
};
