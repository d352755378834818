import { type CleanupRecord, recordRef } from '../audit/record.ts';
import { contentId } from '../canonical.ts';
import { iso, type Ms } from '../clock.ts';
import { detect, ruleVersions } from '../detect/detect.ts';
import type { Confidence, Finding, Findings, ScopeView, Sighting } from '../detect/finding.ts';
import type { Account, Policy, RuleName } from '../policy/policy.ts';
import type { Capabilities } from '../providers/contract.ts';
import { redactName, redactUrl } from '../url.ts';
import { fingerprint, keyOf, type Webhook } from '../webhook.ts';
import { coverOf } from './cover.ts';
import { recordGuards, type Surroundings, secretsInUse, standingGuards } from './guards.ts';
import type { AccountPlan, ApprovalReason, Guard, Plan, PlanItem, ScopeStatus } from './item.ts';
import { isShortObservation, scheduleOf } from './schedule.ts';

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
): Findings => {
  const { rules, protect } = account;
  return detect({ ...reading, rules, protect, capabilities, now, sightings, ...ownSteps(records.values()) });
};

const rank: Readonly<Record<Confidence, number>> = { high: 0, medium: 1, low: 2, security: 3 };

/** Surest first, then oldest, then by id: who goes first where not all may go. */
const byCertainty = ([a, findingsA]: Candidate, [b, findingsB]: Candidate): number => {
  const surest = (findings: readonly Finding[]) =>
    Math.min(...findings.map(({ proposes, confidence }) => (proposes ? rank[confidence] : 9)));
  return (
    surest(findingsA) - surest(findingsB) ||
    (a.createdAt ?? '').localeCompare(b.createdAt ?? '') ||
    (a.id < b.id ? -1 : 1)
  );
};
type Candidate = readonly [Webhook, readonly Finding[]];

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

const approvalReasons = (account: Account, capabilities: Capabilities, item: PlanItem): ApprovalReason[] => {
  const reasons: [ApprovalReason, boolean][] = [
    ['mode', account.mode !== 'auto'],
    ['delete-only', !capabilities.disable.includes(item.kind)],
    ['short-observe', isShortObservation(account)],
    ['secret', item.findings.some(({ rule }) => rule === 'superseded-secret')],
    ['partly-restorable', item.restore.possible !== 'yes'],
    ['last', item.last && account.environment === 'production'],
  ];
  return reasons.filter(([, holds]) => holds).map(([reason]) => reason);
};

const restorability = (capabilities: Capabilities, urlRedacted: boolean): PlanItem['restore'] => ({
  possible: urlRedacted ? 'partly' : 'yes',
  lost: [...capabilities.lostOnRestore, ...(urlRedacted ? ['secret part of the url'] : [])],
});

const itemOf = (
  account: Account,
  capabilities: Capabilities,
  scope: string,
  [webhook, findings]: Candidate,
  now: Ms,
): PlanItem => {
  const schedule = scheduleOf(account, capabilities.disable.includes(webhook.kind), webhook.enabled);
  const url = webhook.url === null ? null : redactUrl(webhook.url);
  const at = (after: Ms | null) => (after === null ? null : iso(now + after));
  return {
    account: account.name,
    provider: account.provider,
    environment: account.environment,
    scope,
    webhookId: webhook.id,
    kind: webhook.kind,
    url,
    name: webhook.name === null ? null : redactName(webhook.name),
    events: webhook.events,
    enabled: webhook.enabled,
    createdAt: webhook.createdAt,
    signal: webhook.signal,
    action: 'delete',
    via: schedule.via,
    decision: 'report',
    findings,
    guards: [],
    survivor: findings.find(({ survivor }) => survivor)?.survivor ?? null,
    needsApproval: [],
    last: false,
    restore: restorability(capabilities, url !== webhook.url),
    earliest: { disable: at(schedule.disableAfter), delete: at(schedule.deleteAfter) },
    fingerprint: fingerprint(webhook),
  };
};

/**
 * Decides one scope: findings and guards to decisions. Pure; linear in the population but for the sort of its candidates.
 * Items that go are taken out of the cover one by one, so that a plan as a whole never takes the last one.
 */
export const planScope = (
  account: Account,
  capabilities: Capabilities,
  reading: Reading,
  findings: Findings,
  knows: Knowledge,
  now: Ms,
): PlanItem[] => {
  const rules = rulesId(account);
  const cover = coverOf(reading.webhooks, knows.busy);
  const around: Surroundings = { account, now, cover, secretsInUse: secretsInUse(reading.webhooks) };
  const byKey = new Map<string, PlanItem>();
  const candidates = reading.webhooks.flatMap((webhook): Candidate[] => {
    const found = findings.get(keyOf(webhook));
    return found ? [[webhook, found]] : [];
  });
  for (const candidate of candidates.toSorted(byCertainty)) {
    const [webhook, found] = candidate;
    const item = itemOf(account, capabilities, reading.scope, candidate, now);
    if (!found.some(({ proposes }) => proposes)) {
      byKey.set(keyOf(webhook), item);
      continue;
    }
    const { guards, last } = guardsOf(candidate, around, knows, rules);
    const decision = guards.length > 0 ? 'keep' : 'propose';
    const decided: PlanItem = { ...item, decision, guards, last };
    if (decision === 'propose') cover.remove(webhook);
    const needsApproval = decision === 'propose' ? approvalReasons(account, capabilities, decided) : [];
    byKey.set(keyOf(webhook), { ...decided, needsApproval });
  }
  return candidates.map(([webhook]) => byKey.get(keyOf(webhook)) as PlanItem);
};

/** What an approval agrees to: neither times nor prose, so that the same findings keep their id. */
const agreed = (item: PlanItem) => ({
  scope: item.scope,
  kind: item.kind,
  id: item.webhookId,
  fingerprint: item.fingerprint,
  via: item.via,
  rules: item.findings.filter(({ proposes }) => proposes).map(({ rule }) => rule),
  survivor: item.survivor?.webhookId ?? null,
  last: item.last,
});

/** The id of one account's plan. */
export const accountPlanId = (account: Account, policyHash: string, items: readonly PlanItem[]): string =>
  contentId({
    account: account.name,
    provider: account.provider,
    environment: account.environment,
    policy: policyHash,
    rules: rulesId(account),
    items: items
      .filter(({ decision }) => decision === 'propose')
      .map(agreed)
      .toSorted((a, b) => (`${a.scope}\n${a.kind}\n${a.id}` < `${b.scope}\n${b.kind}\n${b.id}` ? -1 : 1)),
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
