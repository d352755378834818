import { iso } from '../clock.ts';
import { hex } from './random.ts';
import type { Setup, SimulatedWebhook } from './simulation.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const both = ['QRPH_DECLINED', 'QRPH_SUCCESS'] as const;

type Template = {
  url: (random: () => number) => string;
  ageDays: number;
  /** Days since the last edit; absent: never edited. */
  editedDays?: number;
  events?: readonly string[];
  off?: true;
};

/** One of each: what such accounts look like after two years. Reserved names cannot stand for production ones here. */
const templates: readonly Template[] = [
  { url: () => 'https://api.sari-sari-demo.ph/webhooks/modulus', ageDays: 400 },
  { url: (random) => `https://${hex(random, 12)}.ngrok-free.app/webhook`, ageDays: 45 },
  { url: () => 'https://api.sari-sari-demo.ph/webhooks/modulus', ageDays: 620 },
  { url: (random) => `https://quick-${hex(random, 6)}.loca.lt/hook`, ageDays: 31 },
  { url: () => 'http://localhost:3000/webhooks', ageDays: 90 },
  { url: () => 'https://ledger.sari-sari-demo.ph/qrph', ageDays: 210, events: ['QRPH_SUCCESS'] },
  { url: () => 'https://hooks.sari-sari-old.ph/modulus', ageDays: 700 },
  { url: () => 'https://api.sari-sari-demo.ph/v1/legacy', ageDays: 500, editedDays: 200, off: true },
  { url: () => 'https://api.sari-sari-demo.ph/webhooks/modulus/', ageDays: 180 },
  { url: () => 'https://webhooks.example.com/parked', ageDays: 60, editedDays: 3, off: true },
  { url: (random) => `https://erp.sari-sari-demo.ph/modulus?token=${hex(random, 32)}`, ageDays: 100 },
  { url: (random) => `https://${hex(random, 12)}.ngrok-free.app/webhook`, ageDays: 0.1 },
];

/** Beyond the templates an account is mostly stores that work, with a forgotten tunnel now and then. */
const further = (index: number): Template =>
  index % 8 === 0
    ? { url: (random) => `https://${hex(random, 12)}.ngrok-free.app/webhook`, ageDays: 20 + (index % 300) }
    : { url: () => `https://store-${index}.sari-sari-demo.ph/webhooks/modulus`, ageDays: 30 + (index % 600) };

export const modulusPopulation = ({ random, now, webhooks }: Setup): readonly SimulatedWebhook[] => {
  const start = now();
  return Array.from({ length: webhooks }, (_, index) => {
    const { url, ageDays, editedDays = ageDays, events = both, off = false } = templates[index] ?? further(index);
    const createdAt = iso(start - ageDays * dayMs - Math.floor(random() * hourMs));
    const updatedAt = editedDays === ageDays ? createdAt : iso(start - editedDays * dayMs);
    return { id: String(101 + index), url: url(random), events, enabled: !off, createdAt, updatedAt };
  });
};
