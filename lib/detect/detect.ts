import type { RuleName, Rules } from '../policy/policy.ts';
import { keyOf } from '../webhook.ts';
import { disabled } from './disabled.ts';
import { duplicate } from './duplicate.ts';
import type { Finding, Findings, ScopeView } from './finding.ts';
import { type Population, populationOf, type Rule } from './population.ts';
import { retiredHost } from './retired-host.ts';
import { stale } from './stale.ts';
import { supersededSecret } from './superseded-secret.ts';
import { test } from './test.ts';
import { unresolvable } from './unresolvable.ts';

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

const rules: { readonly [Name in RuleName]: Rule<NonNullable<Rules[Name]>> } = {
  test,
  duplicate,
  stale,
  disabled,
  'retired-host': retiredHost,
  'superseded-secret': supersededSecret,
  unresolvable,
};
const ruleNames = Object.keys(rules) as RuleName[];

const run = <Name extends RuleName>(name: Name, population: Population): ReturnType<Rule<never>> => {
  const params = population.rules[name];
  return params ? rules[name](population, params) : [];
};

/** Ids that stand in the list more than once: a finding could not say which of them it means. */
const ambiguousIds = ({ webhooks }: Population): ReadonlySet<string> => {
  const seen = new Set<string>();
  return new Set(webhooks.map(keyOf).filter((key) => seen.size === seen.add(key).size));
};

const withdrawn = (finding: Finding): Finding => ({
  rule: finding.rule,
  confidence: finding.confidence,
  evidence: `${finding.evidence}; the id stands in the list more than once, so nothing is proposed`,
  proposes: false,
});

/** All rules that are on, over one scope's whole population with our own steps undone. Findings in the rules' order. */
export const detect = (view: ScopeView): Findings => {
  const population = populationOf(view);
  const ambiguous = ambiguousIds(population);
  const findings = new Map<string, Finding[]>();
  for (const name of ruleNames) {
    for (const [id, found] of run(name, population)) {
      const finding = ambiguous.has(id) ? withdrawn(found) : found;
      const known = findings.get(id);
      if (known) known.push(finding);
      else findings.set(id, [finding]);
    }
  }
  return findings;
};
