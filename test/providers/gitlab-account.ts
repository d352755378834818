import type { Rules } from '../../lib/policy/policy.ts';
import { gitlabWith } from '../../lib/providers/gitlab.ts';
import type { Backup } from '../../lib/webhook.ts';
import { clock } from './github-account.ts';
import { answer } from './modulus-account.ts';
import { type Canned, cannedAccount } from './simulated-account.ts';

export const token = 'glpat-4711SecretOfTests';
export const scope = 'projects:group/app';
export const hooksUrl = 'https://gitlab.com/api/v4/projects/group%2Fapp/hooks';

/** As "Get a project webhook" documents one. */
export const row = {
  id: 1,
  url: 'https://example.com/hook',
  name: 'Hook name',
  description: 'Hook description',
  project_id: 3,
  push_events: true,
  push_events_branch_filter: '',
  issues_events: true,
  confidential_issues_events: false,
  merge_requests_events: true,
  repository_update_events: false,
  enable_ssl_verification: true,
  alert_status: 'executable',
  disabled_until: null,
  url_variables: [],
  created_at: '2012-10-12T17:04:47Z',
  resource_access_token_events: true,
  custom_webhook_template: '{"event":"{{object_kind}}"}',
  custom_headers: [{ key: 'Authorization' }],
};

type Given = { rules?: Rules; options?: Parameters<typeof cannedAccount>[1]['options']; baseUrl?: string };

export const canned = (answers: Canned, { rules = {}, options, baseUrl = 'https://gitlab.com' }: Given = {}) =>
  cannedAccount(
    gitlabWith(clock),
    { baseUrl, rules, options: options ?? { projects: ['group/app'] } },
    { token },
    answers,
  );

export const list = (json: unknown, headers: Record<string, string> = {}, status = 200) =>
  canned([answer(status, json, headers)]).provider.list(scope);

export const backup: Backup = {
  id: '1',
  kind: 'endpoint',
  url: 'https://example.com/hook',
  name: 'Hook name',
  events: ['issues_events', 'merge_requests_events'],
  enabled: true,
  settings: {
    verifiesTls: false,
    branchFilter: 'main',
    branchFilterStrategy: 'wildcard',
    customHeaders: ['Authorization'],
    urlVariables: [],
    template: 'abc',
  },
  secretId: null,
  createdAt: null,
  fingerprint: 'f1:0:on',
  urlRedacted: false,
};
