import { contentId } from '../../lib/canonical.ts';
import type { AccountPlan, Plan, PlanItem } from '../../lib/plan/item.ts';

/** One item of a plan: a test tunnel that would be switched off and deleted. */
export const item = (id: string, patch: Partial<PlanItem> = {}): PlanItem => ({
  account: 'shop',
  provider: 'modulus',
  environment: 'sandbox',
  scope: 'shop',
  webhookId: id,
  kind: 'endpoint',
  url: `https://quick-${id}.loca.lt/hook`,
  name: null,
  events: ['QRPH_SUCCESS'],
  enabled: true,
  createdAt: '2026-01-01T00:00:00.000Z',
  signal: null,
  action: 'delete',
  via: ['disable', 'delete'],
  decision: 'propose',
  findings: [{ rule: 'test', confidence: 'high', evidence: 'host ends in loca.lt', proposes: true }],
  guards: [],
  survivor: null,
  needsApproval: ['mode'],
  last: false,
  restore: { possible: 'yes', lost: ['id'] },
  earliest: { disable: '2026-06-02T12:00:00.000Z', delete: '2026-06-03T12:00:00.000Z' },
  fingerprint: `f1:${'0'.repeat(32)}:on`,
  ...patch,
});

export const accountPlan = (account = 'shop', patch: Partial<AccountPlan> = {}): AccountPlan => ({
  account,
  provider: 'modulus',
  environment: 'sandbox',
  status: 'complete',
  planId: contentId(account),
  scopes: [{ scope: account, status: 'complete', webhooks: 3 }],
  webhooks: 3,
  ...patch,
});

export const plan = (items: readonly PlanItem[], patch: Partial<Plan> = {}): Plan => {
  const count = (decision: PlanItem['decision']) => items.filter((one) => one.decision === decision).length;
  return {
    version: 1,
    planId: contentId('plan'),
    createdAt: '2026-06-01T12:00:00.000Z',
    policy: contentId('policy'),
    accounts: [accountPlan()],
    items,
    summary: {
      webhooks: items.length + 4,
      proposed: count('propose'),
      kept: count('keep'),
      reported: count('report'),
    },
    warnings: [],
    digest: '',
    ...patch,
  };
};

/** One of each decision, in three accounts. */
export const mixed: readonly PlanItem[] = [
  item('1'),
  item('2', {
    account: 'erp',
    url: 'https://erp.example.com/hook',
    findings: [
      {
        rule: 'duplicate',
        confidence: 'high',
        evidence: 'same URL as webhook 9',
        proposes: true,
        survivor: { webhookId: '9', reason: 'the newest' },
      },
    ],
    survivor: { webhookId: '9', reason: 'the newest' },
  }),
  item('3', { decision: 'keep', guards: [{ guard: 'protected', detail: 'protected by the policy: checkout' }] }),
  item('4', {
    account: 'till',
    decision: 'report',
    findings: [{ rule: 'stale', confidence: 'low', evidence: 'no delivery is known', proposes: false }],
  }),
];
