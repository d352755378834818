import * as v from 'valibot';
import { iso, type Ms } from '../clock.ts';
import { CommandError, exit } from '../failure.ts';
import { limits } from '../limits.ts';
import { accountPlanId, planDigest, topPlanId } from '../plan/ids.ts';
import type { Plan, PlanItem } from '../plan/item.ts';
import type { Policy } from '../policy/policy.ts';

const text = v.string();
const rows = <S extends v.GenericSchema>(row: S) => v.array(row);
const id = v.pipe(text, v.minLength(1), v.maxLength(limits.idCharactersMax));

/** What is acted on is checked; the rest of an item is only shown, and the digest covers all of it. */
const itemSchema = v.looseObject({
  account: text,
  provider: text,
  environment: v.picklist(['sandbox', 'production']),
  scope: id,
  webhookId: id,
  kind: v.picklist(['endpoint', 'signing-secret']),
  url: v.nullable(text),
  name: v.nullable(text),
  enabled: v.boolean(),
  via: rows(v.picklist(['disable', 'delete'])),
  decision: v.picklist(['propose', 'keep', 'report']),
  findings: rows(v.looseObject({ rule: text, confidence: text, evidence: text, proposes: v.boolean() })),
  survivor: v.nullable(v.looseObject({ webhookId: text, reason: text })),
  last: v.boolean(),
  fingerprint: v.pipe(text, v.regex(/^f1:[0-9a-f]{32}:(?:on|off)$/)),
});

export const planSchema = v.looseObject({
  version: v.literal(1),
  planId: text,
  createdAt: v.pipe(text, v.isoTimestamp()),
  policy: text,
  accounts: rows(v.looseObject({ account: text, planId: text })),
  items: rows(itemSchema),
  digest: text,
});

export const scanAgain = 'write a new one: hooksweep scan --out plan.json';

const refused = (code: string, file: string, message: string) =>
  new CommandError({ code, message: `${file}: ${message}`, file, hint: scanAgain }, exit.refused);

/** What a plan proposes at each account, as it is agreed to. */
export type AccountProposals = { account: string; planId: string; items: readonly PlanItem[] };

/**
 * Checks that this is what was reviewed, under today's policy, and still young.
 *
 * @throws CommandError exit 4: altered, another policy, lapsed
 */
export const proposalsOf = (plan: Plan, file: string, policy: Policy, now: Ms): AccountProposals[] => {
  const altered = (where: string) => refused('altered', file, `altered since it was made: ${where}`);
  if (planDigest(plan) !== plan.digest) throw altered('its digest does not fit');
  if (plan.policy !== policy.hash)
    throw refused('policy-changed', file, 'made under another policy than the one in force now');
  const lapsesAt = Date.parse(plan.createdAt) + limits.planLapseMs;
  if (lapsesAt <= now) throw refused('lapsed', file, `lapsed on ${iso(lapsesAt)}, and webhooks change`);
  if (topPlanId(plan.accounts) !== plan.planId) throw altered('planId does not fit its accounts');
  const parts = plan.accounts.map(({ account: name, planId }) => {
    const account = policy.accounts.find((candidate) => candidate.name === name);
    const items = plan.items.filter((item) => item.account === name);
    if (!account || accountPlanId(account, policy.hash, items) !== planId) throw altered(`the items of ${name}`);
    const strange = items.find(
      (item) => item.environment !== account.environment || item.provider !== account.provider,
    );
    if (strange) throw altered(`the webhook ${strange.webhookId} of ${name}`);
    return { account: name, planId, items: items.filter(({ decision }) => decision === 'propose') };
  });
  const named = new Set(plan.accounts.map(({ account }) => account));
  const stray = plan.items.find(({ account }) => !named.has(account));
  if (stray || named.size < plan.accounts.length) throw altered('its accounts do not fit its items');
  return parts.filter(({ items }) => items.length > 0);
};
