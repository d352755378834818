import type { Ms } from '../clock.ts';
import type { Confidence, Detected, Finding } from '../detect/finding.ts';
import { isoTime } from '../detect/iso-time.ts';
import type { Account } from '../policy/policy.ts';
import type { Capabilities } from '../providers/contract.ts';
import { fingerprint, keyOf, type Webhook } from '../webhook.ts';
import { coveredByOthers, coverOf, enoughCover } from './cover.ts';
import { type Candidate, type Decision, proposerOf, reported, shownUrl, writerOf } from './draft.ts';
import { recordGuards, type Surroundings, secretsInUse, standingGuards } from './guards.ts';
import { rulesId } from './ids.ts';
import type { PlanItem } from './item.ts';
import type { Knowledge, Reading } from './plan.ts';

const rank: Readonly<Record<Confidence, number>> = { high: 0, medium: 1, low: 2, security: 3 };

const certainty = (findings: readonly Finding[]): number =>
  findings.reduce((surest, { proposes, confidence }) => Math.min(surest, proposes ? rank[confidence] : 9), 9);

/** Surest first, then oldest, then by id: who goes first where not all may go. */
const byCertainty = (asked: readonly Candidate[]): Candidate[] => {
  const keys = asked.map((candidate) => {
    const { id, createdAt } = candidate.webhook;
    const created = createdAt ?? '';
    return { candidate, id, created, createdMs: isoTime(created), surest: certainty(candidate.findings) };
  });
  const byAge = (a: (typeof keys)[number], b: (typeof keys)[number]) =>
    a.createdMs === null || b.createdMs === null ? a.created.localeCompare(b.created) : a.createdMs - b.createdMs;
  keys.sort((a, b) => a.surest - b.surest || byAge(a, b) || (a.id < b.id ? -1 : 1));
  return keys.map(({ candidate }) => candidate);
};

const guardsOf = (webhook: Webhook, around: Surroundings, knows: Knowledge, rules: string) => {
  const { guards, last } = standingGuards(webhook, webhook.enabled, around, !around.account.keepLast);
  const record = knows.records.size > 0 ? knows.records.get(keyOf(webhook)) : undefined;
  if (record) guards.push(...recordGuards(record, fingerprint(webhook), rules, around.now));
  if (knows.foreign.size > 0 && knows.foreign.has(keyOf(webhook)))
    guards.push({ guard: 'foreign', detail: 'another account of the policy lists the same webhook' });
  if (knows.stopped) guards.push({ guard: 'stopped', detail: 'hooksweep is stopped; start it first' });
  return { guards, last };
};

const asks = ({ findings }: Candidate): boolean => findings.some(({ proposes }) => proposes);

/** What the guards look at, and in which order: none matters where others cover all that may go. */
const sceneOf = (
  account: Account,
  webhooks: readonly Webhook[],
  candidates: readonly Candidate[],
  knows: Knowledge,
  now: Ms,
) => {
  const asked = candidates.filter(asks);
  const covered = coveredByOthers(
    webhooks,
    knows.busy,
    asked.map(({ place }) => place),
  );
  const those = () => asked.map(({ webhook }) => webhook);
  const cover = covered ? enoughCover : coverOf(webhooks, knows.busy, those());
  const inUse = asked.some(({ webhook }) => webhook.kind === 'signing-secret')
    ? secretsInUse(webhooks)
    : new Set<string>();
  const around: Surroundings = { account, now, cover, secretsInUse: inUse };
  return { around, order: covered ? candidates : [...candidates.filter((one) => !asks(one)), ...byCertainty(asked)] };
};

/**
 * Decides one scope: findings and guards to items, in the order of the list. Pure; linear in the population but for the sort of
 * the candidates. Those that go are taken out of the cover one by one, so that a plan as a whole never takes the last one.
 */
export const planScope = (
  account: Account,
  capabilities: Capabilities,
  reading: Reading,
  { places, found }: Detected,
  knows: Knowledge,
  now: Ms,
): PlanItem[] => {
  const { scope, webhooks } = reading;
  const candidates = places.map((place, at) => ({
    webhook: webhooks[place] as Webhook,
    findings: found[at] ?? [],
    place,
    at,
  }));
  const { around, order } = sceneOf(account, webhooks, candidates, knows, now);
  const rules = rulesId(account);
  const propose = proposerOf(account, capabilities);
  const write = writerOf(account, capabilities, scope, now);
  const decide = (candidate: Candidate, url: string | null): Decision => {
    const { guards, last } = guardsOf(candidate.webhook, around, knows, rules);
    if (guards.length > 0) return { decision: 'keep', guards, needsApproval: [], last };
    around.cover.remove(candidate.webhook);
    return propose(candidate, url, last);
  };
  const items = new Array<PlanItem>(candidates.length);
  // Decided and written at once: a webhook of a large population has left the processor's cache by the next look at it.
  for (const candidate of order) {
    const url = shownUrl(candidate.webhook);
    items[candidate.at] = write(candidate, url, asks(candidate) ? decide(candidate, url) : reported);
  }
  return items;
};
