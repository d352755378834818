import type { Guard, GuardName } from '../audit/record.ts';
import type { Step } from '../audit/states.ts';
import type { Finding } from '../detect/finding.ts';
import type { Environment } from '../policy/policy.ts';
import type { Kind, Signal } from '../webhook.ts';

export type { Guard, GuardName };

/** Why an item that nothing forbids still waits for a person. */
export type ApprovalReason =
  | 'mode'
  | 'first-scan'
  | 'over-limit'
  | 'delete-only'
  | 'short-observe'
  | 'secret'
  | 'partly-restorable'
  | 'last';

/** One webhook in a plan, as `scan --json` prints it. ISO 8601 times; the URL is redacted. */
export type PlanItem = {
  account: string;
  provider: string;
  environment: Environment;
  scope: string;
  webhookId: string;
  kind: Kind;
  url: string | null;
  name: string | null;
  events: readonly string[];
  enabled: boolean;
  createdAt: string | null;
  signal: Signal | null;
  action: 'delete';
  via: readonly Exclude<Step, 'restore'>[];
  /** `propose`, `keep` (a guard won) or `report` (shown, never acted on). */
  decision: 'propose' | 'keep' | 'report';
  findings: readonly Finding[];
  guards: readonly Guard[];
  survivor: { webhookId: string; reason: string } | null;
  needsApproval: readonly ApprovalReason[];
  /** No other webhook covers its events, and the policy allows that. */
  last: boolean;
  restore: { possible: 'yes' | 'partly' | 'no'; lost: readonly string[] };
  earliest: { disable: string | null; delete: string | null };
  fingerprint: string;
};

export type ScopeStatus = {
  scope: string;
  status: 'complete' | 'incomplete' | 'error';
  webhooks: number;
  error?: { code: string; message: string; hint: string };
};

export type AccountPlan = {
  account: string;
  provider: string;
  environment: Environment;
  status: ScopeStatus['status'];
  planId: string;
  scopes: readonly ScopeStatus[];
  webhooks: number;
  error?: ScopeStatus['error'];
};

/** The document that `scan` prints and `apply` takes. */
export type Plan = {
  version: 1;
  planId: string;
  createdAt: string;
  policy: string;
  accounts: readonly AccountPlan[];
  items: readonly PlanItem[];
  summary: { webhooks: number; proposed: number; kept: number; reported: number };
  warnings: readonly string[];
  /** Hash of all the rest, so that an edit by hand is seen. */
  digest: string;
};
