import type { Ms } from '../clock.ts';
import type { Rules } from '../policy/policy.ts';
import { keyOf, type Webhook } from '../webhook.ts';
import { ageOf, day, span } from './age.ts';
import type { Finding } from './finding.ts';
import { judgeHost, type Setting } from './host.ts';
import type { Population, Rule } from './population.ts';

type Maturity = { reached: boolean; says: string };

/** A fresh test webhook is somebody's work of today. */
const maturity = (webhook: Webhook, population: Population, afterMs: Ms): Maturity => {
  const age = ageOf(webhook, population);
  if (age === null) return { reached: afterMs === 0, says: 'its age is unknown' };
  const from = age.since + afterMs;
  const stands = `${age.basis} ${day(age.since)}`;
  return from <= population.now
    ? { reached: true, says: stands }
    : { reached: false, says: `${stands}, younger than ${span(afterMs)}: from ${day(from)} on` };
};

const findingOf = (webhook: Webhook, population: Population, setting: Setting, afterMs: Ms): Finding | null => {
  const { verdict, confidence, evidence, act } = judgeHost(population.urlOf(webhook), setting);
  if (verdict === 'ok') return null;
  const found = { rule: 'test', confidence: confidence ?? 'low' } as const;
  if (!act) return { ...found, evidence, proposes: false };
  const { reached, says } = maturity(webhook, population, afterMs);
  return { ...found, evidence: `${evidence}; ${says}`, proposes: reached };
};

/** Webhooks that deliver to a test receiver, a placeholder, or to where no provider can reach. */
export const test: Rule<NonNullable<Rules['test']>> = function* (population, { afterMs, hosts }) {
  const { parkedUrls: parked, selfHosted } = population.capabilities;
  for (const webhook of population.webhooks) {
    if (webhook.kind !== 'endpoint' || webhook.url === null) continue;
    const finding = findingOf(webhook, population, { hosts, parked, selfHosted }, afterMs);
    if (finding) yield [keyOf(webhook), finding];
  }
};
