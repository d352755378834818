import { iso, type Ms } from '../clock.ts';
import type { Finding } from '../detect/finding.ts';
import type { Account } from '../policy/policy.ts';
import type { Capabilities } from '../providers/contract.ts';
import { redactName, redactUrl } from '../url.ts';
import { fingerprint, type Webhook } from '../webhook.ts';
import type { ApprovalReason, PlanItem } from './item.ts';
import { isShortObservation, scheduleOf } from './schedule.ts';

export type Candidate = readonly [Webhook, readonly Finding[]];

/** Why a person has to agree to an item that no guard keeps, in the order in which plans name them. */
export const approvalReasons = (
  account: Account,
  capabilities: Capabilities,
  { kind, findings, restore }: PlanItem,
  last: boolean,
): ApprovalReason[] => {
  const reasons: ApprovalReason[] = [];
  if (account.mode !== 'auto') reasons.push('mode');
  if (!capabilities.disable.includes(kind)) reasons.push('delete-only');
  if (isShortObservation(account)) reasons.push('short-observe');
  if (findings.some(({ rule }) => rule === 'superseded-secret')) reasons.push('secret');
  if (restore.possible !== 'yes') reasons.push('partly-restorable');
  if (last && account.environment === 'production') reasons.push('last');
  return reasons;
};

const restorability = (capabilities: Capabilities, urlRedacted: boolean): PlanItem['restore'] => ({
  possible: urlRedacted ? 'partly' : 'yes',
  lost: [...capabilities.lostOnRestore, ...(urlRedacted ? ['secret part of the url'] : [])],
});

type Timing = Pick<PlanItem, 'via' | 'earliest'>;

/** How and when at the earliest a webhook goes: worked out once for all that are alike. */
export const timingOf = (account: Account, capabilities: Capabilities, now: Ms): ((webhook: Webhook) => Timing) => {
  const known = new Map<string, Timing>();
  const at = (after: Ms | null) => (after === null ? null : iso(now + after));
  return ({ kind, enabled }) => {
    const like = `${kind} ${enabled}`;
    const timing = known.get(like);
    if (timing) return timing;
    const { via, disableAfter, deleteAfter } = scheduleOf(account, capabilities.disable.includes(kind), enabled);
    const made: Timing = { via, earliest: { disable: at(disableAfter), delete: at(deleteAfter) } };
    known.set(like, made);
    return made;
  };
};

/** What an item says before anything is decided. */
export const draftOf = (
  account: Account,
  capabilities: Capabilities,
  scope: string,
  [webhook, findings]: Candidate,
  { via, earliest }: Timing,
): PlanItem => {
  const url = webhook.url === null ? null : redactUrl(webhook.url);
  return {
    account: account.name,
    provider: account.provider,
    environment: account.environment,
    scope,
    webhookId: webhook.id,
    kind: webhook.kind,
    url,
    name: webhook.name === null ? null : redactName(webhook.name),
    events: webhook.events,
    enabled: webhook.enabled,
    createdAt: webhook.createdAt,
    signal: webhook.signal,
    action: 'delete',
    via,
    decision: 'report',
    findings,
    guards: [],
    survivor: findings.find(({ survivor }) => survivor)?.survivor ?? null,
    needsApproval: [],
    last: false,
    restore: restorability(capabilities, url !== webhook.url),
    earliest,
    fingerprint: fingerprint(webhook),
  };
};
