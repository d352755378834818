import { iso } from '../clock.ts';
import { type Kind, keyOf } from '../webhook.ts';
import { hex } from './random.ts';
import type { Setup, SimulatedWebhook } from './simulation.ts';

/** What is absent is as for the first webhook of the population: an endpoint of the first chain, with nothing special. */
export type SpaazaRow = SimulatedWebhook & {
  kind?: Kind;
  chain?: string;
  filter?: string | null;
  /** Id of the signature that it signs with. */
  signature?: string | null;
  /** User name and password for the receiver. */
  identifier?: readonly [key: string, secret: string] | null;
  /** Value of a signature. */
  value?: string;
  deleted?: boolean;
};

const dayMs = 86_400_000;

type Template = {
  url?: (random: () => number) => string;
  event?: string;
  ageDays: number;
  off?: true;
  signature?: string;
  filter?: string;
  identifier?: true;
};

const shop = () => 'https://crm.winkel-demo.nl/spaaza/events';

/** One of each; those without a URL are signatures. Both kinds count from 101. */
const templates: readonly Template[] = [
  { url: shop, event: 'shopper.voucher-issued', ageDays: 400, signature: '102' },
  { ageDays: 500 },
  { url: shop, event: 'shopper.voucher-issued', ageDays: 30, signature: '102' },
  { url: (random) => `https://${hex(random, 12)}.ngrok-free.app/hook`, event: 'basket.added', ageDays: 45 },
  { ageDays: 100 },
  { url: shop, event: 'basket.added', ageDays: 400, filter: 'basket.total > 100' },
  { url: shop, event: 'basket.added', ageDays: 380, signature: '102' },
  { url: () => 'https://oud.winkel-demo.nl/spaaza', event: 'shopper.created', ageDays: 900, off: true },
  { url: () => 'https://mail.winkel-demo.nl/in', event: 'shopper.created', ageDays: 300, identifier: true },
  { url: () => 'https://mail.winkel-demo.nl/in', event: 'shopper.created', ageDays: 200, identifier: true },
  { url: () => 'http://localhost:8080/spaaza', event: 'shopper.created', ageDays: 60 },
  { url: (random) => `https://${hex(random, 10)}.loca.lt/`, event: 'shopper.created', ageDays: 0.1 },
];

const further = (index: number): Template => ({
  url: () => `https://filiaal-${index}.winkel-demo.nl/spaaza`,
  event: 'basket.added',
  ageDays: 30 + (index % 600),
  signature: '102',
});

const made = (template: Template, id: string, { random, now }: Setup): SpaazaRow => {
  const at = iso(now() - template.ageDays * dayMs);
  const { url, event, off, signature = null, filter = null, identifier } = template;
  return {
    id,
    kind: url ? 'endpoint' : 'signing-secret',
    url: url?.(random) ?? '',
    events: event ? [event] : [],
    enabled: !off,
    createdAt: at,
    updatedAt: at,
    filter,
    signature,
    identifier: identifier ? [`user-${hex(random, 6)}`, `pw-${hex(random, 20)}`] : null,
    ...(url ? {} : { value: hex(random, 32) }),
  };
};

/** By `keyOf`. */
export const spaazaPopulation = (setup: Setup): Map<string, SpaazaRow> => {
  const counts: Record<Kind, number> = { endpoint: 101, 'signing-secret': 101 };
  const rows = Array.from({ length: setup.webhooks }, (_, index) => {
    const template = templates[index] ?? further(index);
    const kind: Kind = template.url ? 'endpoint' : 'signing-secret';
    return made(template, String(counts[kind]++), setup);
  });
  return new Map(rows.map((row) => [keyOf({ kind: row.kind ?? 'endpoint', id: row.id }), row]));
};
