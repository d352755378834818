import { contentId } from '../canonical.ts';
import type { Finding } from '../detect/finding.ts';
import { ruleVersions } from '../detect/versions.ts';
import type { Account, RuleName } from '../policy/policy.ts';
import type { AccountPlan, Plan, PlanItem } from './item.ts';

/** Hash of the rules that are on, with their parameters and versions: what a veto and a failure are tied to. */
export const rulesId = (account: Account): string => {
  const versions = Object.fromEntries(
    (Object.keys(account.rules) as RuleName[]).map((name) => [name, ruleVersions[name]]),
  );
  return contentId({ rules: account.rules, versions });
};

const proposing = (findings: readonly Finding[]) => findings.filter(({ proposes }) => proposes).map(({ rule }) => rule);

/**
 * What an approval agrees to, as canonical text: neither times nor prose, so that the same findings keep their id. The members
 * stand in the order of their names.
 */
const agreed = (item: PlanItem): string =>
  JSON.stringify({
    fingerprint: item.fingerprint,
    id: item.webhookId,
    kind: item.kind,
    last: item.last,
    rules: proposing(item.findings),
    scope: item.scope,
    survivor: item.survivor?.webhookId ?? null,
    via: item.via,
  });

const keyOf = (item: PlanItem): string => `${item.scope}\n${item.kind}\n${item.webhookId}`;

/** As their keys compare, which nearly all differ in the id alone. */
const inOrder = (a: PlanItem, b: PlanItem): number => {
  const alike = a.scope === b.scope && a.kind === b.kind;
  return (alike ? a.webhookId < b.webhookId : keyOf(a) < keyOf(b)) ? -1 : 1;
};

/** What is approved of a plan, in an order that does not depend on the list. */
function* agreedItems(items: readonly PlanItem[]): Iterable<string> {
  for (const item of items.filter(({ decision }) => decision === 'propose').sort(inOrder)) yield agreed(item);
}

/** The id of one account's plan. */
export const accountPlanId = (account: Account, policyHash: string, all: readonly PlanItem[]): string => {
  const items = agreedItems(all);
  const { name, provider, environment } = account;
  const rules = rulesId(account);
  return contentId({ account: name, provider, environment, policy: policyHash, rules, items }, items);
};

/** The id over several accounts' plans. */
export const topPlanId = (accounts: readonly Pick<AccountPlan, 'account' | 'planId'>[]): string =>
  contentId(accounts.map(({ account, planId }) => [account, planId]).toSorted());

export const planDigest = ({ digest: _, ...rest }: Plan): string => contentId(rest);
