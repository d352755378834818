import { canonical } from '../canonical.ts';
import type { Protect, Rules } from '../policy/policy.ts';
import { parseUrl } from '../url.ts';
import { mixed } from '../url-plain.ts';
import type { Webhook } from '../webhook.ts';
import { comparableAge, timeOf } from './age.ts';
import { bestCover, coversMax, coversOf } from './cover.ts';
import type { Finding } from './finding.ts';
import { mayRepeat } from './marks.ts';
import type { AllRule, Population } from './population.ts';

type Keep = NonNullable<Rules['duplicate']>['keep'];
type Found = readonly [Webhook, Finding];

/** Webhooks with one URL, one set of delivery settings and one signing secret. */
type Twins = readonly Webhook[];

/**
 * Who stays: the preferred one, or only the pinned one. `trusts` says whether what stays is known to do the work;
 * `doubt` is the reason why a finding is only reported.
 */
type Choice = {
  prefer: (a: Webhook, b: Webhook) => number;
  pin: Webhook | null;
  trusts: (webhook: Webhook) => boolean;
  doubt: string;
};

const slash = 47;

const withoutSlash = (href: string): string => {
  const query = href.indexOf('?');
  let end = query === -1 ? href.length : query;
  while (href[end - 1] === '/') end--;
  return href.slice(0, end) + (query === -1 ? '' : href.slice(query));
};

type Located = { webhook: Webhook; href: string; place: number };

/** A number that is equal for all URLs that differ by slashes at most; unlike their marks it covers every character. */
const hashOf = (href: string): number => {
  let hash = 0;
  for (let at = 0; at < href.length; at++) {
    const code = href.charCodeAt(at);
    if (code !== slash) hash = mixed(hash, code);
  }
  return hash;
};

/**
 * Webhooks whose URL may be that of another one. Most stand alone, which their marks tell; where those of many are alike, a
 * look at the whole URL tells it. Few are left whose URLs have to be compared.
 */
const perhapsTwins = ({ webhooks, marks }: Population): Located[] => {
  const repeats = mayRepeat(marks);
  const suspects: number[] = [];
  for (let at = 0; at < marks.length; at++) if (marks[at] !== 0 && repeats(marks[at] ?? 0)) suspects.push(at);
  const repeatsAgain = mayRepeat(
    Int32Array.from(suspects, (at) => marks[at] ?? 0),
    'second',
  );
  const located: Located[] = [];
  for (const place of suspects) {
    if (!repeatsAgain(marks[place] ?? 0)) continue;
    const webhook = webhooks[place] as Webhook;
    located.push({ webhook, href: parseUrl(webhook.url ?? '')?.href ?? '', place });
  }
  const hashes = Int32Array.from(located, ({ href }) => hashOf(href));
  const repeatsWhole = mayRepeat(hashes);
  return located.filter((_, at) => repeatsWhole(hashes[at] ?? 0));
};

/** Webhooks that differ in URL by a trailing slash at most and not at all in settings, by URL. */
function* families(located: readonly Located[]): Iterable<ReadonlyMap<string, Twins>> {
  for (const alike of Map.groupBy(located, ({ href }) => withoutSlash(href)).values()) {
    if (alike.length < 2) continue;
    const bySettings = Map.groupBy(alike, ({ webhook: { settings, secretId } }) => canonical([settings, secretId]));
    for (const same of bySettings.values()) {
      const byUrl = Map.groupBy(same, ({ href }) => href);
      yield new Map([...byUrl].map(([href, twins]) => [href, twins.map(({ webhook }) => webhook)]));
    }
  }
}

type Health = 'succeeding' | 'failing' | 'unknown';

const healthOf = ({ signal }: Webhook): Health => {
  const success = timeOf(signal?.lastSuccess);
  const attempt = timeOf(signal?.lastAttempt);
  if (signal?.failing) return 'failing';
  if (success === null) return attempt === null ? 'unknown' : 'failing';
  return attempt !== null && attempt > success ? 'failing' : 'succeeding';
};

const byId = (a: Webhook, b: Webhook): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** Entries that speak of one id and nothing that would have to be matched first. */
const pinnedIds = (protect: readonly Protect[]): ReadonlySet<string> =>
  new Set(protect.flatMap(({ id, url, host, name, event }) => (id && !(url ?? host ?? name ?? event) ? [id] : [])));

const pinnedChoice = (twins: Twins, pinned: ReadonlySet<string>): Choice => {
  const named = twins.filter(({ id }) => pinned.has(id));
  const pin = named.length === 1 && named[0]?.enabled ? named[0] : null;
  if (pin === null) {
    const doubt = `protect has to name exactly one that is enabled by its id, and names ${named.length}`;
    return { prefer: byId, pin, trusts: () => false, doubt };
  }
  const fails = healthOf(pin) === 'failing';
  const doubt = `the pinned webhook ${pin.id} ${fails ? 'fails' : 'does not receive every event of this one'}`;
  return { prefer: byId, pin, trusts: () => !fails, doubt };
};

