import type { Ms } from '../clock.ts';
import type { Protect, RuleName, Rules } from '../policy/policy.ts';
import type { Capabilities } from '../providers/contract.ts';
import type { Webhook } from '../webhook.ts';

export type Confidence = 'high' | 'medium' | 'low' | 'security';

/** One rule that matched one webhook. */
export type Finding = {
  rule: RuleName;
  confidence: Confidence;
  /** One sentence for people, redacted: what was seen, where, against which bound. */
  evidence: string;
  /** false: shown, never acted on (low confidence, too young, no signal, a near duplicate, a security flag). */
  proposes: boolean;
  /** For duplicates: who stays, and why. */
  survivor?: { webhookId: string; reason: string };
};

/** What our own complete scans saw of one webhook. ISO 8601 times. */
export type Sighting = {
  firstSeen: string;
  /** Start of the uninterrupted time in which scans saw it off. */
  offSince?: string;
  /** Newest success that a scan saw in the provider's signal. */
  lastSuccess?: string;
  /** Scans in which this host of it did not exist in DNS, oldest first; the host existed in none between them. */
  absent?: { host: string; at: readonly string[] };
};

/** Everything the rules may look at: one scope's whole population and what we know of it. */
export type ScopeView = {
  scope: string;
  webhooks: readonly Webhook[];
  rules: Rules;
  protect: readonly Protect[];
  capabilities: Capabilities;
  now: Ms;
  /** By `keyOf`; empty without a store. */
  sightings: ReadonlyMap<string, Sighting>;
  /** Keys of webhooks that are off by our own hand: seen here as they were before. */
  offByUs: ReadonlySet<string>;
  /** Until when a delivery to one of those may be a late one. */
  quietUntil?: ReadonlyMap<string, Ms>;
};

/** Findings by `keyOf`; a webhook without findings is absent. */
export type Findings = Pick<ReadonlyMap<string, readonly Finding[]>, 'get' | 'has' | 'size' | typeof Symbol.iterator>;

/** The findings of one list, where in it those webhooks stand that have some, in its order, and what each of them has. */
export type Detected = Findings & {
  readonly places: readonly number[];
  readonly found: readonly (readonly Finding[])[];
};
