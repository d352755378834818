import type { Rules } from '../policy/policy.ts';
import { isHttp } from '../url.ts';
import { matcherOf, namesIn } from './host-patterns.ts';
import type { HostJudge, HostRule } from './population.ts';

/** A webhook that delivers to a host that the policy declares retired. */
export const retiredHost: HostRule<NonNullable<Rules['retired-host']>> = (_, { hosts }) => {
  const patternOf = matcherOf(hosts);
  const judge: HostJudge['judge'] = (_, url) => {
    const pattern = url !== null && isHttp(url) ? patternOf(url.host) : null;
    if (url === null || pattern === null) return null;
    const evidence = `host ${url.host} matches ${pattern}, which the policy calls retired`;
    return { rule: 'retired-host', confidence: 'high', evidence, proposes: true };
  };
  return { names: namesIn(hosts), judge };
};
