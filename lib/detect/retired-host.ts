import type { Rules } from '../policy/policy.ts';
import { keyOf } from '../webhook.ts';
import { patternOf } from './host-patterns.ts';
import type { Rule } from './population.ts';

/** Webhooks that deliver to a host that the policy declares retired. */
export const retiredHost: Rule<NonNullable<Rules['retired-host']>> = function* (population, { hosts }) {
  for (const webhook of population.webhooks) {
    const url = webhook.kind === 'endpoint' ? population.urlOf(webhook) : null;
    if (url === null || !/^https?$/.test(url.scheme)) continue;
    const pattern = patternOf(hosts, url.host);
    if (pattern === null) continue;
    const evidence = `host ${url.host} matches ${pattern}, which the policy calls retired`;
    yield [keyOf(webhook), { rule: 'retired-host', confidence: 'high', evidence, proposes: true }];
  }
};
