import type { Clock } from '../../lib/clock.ts';
import type { Rules } from '../../lib/policy/policy.ts';
import { githubWith } from '../../lib/providers/github.ts';
import type { Backup } from '../../lib/webhook.ts';
import { answer } from './modulus-account.ts';
import { type Canned, cannedAccount } from './simulated-account.ts';

export const now = Date.UTC(2026, 0, 10, 12);
export const clock: Clock = { now: () => now, sleep: async () => {} };
export const token = 'ghp_4711SecretOfTheTests';
export const scope = 'octo/shop';

/** As "List repository webhooks" documents one. */
export const row = {
  type: 'Repository',
  id: 12345678,
  name: 'web',
  active: true,
  events: ['push', 'pull_request'],
  config: { content_type: 'json', insecure_ssl: '0', url: 'https://example.com/webhook', secret: '********' },
  updated_at: '2019-06-03T00:57:16Z',
  created_at: '2019-06-03T00:57:16Z',
  url: 'https://api.github.com/repos/octo/shop/hooks/12345678',
  test_url: 'https://api.github.com/repos/octo/shop/hooks/12345678/test',
  last_response: { code: null, status: 'unused', message: null },
};

type Given = { rules?: Rules; options?: Parameters<typeof cannedAccount>[1]['options']; baseUrl?: string };

export const canned = (answers: Canned, { rules = {}, options, baseUrl = 'https://api.github.com' }: Given = {}) =>
  cannedAccount(
    githubWith(clock),
    { baseUrl, rules, options: options ?? { owner: 'octo', repos: ['shop'], orgHooks: true } },
    { token },
    answers,
  );

export const list = (json: unknown, headers: Record<string, string> = {}, status = 200) =>
  canned([answer(status, json, headers)]).provider.list(scope);

export const backup: Backup = {
  id: '12345678',
  kind: 'endpoint',
  url: 'https://example.com/webhook',
  name: null,
  events: ['pull_request', 'push'],
  enabled: false,
  settings: { contentType: 'json', verifiesTls: true, signed: true },
  secretId: null,
  createdAt: null,
  fingerprint: 'f1:0:off',
  urlRedacted: false,
};
