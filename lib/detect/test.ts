import type { Ms } from '../clock.ts';
import type { Rules } from '../policy/policy.ts';
import type { Webhook } from '../webhook.ts';
import { ageOf, day, span } from './age.ts';
import { judgeHost, knownNames } from './host.ts';
import { namesIn } from './host-patterns.ts';
import type { HostJudge, HostRule, Population } from './population.ts';

type Maturity = { reached: boolean; says: string };

/** A fresh test webhook is somebody's work of today. */
const maturity = (webhook: Webhook, population: Population, afterMs: Ms): Maturity => {
  const age = ageOf(webhook, population);
  if (age === null) return { reached: afterMs === 0, says: 'its age is unknown' };
  const from = age.since + afterMs;
  const stands = `${age.basis} ${day(age.since, age.written)}`;
  return from <= population.now
    ? { reached: true, says: stands }
    : { reached: false, says: `${stands}, younger than ${span(afterMs)}: from ${day(from)} on` };
};

/** A webhook that delivers to a test receiver, a placeholder, or to where no provider can reach. */
export const test: HostRule<NonNullable<Rules['test']>> = (population, { afterMs, hosts }) => {
  const { parkedUrls: parked, selfHosted } = population.capabilities;
  const judge: HostJudge['judge'] = (webhook, url) => {
    const { verdict, confidence, evidence, act } = judgeHost(url, { hosts, parked, selfHosted });
    if (verdict === 'ok') return null;
    const found = { rule: 'test', confidence: confidence ?? 'low' } as const;
    if (!act) return { ...found, evidence, proposes: false };
    const { reached, says } = maturity(webhook, population, afterMs);
    return { ...found, evidence: `${evidence}; ${says}`, proposes: reached };
  };
  return { names: [...knownNames, ...namesIn(hosts)], judge };
};
