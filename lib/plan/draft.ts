import { iso, type Ms } from '../clock.ts';
import type { Finding } from '../detect/finding.ts';
import type { Account } from '../policy/policy.ts';
import type { Capabilities } from '../providers/contract.ts';
import { redactName, redactUrl } from '../url.ts';
import { fingerprint, type Kind, type Webhook } from '../webhook.ts';
import type { ApprovalReason, PlanItem } from './item.ts';
import { isShortObservation, scheduleOf } from './schedule.ts';

/** A webhook with findings. */
export type Candidate = {
  readonly webhook: Webhook;
  readonly findings: readonly Finding[];
  /** Where it stands in its scope's list, and where among the candidates. */
  readonly place: number;
  readonly at: number;
};

export type Decision = Pick<PlanItem, 'decision' | 'guards' | 'needsApproval' | 'last'>;

/** What is said of a webhook for which nothing is proposed. */
export const reported: Decision = { decision: 'report', guards: [], needsApproval: [], last: false };

/** The URL as it may be shown. */
export const shownUrl = ({ url }: Webhook): string | null => (url === null ? null : redactUrl(url));

/** What a proposal depends on besides the account. */
type Like = { canDisable: boolean; secret: boolean; partly: boolean; last: boolean };

/** Why a person has to agree to an item that no guard keeps, in the order in which plans name them. */
const approvalReasons = (account: Account, { canDisable, secret, partly, last }: Like): ApprovalReason[] => {
  const reasons: ApprovalReason[] = [];
  if (account.mode !== 'auto') reasons.push('mode');
  if (!canDisable) reasons.push('delete-only');
  if (isShortObservation(account)) reasons.push('short-observe');
  if (secret) reasons.push('secret');
  if (partly) reasons.push('partly-restorable');
  if (last && account.environment === 'production') reasons.push('last');
  return reasons;
};

/** Proposes candidates; `last` says that it is the last one, which the policy allows. All that are alike share one decision. */
export const proposerOf = (account: Account, capabilities: Capabilities) => {
  const made: Decision[] = [];
  return ({ webhook, findings }: Candidate, url: string | null, last: boolean): Decision => {
    const canDisable = capabilities.disable.includes(webhook.kind);
    const secret = findings.some(({ rule }) => rule === 'superseded-secret');
    const partly = url !== webhook.url;
    const like = (canDisable ? 1 : 0) | (secret ? 2 : 0) | (partly ? 4 : 0) | (last ? 8 : 0);
    made[like] ??= {
      decision: 'propose',
      guards: [],
      needsApproval: approvalReasons(account, { canDisable, secret, partly, last }),
      last,
    };
    return made[like];
  };
};

type Timing = Pick<PlanItem, 'via' | 'earliest'>;

/** How and when at the earliest a webhook goes. */
const timingOf = (account: Account, capabilities: Capabilities, now: Ms, kind: Kind, enabled: boolean): Timing => {
  const at = (after: Ms | null) => (after === null ? null : iso(now + after));
  const { via, disableAfter, deleteAfter } = scheduleOf(account, capabilities.disable.includes(kind), enabled);
  return { via, earliest: { disable: at(disableAfter), delete: at(deleteAfter) } };
};

/** What stands in many items of a scope, made once for all of them. */
const shared = (account: Account, capabilities: Capabilities, now: Ms) => {
  const timing = (kind: Kind) => ({
    on: timingOf(account, capabilities, now, kind, true),
    off: timingOf(account, capabilities, now, kind, false),
  });
  const whole: PlanItem['restore'] = { possible: 'yes', lost: [...capabilities.lostOnRestore] };
  const partly: PlanItem['restore'] = { possible: 'partly', lost: [...whole.lost, 'secret part of the url'] };
  return { timing: { endpoint: timing('endpoint'), 'signing-secret': timing('signing-secret') }, whole, partly };
};

/** Writes the items of a scope. */
export const writerOf = (account: Account, capabilities: Capabilities, scope: string, now: Ms) => {
  const { name, provider, environment } = account;
  const { timing, whole, partly } = shared(account, capabilities, now);
  return ({ webhook, findings }: Candidate, url: string | null, decided: Decision): PlanItem => {
    const { via, earliest } = timing[webhook.kind][webhook.enabled ? 'on' : 'off'];
    return {
      account: name,
      provider,
      environment,
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
      decision: decided.decision,
      findings,
      guards: decided.guards,
      survivor: findings.find(({ survivor }) => survivor)?.survivor ?? null,
      needsApproval: decided.needsApproval,
      last: decided.last,
      restore: url === webhook.url ? whole : partly,
      earliest,
      fingerprint: fingerprint(webhook),
    };
  };
};
