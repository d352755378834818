import { describe, expect, it } from 'vitest';
import { detect } from '../../lib/detect/detect.ts';
import { github } from '../../lib/providers/github.ts';
import type { Webhook } from '../../lib/webhook.ts';
import { accountOf } from '../providers/simulated-account.ts';

const now = Date.UTC(2026, 0, 10);
const at = (days: number) => new Date(now - days * 86_400_000).toISOString();
const account = accountOf('github', { baseUrl: 'https://api.github.com', options: { owner: 'octo' } });
const known = github.open(account, { token: 'x' }, { call: () => Promise.reject(new Error('no call')) }).capabilities;

const webhook = (createdDays: number, lastSuccess: string | null): Webhook => ({
  id: '1',
  kind: 'endpoint',
  url: 'https://hooks.sari-sari-demo.ph/a',
  name: null,
  events: ['push'],
  enabled: true,
  createdAt: at(createdDays),
  updatedAt: null,
  signal: { lastSuccess, lastAttempt: at(1), failing: true },
  settings: {},
  secretId: null,
});

const finding = (hook: Webhook, sighting: { firstSeen: string; lastSuccess?: string } | null, memory = true) => {
  const { signalMemoryMs: _, ...forEver } = known;
  const view = {
    scope: 'octo/shop',
    webhooks: [hook],
    rules: { stale: { afterMs: 90 * 86_400_000 } },
    protect: [],
    capabilities: memory ? known : forEver,
    now,
    sightings: new Map(sighting ? [['1', sighting]] : []),
    offByUs: new Set<string>(),
  };
  return detect(view).get('1')?.[0] ?? null;
};

describe('a provider that forgets deliveries', () => {
  it.each([
    ['was never scanned', webhook(700, null), null, false],
    ['was first seen 80 days ago', webhook(700, null), { firstSeen: at(80) }, false],
    ['was first seen 100 days ago', webhook(700, null), { firstSeen: at(100) }, true],
    [
      'was first seen 100 days ago and seen to succeed since',
      webhook(700, null),
      { firstSeen: at(100), lastSuccess: at(50) },
      false,
    ],
    ['is younger than the rule asks for', webhook(60, null), { firstSeen: at(60) }, false],
  ])('proposes a failing webhook that %s: see the last column', (_name, hook, sighting, proposes) => {
    expect(finding(hook, sighting)?.proposes ?? false).toBe(proposes);
  });

  it('says from when on no success is known', () => {
    expect(finding(webhook(700, null), { firstSeen: at(100) })?.evidence).toMatch(/^no success known since 2025-10-02/);
  });

  it('differs from one that remembers for ever, whose silence counts from the creation', () => {
    expect(finding(webhook(700, null), null, false)).toMatchObject({
      proposes: true,
      evidence: expect.stringMatching(/^no success since it was created/),
    });
  });
});
