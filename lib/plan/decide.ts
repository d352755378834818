import type { Ms } from '../clock.ts';
import type { Confidence, Finding } from '../detect/finding.ts';
import { isoTime } from '../detect/iso-time.ts';
import type { Account } from '../policy/policy.ts';
import type { Capabilities } from '../providers/contract.ts';
import { fingerprint, keyOf, type Webhook } from '../webhook.ts';
import { rulesId } from './agreed.ts';
import { coveredByOthers, coverOf, enoughCover } from './cover.ts';
import { type Candidate, proposerOf } from './draft.ts';
import { recordGuards, type Surroundings, secretsInUse, standingGuards } from './guards.ts';
import type { Knowledge } from './plan.ts';

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

/** What the guards look at, and in which order: none matters where others cover all that may go. */
const scene = (
  account: Account,
  webhooks: readonly Webhook[],
  asked: readonly Candidate[],
  knows: Knowledge,
  now: Ms,
) => {
  const places = asked.map(({ place }) => place);
  const covered = coveredByOthers(webhooks, knows.busy, places);
  const those = asked.map(({ webhook }) => webhook);
  const cover = covered ? enoughCover : coverOf(webhooks, knows.busy, those);
  const inUse = those.some(({ kind }) => kind === 'signing-secret') ? secretsInUse(webhooks) : new Set<string>();
  const around: Surroundings = { account, now, cover, secretsInUse: inUse };
  return { around, order: covered ? asked : byCertainty(asked) };
};

/**
 * Decides about the candidates of a scope that have a finding that proposes. Those that go are taken out of the cover one by
 * one, so that a plan as a whole never takes the last one.
 */
export const decide = (
  account: Account,
  capabilities: Capabilities,
  webhooks: readonly Webhook[],
  candidates: readonly Candidate[],
  knows: Knowledge,
  now: Ms,
): void => {
  const asked = candidates.filter(({ findings }) => findings.some(({ proposes }) => proposes));
  const { around, order } = scene(account, webhooks, asked, knows, now);
  const rules = rulesId(account);
  const propose = proposerOf(account, capabilities);
  for (const candidate of order) {
    const { guards, last } = guardsOf(candidate.webhook, around, knows, rules);
    if (guards.length > 0) {
      candidate.decision = { decision: 'keep', guards, needsApproval: [], last };
      continue;
    }
    around.cover.remove(candidate.webhook);
    candidate.decision = propose(candidate, last);
  }
};
