import type { Ms } from '../clock.ts';
import type { Rules } from '../policy/policy.ts';
import type { Webhook } from '../webhook.ts';
import { comparableAge, day, span } from './age.ts';
import type { Finding } from './finding.ts';
import type { AllRule, Population } from './population.ts';

type Params = NonNullable<Rules['superseded-secret']>;

/** Which secrets are in use, as far as any webhook of the scope tells. */
type Use = { told: boolean; ids: ReadonlySet<string> };

const found = (evidence: string, proposes: boolean): Finding => ({
  rule: 'superseded-secret',
  confidence: 'medium',
  evidence,
  proposes,
});

const useOf = ({ webhooks }: Population): Use => {
  const referring = webhooks.filter(({ kind, secretId }) => kind === 'endpoint' && secretId !== null);
  return {
    told: referring.length > 0,
    ids: new Set(referring.filter(({ enabled }) => enabled).map(({ secretId }) => secretId ?? '')),
  };
};

const judge = (
  secret: Webhook,
  newer: readonly Webhook[],
  since: (secret: Webhook) => Ms,
  ripeAt: Ms,
  use: Use,
): Finding => {
  const stands = newer.map((other) => `${other.id} (since ${day(since(other))})`).join(', ');
  if (use.ids.has(secret.id))
    return found(`newer than this one: ${stands}, but an enabled webhook refers to this one`, false);
  const ripe = newer.filter((other) => since(other) <= ripeAt);
  if (ripe.length === 0) return found(`newer than this one: ${stands}, but none for as long as the overlap`, false);
  if (use.told && !ripe.some(({ id }) => use.ids.has(id)))
    return found(`newer than this one: ${stands}, but no enabled webhook refers to it`, false);
  return found(`superseded by ${stands}; a person has to confirm that the newer one is deployed`, true);
};

/** The signing secrets, and their places in the population. */
const secretsOf = ({ webhooks }: Population): ReadonlyMap<Webhook, number> => {
  const places = new Map<Webhook, number>();
  for (let place = 0; place < webhooks.length; place++) {
    const webhook = webhooks[place] as Webhook;
    if (webhook.kind === 'signing-secret') places.set(webhook, place);
  }
  return places;
};

/** Signing secrets beside which the newest ones have stood for the overlap. Only active secrets supersede. */
export const supersededSecret: AllRule<Params> = function* (population, { overlapMs, keep }) {
  const places = secretsOf(population);
  const secrets = [...places.keys()];
  const active = secrets.filter(({ enabled }) => enabled);
  if (secrets.length <= keep || active.length < keep) return;
  const since = comparableAge(secrets, population);
  if (since === null) {
    const evidence = `one of ${secrets.length} secrets where ${keep} would do, but their ages cannot be compared`;
    for (const place of places.values()) yield [place, found(evidence, false)];
    return;
  }
  const kept = active.toSorted((a, b) => since(b) - since(a) || (a.id < b.id ? -1 : 1)).slice(0, keep);
  const use = useOf(population);
  for (const [secret, place] of places) {
    const newer = kept.filter((other) => since(other) > since(secret));
    if (newer.length === 0 || kept.includes(secret)) continue;
    const finding = judge(secret, newer, since, population.now - overlapMs, use);
    yield [place, { ...finding, evidence: `${finding.evidence} (overlap ${span(overlapMs)})` }];
  }
};
