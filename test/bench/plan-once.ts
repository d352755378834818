import { findingsOf, nothingKnown, planAccount } from '../../lib/plan/plan.ts';
import { planScope } from '../../lib/plan/scope.ts';
import type { Webhook } from '../../lib/webhook.ts';
import { account, capabilities, now } from './population.ts';

/** Detect, guard and plan, down to the plan's id: all that lies between a provider's list and what a person reads. */
export const planOnce = (webhooks: readonly Webhook[]) => {
  const reading = { scope: 'bench', webhooks };
  const findings = findingsOf(account, capabilities, reading, nothingKnown, now);
  const items = planScope(account, capabilities, reading, findings, nothingKnown, now);
  const scopes = [{ scope: 'bench', status: 'complete', webhooks: webhooks.length }] as const;
  return planAccount(account, 'sha256:bench', scopes, items, false);
};
