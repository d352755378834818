import { detect } from '../../lib/detect/detect.ts';
import type { Finding, ScopeView } from '../../lib/detect/finding.ts';
import type { Capabilities } from '../../lib/providers/contract.ts';
import type { Webhook } from '../../lib/webhook.ts';

export const now = Date.parse('2026-06-01T00:00:00Z');
export const dayMs = 86_400_000;
/** The time that many days before `now`. */
export const ago = (days: number): string => new Date(now - days * dayMs).toISOString();

export const capabilities: Capabilities = {
  kinds: ['endpoint'],
  disable: ['endpoint'],
  signals: false,
  editStamp: true,
  ownSecret: false,
  parkedUrls: false,
  selfHosted: false,
  lostOnRestore: ['id'],
  lateDeliveryMs: 0,
  experimental: null,
};

/** An enabled endpoint at a production-looking host, a year old. */
export const webhook = (id: string, changes: Partial<Webhook> = {}): Webhook => ({
  id,
  kind: 'endpoint',
  url: `https://hooks.shop-${id}.dev/in`,
  name: null,
  events: ['paid'],
  enabled: true,
  createdAt: ago(365),
  updatedAt: null,
  signal: null,
  settings: {},
  secretId: null,
  ...changes,
});

export const secret = (id: string, days: number, changes: Partial<Webhook> = {}): Webhook =>
  webhook(id, { kind: 'signing-secret', url: null, events: [], createdAt: ago(days), ...changes });

export type Changes = Partial<Omit<ScopeView, 'capabilities'>> & { capabilities?: Partial<Capabilities> };

export const view = (webhooks: readonly Webhook[], rules: ScopeView['rules'], changes: Changes = {}): ScopeView => ({
  scope: 'sandbox',
  webhooks,
  rules,
  protect: [],
  now,
  sightings: new Map(),
  offByUs: new Set(),
  ...changes,
  capabilities: { ...capabilities, ...changes.capabilities },
});

/** Each finding by id, in a form that does not depend on the order of the population. */
export const findingsOf = (...given: Parameters<typeof view>): Record<string, readonly Finding[]> =>
  Object.fromEntries(
    [...detect(view(...given))]
      .map(([key, found]) => [key.replace('signing-secret ', ''), found] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** Ids with at least one finding that proposes, in order. */
export const proposed = (...given: Parameters<typeof view>): string[] =>
  Object.entries(findingsOf(...given))
    .filter(([, findings]) => findings.some(({ proposes }) => proposes))
    .map(([id]) => id);