const agedChoice = (twins: Twins, keep: 'newest' | 'oldest', population: Population): Choice => {
  const since = comparableAge(twins, population);
  if (since === null) return { prefer: byId, pin: null, trusts: () => false, doubt: 'their ages cannot be compared' };
  const sign = keep === 'newest' ? -1 : 1;
  const prefer = (a: Webhook, b: Webhook) => sign * (since(a) - since(b)) || byId(a, b);
  const told = twins.some((webhook) => healthOf(webhook) !== 'unknown');
  const doubt = told
    ? `no delivery signal shows that the ${keep} one succeeds`
    : 'each has its own secret and no signal tells which one works: pin one by its id in protect and set keep: pinned';
  const trusts = (webhook: Webhook) => (told ? healthOf(webhook) === 'succeeding' : !population.capabilities.ownSecret);
  return { prefer, pin: null, trusts, doubt };
};

const reasonOf = (keep: Keep, stays: Webhook, protect: readonly Protect[]): string =>
  keep === 'pinned'
    ? `pinned by protect: ${protect.find(({ id }) => id === stays.id)?.because ?? ''}`
    : `the ${keep} of those that are enabled and receive every event`;

function* amongTwins(twins: Twins, keep: Keep, pinned: ReadonlySet<string>, population: Population): Iterable<Found> {
  const { prefer, pin, trusts, doubt } =
    keep === 'pinned' ? pinnedChoice(twins, pinned) : agedChoice(twins, keep, population);
  const enabled = twins.filter((webhook) => webhook.enabled);
  const all = coversOf(enabled, prefer);
  const first = pin ? coversOf([pin], prefer) : all;
  const same = ({ id }: Webhook) => `same URL and delivery settings as webhook ${id}`;
  for (const webhook of twins) {
    const chosen = bestCover(first, webhook, prefer);
    const stays = chosen ?? bestCover(all, webhook, prefer);
    if (stays === webhook) continue;
    if (chosen && trusts(chosen)) {
      const evidence = `${same(chosen)}, which is enabled and receives every event of this one`;
      const survivor = { webhookId: chosen.id, reason: reasonOf(keep, chosen, population.protect) };
      yield [webhook, { rule: 'duplicate', confidence: 'high', evidence, proposes: true, survivor }];
    } else if (stays || all.length === coversMax) {
      const evidence = stays ? `${same(stays)}, but ${doubt}` : `same URL as others with over ${coversMax} event lists`;
      yield [webhook, { rule: 'duplicate', confidence: 'medium', evidence, proposes: false }];
    }
  }
}

/** Those of which the URL is the same but for a trailing slash: one server may tell them apart, so a person decides. */
function* nearTwins(family: ReadonlyMap<string, Twins>, told: ReadonlySet<string>): Iterable<Found> {
  const groups = [...family.values()].map((twins) => ({
    twins,
    first: twins.reduce((a, b) => (byId(b, a) < 0 ? b : a)),
  }));
  const [one, two] = groups.toSorted((a, b) => byId(a.first, b.first));
  if (!one || !two) return;
  for (const group of groups) {
    const other = group === one ? two.first : one.first;
    const evidence = `near duplicate: the URL differs from that of webhook ${other.id} by a trailing slash only`;
    for (const webhook of group.twins)
      if (!told.has(webhook.id)) yield [webhook, { rule: 'duplicate', confidence: 'low', evidence, proposes: false }];
  }
}

function* duplicates(located: readonly Located[], keep: Keep, population: Population): Iterable<Found> {
  const pinned = pinnedIds(population.protect);
  for (const family of families(located)) {
    const found = [...family.values()].flatMap((twins) =>
      twins.length < 2 ? [] : [...amongTwins(twins, keep, pinned, population)],
    );
    yield* found;
    if (family.size > 1) yield* nearTwins(family, new Set(found.map(([{ id }]) => id)));
  }
}

/** Webhooks that deliver nothing that another enabled one does not deliver to the same place in the same way. */
export const duplicate: AllRule<NonNullable<Rules['duplicate']>> = function* (population, { keep }) {
  const located = perhapsTwins(population);
  const places = new Map(located.map(({ webhook, place }) => [webhook, place]));
  for (const [webhook, finding] of duplicates(located, keep, population)) {
    const place = places.get(webhook);
    if (place !== undefined) yield [place, finding];
  }
};
