import { iso } from '../clock.ts';
import { hex } from './random.ts';
import type { Setup, SimulatedWebhook } from './simulation.ts';

export type Delivery = { at: string; code: number };

/** A simulated webhook of GitHub. What a stranger leaves out is as in a new one of the first repository. */
export type GithubHook = SimulatedWebhook & {
  /** `owner/repo`, or `orgs:owner`. */
  scope?: string;
  contentType?: 'json' | 'form';
  insecureSsl?: '0' | '1';
  signed?: boolean;
  /** Newest first. */
  deliveries?: readonly Delivery[];
};

export const owner = 'sari-sari-demo';
export const organisation = `orgs:${owner}`;

export type Repository = { id: number; name: string; archived: boolean };
export const checkout = 'checkout';
const archive = 'legacy-shop';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** What came of the deliveries: all well, all in vain, well until some days ago, none. */
type Health = 'well' | 'failing' | 'never' | { wellUntilDays: number };

type Template = {
  url: (random: () => number) => string;
  ageDays: number;
  editedDays?: number;
  scope?: string;
  events?: readonly string[];
  health?: Health;
  off?: true;
  form?: true;
  unsigned?: true;
};

const ci = () => 'https://ci.sari-sari-demo.ph/github-webhook/';
const deploy = () => 'https://deploy.sari-sari-demo.ph/hooks/github';
const tunnel = (random: () => number) => `https://${hex(random, 12)}.ngrok-free.app/webhook`;

/** One of each: what an organisation looks like after some years. Reserved names cannot stand for production ones here. */
const templates: readonly Template[] = [
  { url: ci, ageDays: 400, health: 'well' },
  { url: tunnel, ageDays: 45, health: 'failing' },
  { url: deploy, ageDays: 30, health: 'well', events: ['push', 'release'] },
  { url: deploy, ageDays: 620, health: 'failing', events: ['push'] },
  { url: (random) => `https://quick-${hex(random, 6)}.loca.lt/hook`, ageDays: 31, health: 'failing', unsigned: true },
  { url: () => 'https://chat.sari-sari-old.ph/github', ageDays: 700, health: 'failing', events: ['*'] },
  {
    url: () => 'https://bots.sari-sari-demo.ph/review',
    ageDays: 210,
    editedDays: 120,
    events: ['pull_request'],
    off: true,
  },
  { url: () => 'http://localhost:3000/webhooks', ageDays: 90, health: 'failing', scope: `${owner}/ledger`, form: true },
  {
    url: () => 'https://audit.sari-sari-demo.ph/org',
    ageDays: 500,
    health: 'well',
    scope: organisation,
    events: ['*'],
  },
  {
    url: (random) => `https://erp.sari-sari-demo.ph/github?token=${hex(random, 32)}`,
    ageDays: 100,
    health: { wellUntilDays: 20 },
    scope: `${owner}/ledger`,
  },
  { url: ci, ageDays: 900, health: 'never', scope: `${owner}/${archive}` },
  { url: tunnel, ageDays: 0.1, health: 'failing', scope: organisation },
];

const perRepository = 60;

/** Beyond the templates: more repositories, with a forgotten tunnel now and then. */
const further = (index: number): Template => ({
  scope: `${owner}/service-${Math.floor(index / perRepository)}`,
  ...(index % 8 === 0
    ? { url: tunnel, ageDays: 20 + (index % 300), health: 'failing' as const }
    : {
        url: () => `https://service-${index}.sari-sari-demo.ph/hooks`,
        ageDays: 30 + (index % 600),
        health: 'well' as const,
      }),
});

const deliveriesOf = (health: Health, start: number): readonly Delivery[] => {
  if (health === 'never') return [];
  return Array.from({ length: 40 }, (_, index) => {
    const at = start - index * 16 * hourMs - 11 * 60_000;
    const well = typeof health === 'string' ? health === 'well' : start - at > health.wellUntilDays * dayMs;
    return { at: iso(at), code: well ? 200 : 502 };
  });
};

export const githubPopulation = ({ random, now, webhooks }: Setup): readonly GithubHook[] => {
  const start = now();
  return Array.from({ length: webhooks }, (_, index): GithubHook => {
    const template = templates[index] ?? further(index);
    const { ageDays, editedDays = ageDays, health = 'never' } = template;
    const createdMs = start - ageDays * dayMs - Math.floor(random() * hourMs);
    const createdAt = iso(createdMs);
    return {
      id: String(410_000_101 + index),
      url: template.url(random),
      events: template.events ?? ['push'],
      enabled: !template.off,
      createdAt,
      updatedAt: editedDays === ageDays ? createdAt : iso(start - editedDays * dayMs),
      scope: template.scope ?? `${owner}/${checkout}`,
      contentType: template.form ? 'form' : 'json',
      insecureSsl: '0',
      signed: !template.unsigned,
      deliveries: deliveriesOf(health, start).filter(({ at }) => at > createdAt),
    };
  });
};

/** Every repository of the owner, with webhooks or without. */
export const repositoriesOf = (hooks: Iterable<GithubHook>): readonly Repository[] => {
  const used = [...hooks].flatMap(({ scope = '' }) =>
    scope.startsWith(`${owner}/`) ? [scope.slice(owner.length + 1)] : [],
  );
  const names = new Set([checkout, 'ledger', archive, 'website', ...used]);
  return [...names].sort().map((name, index) => ({ id: 8001 + index, name, archived: name === archive }));
};
