import { iso } from '../clock.ts';
import { hex } from './random.ts';
import type { Setup, SimulatedWebhook } from './simulation.ts';

export type HookEvent = { at: string; status: string };

/** A simulated webhook of GitLab. What a stranger leaves out is as in a new one of the first project. */
export type GitlabHook = SimulatedWebhook & {
  /** `projects:path` or `groups:path`. */
  scope?: string;
  name?: string;
  verifiesTls?: boolean;
  /** It failed of late, and waits until then. */
  waitsUntil?: string;
  branchFilter?: string;
  customHeaders?: readonly string[];
  urlVariables?: readonly string[];
  template?: string;
  /** Newest first. */
  deliveries?: readonly HookEvent[];
};

export const group = 'sari-sari-demo';
export const groupScope = `groups:${group}`;
export const firstScope = `projects:${group}/checkout`;

export type Project = { id: number; path: string; archived: boolean };
const archive = `${group}/legacy/shop`;
const ledger = `${group}/finance/ledger`;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

type Health = 'well' | 'failing' | 'idle';

type Template = Partial<Omit<GitlabHook, 'url' | 'deliveries'>> & {
  to: (random: () => number) => string;
  ageDays: number;
  health?: Health;
  off?: true;
};

const ci = () => 'https://ci.sari-sari-demo.ph/project/checkout';
const chat = () => 'https://chat.sari-sari-demo.ph/gitlab';
const tunnel = (random: () => number) => `https://${hex(random, 12)}.ngrok-free.app/webhook`;

/** One of each: what a group looks like after some years. Reserved names cannot stand for production ones here. */
const templates: readonly Template[] = [
  { to: ci, ageDays: 400, health: 'well', events: ['merge_requests_events', 'push_events'] },
  { to: tunnel, ageDays: 45, health: 'failing' },
  { to: ci, ageDays: 620, health: 'failing', events: ['push_events'] },
  {
    to: chat,
    ageDays: 30,
    name: 'chat',
    events: ['note_events'],
    branchFilter: 'main',
    template: '{"text":"{{object_kind}}"}',
  },
  { to: (random) => `https://quick-${hex(random, 6)}.loca.lt/hook`, ageDays: 31, verifiesTls: false, off: true },
  {
    to: () => 'https://bots.sari-sari-demo.ph/{token}/review',
    ageDays: 210,
    urlVariables: ['token'],
    customHeaders: ['Authorization'],
  },
  { to: () => 'http://localhost:3000/webhooks', ageDays: 90, health: 'failing', scope: `projects:${ledger}` },
  {
    to: (random) => `https://erp.sari-sari-demo.ph/gitlab?token=${hex(random, 32)}`,
    ageDays: 100,
    scope: `projects:${ledger}`,
  },
  { to: ci, ageDays: 900, scope: `projects:${archive}` },
  {
    to: () => 'https://audit.sari-sari-demo.ph/group',
    ageDays: 500,
    health: 'well',
    scope: groupScope,
    events: ['push_events', 'subgroup_events'],
  },
  { to: () => 'https://hooks.sari-sari-old.ph/group', ageDays: 700, off: true, scope: groupScope },
  { to: tunnel, ageDays: 0.1, health: 'failing', scope: groupScope },
];

const perProject = 60;

/** Beyond the templates: more projects, with a forgotten tunnel now and then. */
const further = (index: number): Template => ({
  scope: `projects:${group}/service-${Math.floor(index / perProject)}`,
  ...(index % 8 === 0
    ? { to: tunnel, ageDays: 20 + (index % 300), health: 'failing' as const }
    : {
        to: () => `https://service-${index}.sari-sari-demo.ph/hooks`,
        ageDays: 30 + (index % 600),
        health: 'well' as const,
      }),
});

/** Of the last seven days. */
const deliveriesOf = (health: Health, start: number): readonly HookEvent[] =>
  health === 'idle'
    ? []
    : Array.from({ length: 12 }, (_, index) => ({
        at: iso(start - index * 13 * hourMs - 7 * 60_000),
        status: health === 'well' ? '200' : index % 2 === 0 ? '502' : 'internal error',
      }));

export const gitlabPopulation = ({ random, now, webhooks }: Setup): readonly GitlabHook[] => {
  const start = now();
  return Array.from({ length: webhooks }, (_, index): GitlabHook => {
    const { to, ageDays, health = 'idle', off, ...rest } = templates[index] ?? further(index);
    const createdAt = iso(start - ageDays * dayMs - Math.floor(random() * hourMs));
    return {
      events: ['push_events'],
      scope: firstScope,
      ...rest,
      id: String(5_100_101 + index),
      url: to(random),
      enabled: !off,
      createdAt,
      updatedAt: createdAt,
      ...(health === 'failing' && { waitsUntil: iso(start + 6 * hourMs) }),
      deliveries: deliveriesOf(health, start).filter(({ at }) => at > createdAt),
    };
  });
};

/** Every project of the group and its subgroups, with webhooks or without. */
export const projectsOf = (hooks: Iterable<GitlabHook>): readonly Project[] => {
  const used = [...hooks].flatMap(({ scope = '' }) =>
    scope.startsWith('projects:') ? [scope.slice('projects:'.length)] : [],
  );
  const paths = new Set([firstScope.slice('projects:'.length), ledger, archive, `${group}/website`, ...used]);
  return [...paths].sort().map((path, index) => ({ id: 301 + index, path, archived: path === archive }));
};
