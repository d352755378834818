import { keyOf, type Webhook } from '../webhook.ts';
import type { Detected, Finding } from './finding.ts';
import { mayBeAmong, mayRepeat } from './marks.ts';

/** Findings by the places of webhooks in their list: places ascend, and `found` has what was found at each. */
export type Gathered = { places: number[]; found: Finding[][] };

/** Adds a finding at the last place, or behind it. */
export const addAt = ({ places, found }: Gathered, place: number, finding: Finding): void => {
  if (places.at(-1) === place) found.at(-1)?.push(finding);
  else {
    places.push(place);
    found.push([finding]);
  }
};

/** The same with others put in, whose places come in any order. */
export const withOthers = ({ places, found }: Gathered, others: ReadonlyMap<number, readonly Finding[]>): Gathered => {
  const all: Gathered = { places: [], found: [] };
  const put = (place: number, list: Finding[]) => {
    all.places.push(place);
    all.found.push(list);
  };
  let next = 0;
  for (const place of [...others.keys()].sort((a, b) => a - b)) {
    for (; (places[next] ?? place) < place; next++) put(places[next] as number, found[next] as Finding[]);
    const own = places[next] === place ? (found[next++] as Finding[]) : [];
    put(place, [...own, ...(others.get(place) ?? [])]);
  }
  for (; next < places.length; next++) put(places[next] as number, found[next] as Finding[]);
  return all;
};

/** Places at which the same key stands as at others, where one of them has a finding. `marks`: of all keys. */
const sameKeys = (webhooks: readonly Webhook[], marks: Int32Array, places: readonly number[]): number[][] => {
  const mayBeFound = mayBeAmong(places.map((place) => marks[place] ?? 0));
  const suspects: number[] = [];
  for (let at = 0; at < marks.length; at++) if (mayBeFound(marks[at] ?? 0)) suspects.push(at);
  const repeats = mayRepeat(
    Int32Array.from(suspects, (at) => marks[at] ?? 0),
    'second',
  );
  const perhaps = suspects.filter((at) => repeats(marks[at] ?? 0));
  const groups = Map.groupBy(perhaps, (at) => keyOf(webhooks[at] as Webhook));
  return [...groups.values()].filter((group) => group.length > 1);
};

const withdrawn = (finding: Finding): Finding => ({
  rule: finding.rule,
  confidence: finding.confidence,
  evidence: `${finding.evidence}; the id stands in the list more than once, so nothing is proposed`,
  proposes: false,
});

/** Ids that stand in the list more than once are withdrawn: a finding could not say which of them it means. */
const withoutAmbiguous = (gathered: Gathered, groups: readonly (readonly number[])[]): Gathered => {
  const at = new Map(gathered.places.map((place, index) => [place, gathered.found[index] ?? []]));
  for (const group of groups) {
    const findings = group.flatMap((place) => at.get(place) ?? []).map(withdrawn);
    if (findings.length > 0) for (const place of group) at.set(place, findings);
  }
  const entries = [...at].sort(([a], [b]) => a - b);
  return { places: entries.map(([place]) => place), found: entries.map(([, found]) => found) };
};

/** What was found, by place and by key; each webhook's findings in the order that is asked for. */
export const detected = (
  webhooks: readonly Webhook[],
  marks: Int32Array,
  gathered: Gathered,
  inOrder: (a: Finding, b: Finding) => number,
): Detected => {
  const groups = sameKeys(webhooks, marks, gathered.places);
  const { places, found } = groups.length === 0 ? gathered : withoutAmbiguous(gathered, groups);
  for (const findings of found) if (findings.length > 1) findings.sort(inOrder);
  let known: ReadonlyMap<string, readonly Finding[]> | null = null;
  const byKey = () => {
    known ??= new Map(places.map((place, at) => [keyOf(webhooks[place] as Webhook), found[at] ?? []]));
    return known;
  };
  return {
    places,
    found,
    get: (key) => byKey().get(key),
    has: (key) => byKey().has(key),
    get size() {
      return byKey().size;
    },
    [Symbol.iterator]: () => byKey()[Symbol.iterator](),
  };
};
