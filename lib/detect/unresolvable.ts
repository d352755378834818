import { iso, type Ms } from '../clock.ts';
import type { Rules } from '../policy/policy.ts';
import { isHttp, type ParsedUrl, parseUrl } from '../url.ts';
import { keyOf, type Webhook } from '../webhook.ts';
import { day, latest, span, timeOf } from './age.ts';
import type { Finding, Sighting } from './finding.ts';
import { judgeHost } from './host.ts';
import type { OneRule, Population } from './population.ts';

type Params = NonNullable<Rules['unresolvable']>;

/**
 * What DNS says of a name. `absent` is NXDOMAIN and nothing else; a name without an address `exists`. `unknown` is every
 * answer that is none: a failure, a refusal, no time, no network. It counts as nothing.
 */
export type Resolution = 'exists' | 'absent' | 'unknown';

/**
 * The name that DNS may be asked for about a URL, or null. Never an address, a reserved or single-label name, or a test
 * host: what they are is known without asking, and a private name does not leave the network.
 *
 * @param hosts the policy's own test hosts
 */
export const nameToAsk = (url: ParsedUrl | null, hosts: readonly string[] = []): string | null => {
  if (url === null || !isHttp(url) || url.ip !== null) return null;
  const { verdict } = judgeHost(url, { hosts });
  return verdict === 'ok' || verdict === 'report' ? url.host : null;
};

/** Those times that lie far enough apart, from the first on. */
const spaced = (times: readonly string[], apartMs: Ms): string[] => {
  const kept: string[] = [];
  let next = Number.NEGATIVE_INFINITY;
  for (const time of times) {
    if (Date.parse(time) < next) continue;
    kept.push(time);
    next = Date.parse(time) + apartMs;
  }
  return kept;
};

/**
 * The absences of a host after one more scan. That it exists forgets them all, and so does another host; an unknown answer
 * changes nothing. At most `scans` are kept: the first ones and the newest.
 */
export const absenceAfter = (
  known: Sighting['absent'],
  name: string | null,
  answer: Resolution,
  now: Ms,
  { scans, apartMs }: Params,
): Sighting['absent'] => {
  if (name === null || answer === 'exists') return undefined;
  const before = known?.host === name ? spaced(known.at, apartMs) : [];
  const at = answer === 'absent' ? spaced([...before, iso(now)], apartMs) : before;
  if (at.length === 0) return undefined;
  return { host: name, at: at.length > scans ? [...at.slice(0, scans - 1), ...at.slice(-1)] : at };
};

/** A delivery that arrived contradicts us, unless it arrived after we switched it off: then it is a late one. */
const contradictedAt = (webhook: Webhook, { sightings, quietUntil, capabilities }: Population): Ms | null => {
  const until = quietUntil?.get(keyOf(webhook));
  const from = until === undefined ? Number.POSITIVE_INFINITY : until - capabilities.lateDeliveryMs;
  const successes = [webhook.signal?.lastSuccess, sightings.get(keyOf(webhook))?.lastSuccess].map(timeOf);
  return latest(...successes.filter((time) => time === null || time <= from));
};

const judge = (webhook: Webhook, name: string, population: Population, { scans, apartMs }: Params): Finding | null => {
  const { absent } = population.sightings.get(keyOf(webhook)) ?? {};
  const success = contradictedAt(webhook, population) ?? Number.NEGATIVE_INFINITY;
  const since = absent?.host === name ? absent.at.filter((time) => Date.parse(time) > success) : [];
  const times = spaced(since, apartMs);
  if (times.length === 0) return null;
  const says = `host ${name} does not exist in DNS (NXDOMAIN)`;
  const found = { rule: 'unresolvable', confidence: 'medium', proposes: false } as const;
  if (population.capabilities.selfHosted)
    return { ...found, confidence: 'low', evidence: `${says}, but a self-hosted provider may know names of its own` };
  if (times.length < scans) {
    const bound = `seen in ${times.length} of ${scans} scans at least ${span(apartMs)} apart`;
    return { ...found, evidence: `${says} now: ${bound}; proposed after ${scans} scans` };
  }
  const seen = times.map((time) => day(Date.parse(time))).join(', ');
  return { ...found, evidence: `${says}: ${times.length} scans, ${seen}, and never in between`, proposes: true };
};

/** A webhook whose host was absent from DNS in several scans in a row. What the scans saw is all it looks at. */
export const unresolvable: OneRule<Params> = (population, params) => {
  const { sightings, rules } = population;
  if (sightings.size === 0) return () => null;
  return (webhook) => {
    if (webhook.kind !== 'endpoint' || webhook.url === null || !sightings.get(keyOf(webhook))?.absent) return null;
    const name = nameToAsk(parseUrl(webhook.url), rules.test?.hosts);
    return name === null ? null : judge(webhook, name, population, params);
  };
};
