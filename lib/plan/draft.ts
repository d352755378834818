import { iso, type Ms } from '../clock.ts';
import type { Finding } from '../detect/finding.ts';
import type { Account } from '../policy/policy.ts';
import type { Capabilities } from '../providers/contract.ts';
import { redactName, redactUrl } from '../url.ts';
import { fingerprint, type Kind, type Webhook } from '../webhook.ts';
import type { ApprovalReason, PlanItem } from './item.ts';
import { isShortObservation, scheduleOf } from './schedule.ts';

export type Decision = Pick<PlanItem, 'decision' | 'guards' | 'needsApproval' | 'last'>;

/** A webhook with findings, as it stands in its scope's list. */
export type Candidate = {
  readonly webhook: Webhook;
  readonly findings: readonly Finding[];
  readonly place: number;
  /** The URL as it may be shown. */
  readonly url: string | null;
  decision: Decision;
};

/** What is said of a webhook for which nothing is proposed. */
export const reported: Decision = { decision: 'report', guards: [], needsApproval: [], last: false };

export const candidateOf = (webhook: Webhook, findings: readonly Finding[], place: number): Candidate => {
  const url = webhook.url === null ? null : redactUrl(webhook.url);
  return { webhook, findings, place, url, decision: reported };
};

/** Why a person has to agree to an item that no guard keeps, in the order in which plans name them. */
const approvalReasons = (
  account: Account,
  canDisable: boolean,
  secret: boolean,
  partly: boolean,
  last: boolean,
): readonly ApprovalReason[] => {
  const reasons: readonly (readonly [boolean, ApprovalReason])[] = [
    [account.mode !== 'auto', 'mode'],
    [!canDisable, 'delete-only'],
    [isShortObservation(account), 'short-observe'],
    [secret, 'secret'],
    [partly, 'partly-restorable'],
    [last && account.environment === 'production', 'last'],
  ];
  return reasons.flatMap(([holds, reason]) => (holds ? [reason] : []));
};

/** Proposes candidates; what they need is worked out once for all that are alike. */
export const proposerOf = (account: Account, capabilities: Capabilities) => {
  const known: Decision[] = [];
  return ({ webhook, findings, url }: Candidate, last: boolean): Decision => {
    const canDisable = capabilities.disable.includes(webhook.kind);
    const secret = findings.some(({ rule }) => rule === 'superseded-secret');
    const partly = url !== webhook.url;
    const like = (canDisable ? 1 : 0) | (secret ? 2 : 0) | (partly ? 4 : 0) | (last ? 8 : 0);
    known[like] ??= {
      decision: 'propose',
      guards: [],
      needsApproval: approvalReasons(account, canDisable, secret, partly, last),
      last,
    };
    return known[like];
  };
};

/** What all items of a scope have in common that are alike in kind, and in whether they are on. */
type Common = Pick<PlanItem, 'via' | 'earliest'>;

const commonOf = (account: Account, capabilities: Capabilities, now: Ms, kind: Kind, enabled: boolean): Common => {
  const at = (after: Ms | null) => (after === null ? null : iso(now + after));
  const { via, disableAfter, deleteAfter } = scheduleOf(account, capabilities.disable.includes(kind), enabled);
  return { via, earliest: { disable: at(disableAfter), delete: at(deleteAfter) } };
};

const restorability = (capabilities: Capabilities) =>
  ({
    whole: { possible: 'yes', lost: [...capabilities.lostOnRestore] },
    partly: { possible: 'partly', lost: [...capabilities.lostOnRestore, 'secret part of the url'] },
  }) as const;

/** Writes the items of a scope; what is alike in many of them is made once. */
export const itemsOf = (account: Account, capabilities: Capabilities, scope: string, now: Ms) => {
  const { name, provider, environment } = account;
  const restore = restorability(capabilities);
  const common = (kind: Kind) => ({
    on: commonOf(account, capabilities, now, kind, true),
    off: commonOf(account, capabilities, now, kind, false),
  });
  const commons = { endpoint: common('endpoint'), 'signing-secret': common('signing-secret') };
  return ({ webhook, findings, url, decision }: Candidate): PlanItem => {
    const { via, earliest } = commons[webhook.kind][webhook.enabled ? 'on' : 'off'];
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
      decision: decision.decision,
      findings,
      guards: decision.guards,
      survivor: findings.find(({ survivor }) => survivor)?.survivor ?? null,
      needsApproval: decision.needsApproval,
      last: decision.last,
      restore: url === webhook.url ? restore.whole : restore.partly,
      earliest,
      fingerprint: fingerprint(webhook),
    };
  };
};
