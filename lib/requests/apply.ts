import * as v from 'valibot';
import { CommandError, exit } from '../failure.ts';
import { approve } from '../jobs/decide.ts';
import { type PlanHeader, plansOf, storeGroup, storePlan } from '../jobs/plans.ts';
import type { Ports } from '../jobs/ports.ts';
import type { Plan } from '../plan/item.ts';
import { refuseStopped, wantYes } from './consent.ts';
import { type AccountProposals, planSchema, proposalsOf } from './proposals.ts';
import { flag, request, words } from './request.ts';

export type Applied = {
  account: string;
  planId: string;
  items: number;
  taken: number;
  /** An earlier approval of the same plan had taken it. */
  before: boolean;
  dropped: PlanHeader['dropped'];
  /** Why none of it was taken. */
  refused?: string;
};

const isApproved = (header: PlanHeader | undefined): header is PlanHeader =>
  header?.status === 'approved' || header?.status === 'opened';

const resultOf = ({ account, planId, items, dropped }: PlanHeader, before: boolean): Applied => ({
  account,
  planId,
  items,
  taken: items - dropped.length,
  before,
  dropped,
});

/** Stores what one account's plan proposes and agrees to it. A plan that was agreed to before stays as it is. */
const applyOne = async (
  ports: Ports,
  { account, planId, items }: AccountProposals,
  createdAt: number,
  reason: string,
): Promise<Applied> => {
  const [there] = await plansOf(ports, planId);
  if (isApproved(there)) return resultOf(there, true);
  await storePlan(ports, { planId, account, policy: ports.policy.hash, createdAt }, items);
  const { results, plans } = await approve(ports, planId, reason);
  const [header] = plans;
  if (header) return resultOf(header, false);
  const refused = results[0]?.detail ?? 'nobody said why';
  return { account, planId, items: items.length, taken: 0, before: false, dropped: [], refused };
};

const schema = v.strictObject({
  /** As `hooksweep scan --out` wrote it. */
  plan: planSchema,
  /** What messages call it. */
  file: v.optional(words, 'the plan'),
  reason: words,
  yes: flag,
});

/** Agrees to exactly what a reviewed plan proposes. */
export const apply = request(schema, async (ports, { plan: given, file, reason, yes }) => {
  const plan = given as unknown as Plan;
  const parts = proposalsOf(plan, file, ports.policy, ports.clock.now());
  const accounts = parts.map(({ account }) => account);
  await refuseStopped(ports, accounts);
  const onProduction = parts.flatMap(({ items }) => items.filter(({ environment }) => environment === 'production'));
  wantYes(ports.policy, accounts, `${onProduction.length} webhooks go`, yes);
  const planIds = parts.map(({ planId }) => planId);
  if (parts.length > 1) await storeGroup(ports, plan.planId, planIds);
  const applied: Applied[] = [];
  for (const part of parts) applied.push(await applyOne(ports, part, Date.parse(plan.createdAt), reason));
  const [first] = applied;
  if (first?.refused && applied.every(({ refused }) => refused)) {
    const message = `nothing of ${file} was taken: ${first.refused}`;
    const hint = 'scan again, and review the new plan';
    throw new CommandError({ code: 'refused', message, file, hint }, exit.refused);
  }
  return { planId: plan.planId, accounts: applied };
});
