import type { RuleName } from '../policy/policy.ts';

/** Raised whenever a rule would say something else of the same population; part of the plan's hash. */
export const ruleVersions: Readonly<Record<RuleName, number>> = {
  test: 1,
  duplicate: 1,
  stale: 1,
  disabled: 1,
  'retired-host': 1,
  'superseded-secret': 1,
  unresolvable: 1,
};
