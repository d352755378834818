import type { RuleName } from '../policy/policy.ts';
import { isHttp, parseUrl } from '../url.ts';
import { keyOf, type Webhook } from '../webhook.ts';
import { disabled } from './disabled.ts';
import { duplicate } from './duplicate.ts';
import type { Detected, Finding, ScopeView } from './finding.ts';
import { markOf, mayBeAmong } from './marks.ts';
import { type Population, populationOf } from './population.ts';
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

/** The rules that are on, made ready: those that look at one webhook at a time, and those that compare them all. */
const rulesOn = (population: Population) => {
  const { rules } = population;
  const on = <Params, Made>(
    params: Params | undefined,
    rule: (population: Population, params: Params) => Made,
  ): Made[] => (params === undefined ? [] : [rule(population, params)]);
  const ones = [
    ...on(rules.test, test),
    ...on(rules.stale, stale),
    ...on(rules.disabled, disabled),
    ...on(rules['retired-host'], retiredHost),
    ...on(rules.unresolvable, unresolvable),
  ];
  const alls = [...on(rules.duplicate, duplicate), ...on(rules['superseded-secret'], supersededSecret)];
  return { ones, alls };
};
const ruleNames = Object.keys(ruleVersions) as RuleName[];

const withdrawn = (finding: Finding): Finding => ({
  rule: finding.rule,
  confidence: finding.confidence,
  evidence: `${finding.evidence}; the id stands in the list more than once, so nothing is proposed`,
  proposes: false,
});

/** Where those stand that have findings, told by the marks of their keys. */
const placesOf = (
  webhooks: readonly Webhook[],
  marks: Int32Array,
  findings: ReadonlyMap<string, unknown>,
): number[] => {
  const mayBeFound = mayBeAmong(findings.keys(), findings.size);
  const places: number[] = [];
  for (let at = 0; at < marks.length; at++)
    if (mayBeFound(marks[at] ?? 0) && findings.has(keyOf(webhooks[at] as Webhook))) places.push(at);
  return places;
};

/** Ids that stand in the list more than once are withdrawn: a finding could not say which of them it means. */
const withdrawAmbiguous = (keys: readonly string[], findings: Map<string, Finding[]>): void => {
  const seen = new Set<string>();
  const ambiguous = new Set(keys.filter((key) => seen.size === seen.add(key).size));
  for (const key of ambiguous) findings.set(key, (findings.get(key) ?? []).map(withdrawn));
};

const inOrder = (a: Finding, b: Finding): number => ruleNames.indexOf(a.rule) - ruleNames.indexOf(b.rule);

/** All rules that are on, over one scope's whole population with our own steps undone. Findings in the rules' order. */
export const detect = (view: ScopeView): Detected => {
  const population = populationOf(view);
  const { webhooks, marks } = population;
  const keyMarks = new Int32Array(webhooks.length);
  const { ones, alls } = rulesOn(population);
  const findings = new Map<string, Finding[]>();
  const add = (key: string, finding: Finding) => {
    const known = findings.get(key);
    if (known) known.push(finding);
    else findings.set(key, [finding]);
  };
  for (let at = 0; at < webhooks.length; at++) {
    const webhook = webhooks[at] as Webhook;
    const key = keyOf(webhook);
    keyMarks[at] = markOf(key);
    const url = webhook.kind === 'endpoint' && webhook.url !== null ? parseUrl(webhook.url) : null;
    if (url !== null && isHttp(url)) marks[at] = url.mark || 1;
    for (const judge of ones) {
      const finding = judge(webhook, url);
      if (finding) add(key, finding);
    }
  }
  for (const found of alls) for (const [key, finding] of found) add(key, finding);
  for (const found of findings.values()) if (found.length > 1) found.sort(inOrder);
  const places = placesOf(webhooks, keyMarks, findings);
  const keys = places.map((at) => keyOf(webhooks[at] as Webhook));
  if (places.length !== findings.size) withdrawAmbiguous(keys, findings);
  return Object.assign(findings, { places, found: keys.map((key) => findings.get(key) ?? []) });
};
