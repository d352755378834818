import type { RuleName } from '../policy/policy.ts';
import { isHttp, parseUrl } from '../url.ts';
import { glanceAt, markOf as markOfHref, newGlance } from '../url-plain.ts';
import { keyOf, type Webhook } from '../webhook.ts';
import { disabled } from './disabled.ts';
import { duplicate } from './duplicate.ts';
import type { Detected, Finding, ScopeView } from './finding.ts';
import { markOf, mayBeAmong } from './marks.ts';
import { type HostJudge, type Population, populationOf } from './population.ts';
import { retiredHost } from './retired-host.ts';
import { stale } from './stale.ts';
import { supersededSecret } from './superseded-secret.ts';
import { tailsOf } from './tails.ts';
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
  const hosts = [...on(rules.test, test), ...on(rules['retired-host'], retiredHost)];
  const ones = [...on(rules.stale, stale), ...on(rules.disabled, disabled), ...on(rules.unresolvable, unresolvable)];
  const alls = [...on(rules.duplicate, duplicate), ...on(rules['superseded-secret'], supersededSecret)];
  return { hosts, ones, alls };
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

type Add = (webhook: Webhook, finding: Finding | null) => void;

/** Looks at the URLs of endpoints: their marks, and what the rules about hosts say of the few that may concern them. */
const lookerAt = (hosts: readonly HostJudge[], marks: Int32Array, add: Add) => {
  const mayConcern = tailsOf(hosts.flatMap(({ names }) => names));
  const glance = newGlance();
  return (webhook: Webhook, raw: string, at: number): void => {
    const sure = glanceAt(raw, glance);
    if (sure) marks[at] = glance.mark || 1;
    if (sure && !mayConcern(glance)) return;
    const url = parseUrl(raw);
    if (url !== null && isHttp(url)) marks[at] = markOfHref(url.href) || 1;
    for (const { judge } of hosts) add(webhook, judge(webhook, url));
  };
};

/** All rules that are on, over one scope's whole population with our own steps undone. Findings in the rules' order. */
export const detect = (view: ScopeView): Detected => {
  const population = populationOf(view);
  const { webhooks, marks } = population;
  const keyMarks = new Int32Array(webhooks.length);
  const { hosts, ones, alls } = rulesOn(population);
  const findings = new Map<string, Finding[]>();
  const add = (key: string, finding: Finding) => {
    const known = findings.get(key);
    if (known) known.push(finding);
    else findings.set(key, [finding]);
  };
  const addTo: Add = (webhook, finding) => finding && add(keyOf(webhook), finding);
  const lookAt = lookerAt(hosts, marks, addTo);
  for (let at = 0; at < webhooks.length; at++) {
    const webhook = webhooks[at] as Webhook;
    keyMarks[at] = markOf(keyOf(webhook));
    if (webhook.kind === 'endpoint' && webhook.url !== null) lookAt(webhook, webhook.url, at);
    for (const judge of ones) addTo(webhook, judge(webhook));
  }
  for (const found of alls) for (const [key, finding] of found) add(key, finding);
  for (const found of findings.values()) if (found.length > 1) found.sort(inOrder);
  const places = placesOf(webhooks, keyMarks, findings);
  const keys = places.map((at) => keyOf(webhooks[at] as Webhook));
  if (places.length !== findings.size) withdrawAmbiguous(keys, findings);
  return Object.assign(findings, { places, found: keys.map((key) => findings.get(key) ?? []) });
};
