import type { RuleName } from '../policy/policy.ts';
import { isHttp, parseUrl } from '../url.ts';
import { glanceAt, markOf, newGlance } from '../url-plain.ts';
import { keyOf, type Webhook } from '../webhook.ts';
import { disabled } from './disabled.ts';
import { duplicate } from './duplicate.ts';
import type { Detected, Finding, ScopeView } from './finding.ts';
import { addAt, detected, type Gathered, withOthers } from './gather.ts';
import { markOf as markOfKey } from './marks.ts';
import { type HostJudge, type Population, populationOf } from './population.ts';
import { retiredHost } from './retired-host.ts';
import { stale } from './stale.ts';
import { supersededSecret } from './superseded-secret.ts';
import { tailOf, tailsOf } from './tails.ts';
import { test } from './test.ts';
import { unresolvable } from './unresolvable.ts';
import { ruleVersions } from './versions.ts';

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

const inOrder = (a: Finding, b: Finding): number => ruleNames.indexOf(a.rule) - ruleNames.indexOf(b.rule);

/** Tells what the rules about hosts say of a URL, which is asked of few; leaves the marks of all URLs behind. */
const lookerAt = (hosts: readonly HostJudge[], marks: Int32Array, add: (place: number, finding: Finding) => void) => {
  const mayConcern = tailsOf(hosts.flatMap(({ names }) => names));
  const glance = newGlance();
  return (webhook: Webhook, raw: string, place: number): void => {
    const sure = glanceAt(raw, glance);
    if (sure) marks[place] = glance.mark || 1;
    if (sure && !mayConcern(glance)) return;
    const url = parseUrl(raw);
    if (url !== null && isHttp(url)) {
      marks[place] = markOf(url.href) || 1;
      if (url.ip === null && url.host.includes('.') && !mayConcern(tailOf(url.host))) return;
    }
    for (const { judge } of hosts) {
      const finding = judge(webhook, url);
      if (finding) add(place, finding);
    }
  };
};

/** By place. */
const comparedBy = (alls: readonly Iterable<readonly [number, Finding]>[]): ReadonlyMap<number, Finding[]> => {
  const compared = new Map<number, Finding[]>();
  for (const found of alls)
    for (const [place, finding] of found) compared.set(place, [...(compared.get(place) ?? []), finding]);
  return compared;
};

/** All rules that are on, over one scope's whole population with our own steps undone. Findings in the rules' order. */
export const detect = (view: ScopeView): Detected => {
  const population = populationOf(view);
  const { webhooks, marks } = population;
  const keyMarks = new Int32Array(webhooks.length);
  const { hosts, ones, alls } = rulesOn(population);
  const gathered: Gathered = { places: [], found: [] };
  const add = (place: number, finding: Finding) => addAt(gathered, place, finding);
  const lookAt = lookerAt(hosts, marks, add);
  for (let at = 0; at < webhooks.length; at++) {
    const webhook = webhooks[at] as Webhook;
    keyMarks[at] = markOfKey(keyOf(webhook));
    if (webhook.kind === 'endpoint' && webhook.url !== null) lookAt(webhook, webhook.url, at);
    for (const judge of ones) {
      const finding = judge(webhook);
      if (finding) add(at, finding);
    }
  }
  return detected(webhooks, keyMarks, withOthers(gathered, comparedBy(alls)), inOrder);
};
