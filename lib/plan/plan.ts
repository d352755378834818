import { type CleanupRecord, recordRef } from '../audit/record.ts';
import { iso, type Ms } from '../clock.ts';
import { detect } from '../detect/detect.ts';
import type { Detected, ScopeView, Sighting } from '../detect/finding.ts';
import type { Account, Policy } from '../policy/policy.ts';
import type { Capabilities } from '../providers/contract.ts';
import type { Webhook } from '../webhook.ts';
import { accountPlanId, planDigest, topPlanId } from './ids.ts';
import type { AccountPlan, ApprovalReason, Plan, PlanItem, ScopeStatus } from './item.ts';

/** What we know of a scope besides the provider's list; all of it empty without a store. */
export type Knowledge = {
  sightings: ReadonlyMap<string, Sighting>;
  /** Records by `keyOf`: those of candidates and every open one. */
  records: ReadonlyMap<string, CleanupRecord>;
  /** Ids that other workers hold; they count as switched off. */
  busy: ReadonlySet<string>;
  /** Ids that another account lists too. */
  foreign: ReadonlySet<string>;
  stopped: boolean;
};
export const nothingKnown: Knowledge = {
  sightings: new Map(),
  records: new Map(),
  busy: new Set(),
  foreign: new Set(),
  stopped: false,
};

/** One scope's complete reading. */
export type Reading = { scope: string; webhooks: readonly Webhook[] };

/** What these records say of our own steps, as the rules need it to undo them. */
export const ownSteps = (records: Iterable<CleanupRecord>): Pick<ScopeView, 'offByUs' | 'quietUntil'> => {
  const off = [...records].filter((record) => record.offByUs);
  const quiet = off.flatMap((record) =>
    record.quietUntil === undefined ? [] : [[recordRef(record), record.quietUntil] as const],
  );
  return { offByUs: new Set(off.map(recordRef)), quietUntil: new Map(quiet) };
};

/** The findings of a scope, with our own steps undone. */
export const findingsOf = (
  account: Account,
  capabilities: Capabilities,
  reading: Reading,
  { sightings, records }: Pick<Knowledge, 'sightings' | 'records'>,
  now: Ms,
): Detected => {
  const { rules, protect } = account;
  return detect({ ...reading, rules, protect, capabilities, now, sightings, ...ownSteps(records.values()) });
};

/** More proposals than an unattended run may carry out; percent compared by multiplication, from ten webhooks up. */
export const isOverLimit = ({ limits: { perRun } }: Account, proposed: number, webhooks: number): boolean =>
  proposed > perRun.count || (webhooks >= 10 && proposed * 100 > perRun.percent * webhooks);

/** Lets what is proposed wait for these reasons too. Nearly all items share a few lists of reasons. */
const waitingFor = (reasons: readonly ApprovalReason[]): ((item: PlanItem) => PlanItem) => {
  const all = new Map<PlanItem['needsApproval'], PlanItem['needsApproval']>();
  return (item) => {
    if (item.decision !== 'propose') return item;
    const needsApproval = all.get(item.needsApproval) ?? [...item.needsApproval, ...reasons];
    all.set(item.needsApproval, needsApproval);
    return { ...item, needsApproval };
  };
};

/** One account's part of a plan: its scopes' items with what holds for the account as a whole. */
export const planAccount = (
  account: Account,
  policyHash: string,
  scopes: readonly ScopeStatus[],
  items: readonly PlanItem[],
  firstScan: boolean,
): { plan: AccountPlan; items: PlanItem[] } => {
  const webhooks = scopes.reduce((sum, scope) => sum + scope.webhooks, 0);
  const proposed = items.filter(({ decision }) => decision === 'propose').length;
  const reasons: ApprovalReason[] = [
    ...(firstScan ? (['first-scan'] as const) : []),
    ...(isOverLimit(account, proposed, webhooks) ? (['over-limit'] as const) : []),
  ];
  const bad = scopes.filter(({ status }) => status !== 'complete');
  const status =
    bad.length === 0 ? 'complete' : bad.length < scopes.length ? 'incomplete' : (bad[0]?.status ?? 'error');
  return {
    plan: {
      account: account.name,
      provider: account.provider,
      environment: account.environment,
      status,
      planId: accountPlanId(account, policyHash, items),
      scopes,
      webhooks,
      ...(bad[0]?.error && { error: bad[0].error }),
    },
    items: reasons.length === 0 ? [...items] : items.map(waitingFor(reasons)),
  };
};

/** Puts accounts together to the document that `scan` prints. */
export const planDocument = (
  policy: Policy,
  parts: readonly { plan: AccountPlan; items: readonly PlanItem[] }[],
  now: Ms,
  warnings: readonly string[],
): Plan => {
  const accounts = parts.map(({ plan }) => plan);
  const items = parts.flatMap((part) => part.items);
  const count = (decision: PlanItem['decision']) => items.filter((item) => item.decision === decision).length;
  const plan: Plan = {
    version: 1,
    planId: topPlanId(accounts),
    createdAt: iso(now),
    policy: policy.hash,
    accounts,
    items,
    summary: {
      webhooks: accounts.reduce((sum, account) => sum + account.webhooks, 0),
      proposed: count('propose'),
      kept: count('keep'),
      reported: count('report'),
    },
    warnings,
    digest: '',
  };
  return { ...plan, digest: planDigest(plan) };
};
