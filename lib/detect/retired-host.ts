import type { Rules } from '../policy/policy.ts';
import { isHttp } from '../url.ts';
import { matcherOf } from './host-patterns.ts';
import type { OneRule } from './population.ts';

/** A webhook that delivers to a host that the policy declares retired. */
export const retiredHost: OneRule<NonNullable<Rules['retired-host']>> = (_, { hosts }) => {
  const patternOf = matcherOf(hosts);
  return ({ kind }, url) => {
    const pattern = kind === 'endpoint' && url !== null && isHttp(url) ? patternOf(url.host) : null;
    if (url === null || pattern === null) return null;
    const evidence = `host ${url.host} matches ${pattern}, which the policy calls retired`;
    return { rule: 'retired-host', confidence: 'high', evidence, proposes: true };
  };
};
