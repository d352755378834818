import { type CleanupRecord, recordRef } from '../audit/record.ts';
import { contentId } from '../canonical.ts';
import { iso, type Ms } from '../clock.ts';
import { detect, ruleVersions } from '../detect/detect.ts';
import type { Confidence, Detected, Finding, ScopeView, Sighting } from '../detect/finding.ts';
import { isoTime } from '../detect/iso-time.ts';
import type { Account, Policy, RuleName } from '../policy/policy.ts';
import type { Capabilities } from '../providers/contract.ts';
import { fingerprint, keyOf, type Webhook } from '../webhook.ts';
import { coverOf } from './cover.ts';
import { approvalReasons, type Candidate, draftOf, timingOf } from './draft.ts';
import { recordGuards, type Surroundings, secretsInUse, standingGuards } from './guards.ts';
import type { AccountPlan, ApprovalReason, Guard, Plan, PlanItem, ScopeStatus } from './item.ts';

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

/** Hash of the rules that are on, with their parameters and versions: what a veto and a failure are tied to. */
export const rulesId = (account: Account): string => {
  const versions = Object.fromEntries(
    (Object.keys(account.rules) as RuleName[]).map((name) => [name, ruleVersions[name]]),
  );
  return contentId({ rules: account.rules, versions });
};

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

const rank: Readonly<Record<Confidence, number>> = { high: 0, medium: 1, low: 2, security: 3 };

const certainty = (findings: readonly Finding[]): number =>
  findings.reduce((surest, { proposes, confidence }) => Math.min(surest, proposes ? rank[confidence] : 9), 9);

/** Surest first, then oldest, then by id: who goes first where not all may go. Places among the candidates. */
const byCertainty = (candidates: readonly Candidate[]): number[] => {
  const keys = candidates.map(([{ id, createdAt }, findings], at) => {
    const created = createdAt ?? '';
    return { at, id, created, createdMs: isoTime(created), surest: certainty(findings) };
  });
  const byAge = (a: (typeof keys)[number], b: (typeof keys)[number]) =>
    a.createdMs === null || b.createdMs === null ? a.created.localeCompare(b.created) : a.createdMs - b.createdMs;
  return keys.sort((a, b) => a.surest - b.surest || byAge(a, b) || (a.id < b.id ? -1 : 1)).map(({ at }) => at);
};

const guardsOf = (candidate: Candidate, around: Surroundings, knows: Knowledge, rules: string) => {
  const [webhook] = candidate;
  const { account, now } = around;
  const record = knows.records.get(keyOf(webhook));
  const standing = standingGuards(webhook, webhook.enabled, around, !account.keepLast);
  const guards: Guard[] = [...standing.guards];
  if (record) guards.push(...recordGuards(record, fingerprint(webhook), rules, now));
  if (knows.foreign.has(keyOf(webhook)))
    guards.push({ guard: 'foreign', detail: 'another account of the policy lists the same webhook' });
  if (knows.stopped) guards.push({ guard: 'stopped', detail: 'hooksweep is stopped; start it first' });
  return { guards, last: standing.last };
};

/**
 * Decides one scope: findings and guards to decisions. Pure; linear in the population but for the sort of its candidates.
 * Items that go are taken out of the cover one by one, so that a plan as a whole never takes the last one.
 */
export const planScope = (
  account: Account,
  capabilities: Capabilities,
  reading: Reading,
  findings: Detected,
  knows: Knowledge,
  now: Ms,
): PlanItem[] => {
  const rules = rulesId(account);
  const candidates = findings.places.map((at): Candidate => {
    const webhook = reading.webhooks[at] as Webhook;
    return [webhook, findings.get(keyOf(webhook)) ?? []];
  });
  const asked = candidates.map(([webhook]) => webhook);
  const cover = coverOf(reading.webhooks, knows.busy, asked);
  const around: Surroundings = { account, now, cover, secretsInUse: secretsInUse(reading.webhooks) };
  const timing = timingOf(account, capabilities, now);
  const items = candidates.map((candidate) =>
    draftOf(account, capabilities, reading.scope, candidate, timing(candidate[0])),
  );
  for (const at of byCertainty(candidates)) {
    const candidate = candidates[at] as Candidate;
    const item = items[at] as PlanItem;
    if (!item.findings.some(({ proposes }) => proposes)) continue;
    const { guards, last } = guardsOf(candidate, around, knows, rules);
    if (guards.length > 0) {
      items[at] = { ...item, decision: 'keep', guards, last };
      continue;
    }
    cover.remove(candidate[0]);
    const needsApproval = approvalReasons(account, capabilities, item, last);
    items[at] = { ...item, decision: 'propose', last, needsApproval };
  }
  return items;
};

/** What an approval agrees to: neither times nor prose, so that the same findings keep their id. */
const agreed = (item: PlanItem) => ({
  fingerprint: item.fingerprint,
  id: item.webhookId,
  kind: item.kind,
  last: item.last,
  rules: item.findings.filter(({ proposes }) => proposes).map(({ rule }) => rule),
  scope: item.scope,
  survivor: item.survivor?.webhookId ?? null,
  via: item.via,
});

/** What is approved of a plan, in an order that does not depend on the list. */
const agreedItems = (items: readonly PlanItem[]) =>
  items
    .filter(({ decision }) => decision === 'propose')
    .map((item) => ({ item, key: `${item.scope}\n${item.kind}\n${item.webhookId}` }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ item }) => agreed(item));

/** The id of one account's plan. */
export const accountPlanId = (account: Account, policyHash: string, items: readonly PlanItem[]): string =>
  contentId({
    account: account.name,
    provider: account.provider,
    environment: account.environment,
    policy: policyHash,
    rules: rulesId(account),
    items: agreedItems(items),
  });

/** More proposals than an unattended run may carry out; percent compared by multiplication, from ten webhooks up. */
export const isOverLimit = ({ limits: { perRun } }: Account, proposed: number, webhooks: number): boolean =>
  proposed > perRun.count || (webhooks >= 10 && proposed * 100 > perRun.percent * webhooks);

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
    items: items.map((item) =>
      item.decision === 'propose' ? { ...item, needsApproval: [...item.needsApproval, ...reasons] } : item,
    ),
  };
};

/** The id over several accounts' plans. */
export const topPlanId = (accounts: readonly Pick<AccountPlan, 'account' | 'planId'>[]): string =>
  contentId(accounts.map(({ account, planId }) => [account, planId]).toSorted());

export const planDigest = ({ digest: _, ...rest }: Plan): string => contentId(rest);

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
