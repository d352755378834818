import { isHttp, type ParsedUrl, parseUrl } from '../url.ts';
import { catalogue, type Rank } from './catalogue.ts';
import type { Confidence } from './finding.ts';
import { ofSuffix, patternOf } from './host-patterns.ts';
import { reservedNames, reservedRangeOf } from './reserved.ts';

/** What is known of the account in which a URL stands. */
export type Setting = {
  /** Own test hosts: `a.com` is that host, `*.a.com` any depth below. */
  hosts?: readonly string[];
  /** The provider cannot switch off, so a test-looking URL may be parking. */
  parked?: boolean;
  /** The provider runs on the customer's own network. */
  selfHosted?: boolean;
};

/** What the host of one URL says. */
export type Judgement = {
  verdict: 'test' | 'report' | 'security' | 'ok' | 'unparseable';
  /** null for `ok` and `unparseable`. */
  confidence: Confidence | null;
  /** One clause for people: host, what it matched, source. Holds nothing else of the URL. */
  evidence: string;
  /** May be proposed for removal: high and medium. */
  act: boolean;
};

/** The longest host name that DNS can carry; a longer one is cut where it is shown. */
const shownHostCharacters = 253;

type Hit = { confidence: Confidence; evidence: string; unreachable?: boolean };

const rank = { low: 0, medium: 1, high: 2, security: 3 } as const satisfies Record<Confidence, number>;
const verdicts = { low: 'report', medium: 'test', high: 'test', security: 'security' } as const;
const confidences = { A: 'high', B: 'medium', C: 'low', security: 'security' } as const satisfies Record<
  Rank,
  Confidence
>;
const meanings = {
  A: '',
  B: ', stable names exist',
  C: ', in production use too',
  security: ', may be evidence of an intrusion: look into it, it is never deleted from here',
} as const satisfies Record<Rank, string>;

const catalogueBySuffix = new Map(catalogue.map((row) => [row.suffix, row]));
const reservedBySuffix = new Map(reservedNames.map((row) => [row.suffix, row]));

/** Names that mean something here, as do all below them. */
export const knownNames: readonly string[] = [...catalogueBySuffix.keys(), ...reservedBySuffix.keys()];

const shown = (host: string): string =>
  host.length > shownHostCharacters ? `${host.slice(0, shownHostCharacters)}…` : host;

const ending = (host: string, suffix: string): string =>
  host === suffix ? `host is ${suffix}` : `host ${shown(host)} ends in ${suffix}`;

const addressHit = ({ host, ip }: ParsedUrl): Hit | null => {
  const row = ip === null ? null : reservedRangeOf(ip);
  if (!row) return null;
  const address = ip === host ? `address ${ip}` : `host ${host} stands for address ${ip}, which`;
  const evidence = `${address} is in ${row.range} (${row.about}, ${row.source}): ${row.wording}`;
  return { confidence: 'high', evidence, unreachable: row.wording !== 'placeholder' };
};

const nameHit = ({ host }: ParsedUrl): Hit | null => {
  const row = ofSuffix(reservedBySuffix, host);
  if (!row) return null;
  const evidence = `${ending(host, row.suffix)} (reserved, ${row.source}): ${row.wording}`;
  return { confidence: 'high', evidence, unreachable: row.wording !== 'placeholder' };
};

const catalogueHit = ({ host, path }: ParsedUrl): Hit | null => {
  const row = ofSuffix(catalogueBySuffix, host);
  if (!row || !path.startsWith(row.pathStartsWith ?? '')) return null;
  if (row.labelStartsWith !== undefined) {
    const left = host.slice(0, -row.suffix.length - 1);
    if (!left.startsWith(row.labelStartsWith, left.lastIndexOf('.') + 1)) return null;
  }
  const evidence = `${ending(host, row.suffix)} (${row.note}${meanings[row.confidence]}; source: ${row.source})`;
  return { confidence: confidences[row.confidence], evidence };
};

const singleLabelHit = ({ host, ip }: ParsedUrl): Hit | null =>
  ip !== null || host.includes('.')
    ? null
    : {
        confidence: 'medium',
        evidence: `host ${shown(host)} is a single label, which no public name is: not reachable from a provider`,
        unreachable: true,
      };

const ownHit = ({ host }: ParsedUrl, { hosts = [] }: Setting): Hit | null => {
  const pattern = patternOf(hosts, host);
  return pattern === null
    ? null
    : { confidence: 'medium', evidence: `host ${shown(host)} matches ${pattern} among the rule's own hosts` };
};

const weaken = (hit: Hit, setting: Setting): Hit => {
  if (setting.selfHosted && hit.unreachable)
    return { confidence: 'low', evidence: `${hit.evidence}, but a self-hosted provider may reach it` };
  if (!setting.parked || rank[hit.confidence] < rank.medium || hit.confidence === 'security') return hit;
  return { confidence: 'medium', evidence: `${hit.evidence}; a test URL may be parked here on purpose` };
};

const unparseable: Judgement = {
  verdict: 'unparseable',
  confidence: null,
  evidence: 'the URL cannot be parsed: it is reported and never proposed on that ground alone',
  act: false,
};

const ok = (evidence: string): Judgement => ({ verdict: 'ok', confidence: null, evidence, act: false });

const looks: readonly ((url: ParsedUrl, setting: Setting) => Hit | null)[] = [
  addressHit,
  nameHit,
  catalogueHit,
  singleLabelHit,
  ownHit,
];

/** What the rules say of a URL that was parsed. The surest of all matches counts. */
export const judgeHost = (url: ParsedUrl | null, setting: Setting = {}): Judgement => {
  if (url === null) return unparseable;
  if (!isHttp(url)) return ok(`${shown(url.scheme)}: is no HTTP destination and is left alone`);
  let surest: Hit | null = null;
  for (const look of looks) {
    const hit = look(url, setting);
    const weak = hit && weaken(hit, setting);
    if (weak && (surest === null || rank[weak.confidence] > rank[surest.confidence])) surest = weak;
  }
  if (surest === null) return ok(`host ${shown(url.host)} is neither reserved nor known as a test receiver`);
  const { confidence, evidence } = surest;
  return { verdict: verdicts[confidence], confidence, evidence, act: verdicts[confidence] === 'test' };
};

/** What the rules say of a raw URL. */
export const judgeUrl = (raw: string, setting: Setting = {}): Judgement => judgeHost(parseUrl(raw), setting);
