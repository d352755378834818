import type { GenericSchema } from 'valibot';
import type { Json } from '../canonical.ts';
import type { Ms } from '../clock.ts';
import type { Account } from '../policy/policy.ts';
import type { Backup, Kind, Webhook, WebhookRef } from '../webhook.ts';
import type { Http } from './http.ts';
import type { Quota } from './quota.ts';

/**
 * What came of one call, from one closed set; retryability is data.
 *
 * - `done`: the provider said that it did it. Proof is the list after, never this.
 * - `gone`: the provider said that it is not there for this credential. Proof is the list, never this.
 * - `retry`: certainly nothing happened, and it may be tried again. `pause` says that the whole account must wait
 *   (a throttle, or a credential that does not work now); `afterMs` is what the provider asked for.
 * - `refused`: certainly nothing happened, and it will be refused again.
 * - `unknown`: it may have happened. Read it back.
 */
export type Outcome =
  | { kind: 'done'; why: string }
  | { kind: 'gone'; why: string }
  | { kind: 'retry'; why: string; afterMs?: Ms; pause?: 'throttle' | 'credential' }
  | { kind: 'refused'; why: string }
  | { kind: 'unknown'; why: string };

/**
 * A whole population of one scope, or why there is none.
 *
 * `incomplete`: some of it was read, but pages, totals, cursors or fields do not add up. `error`: nothing could be read.
 * Neither proves anything.
 */
export type Listing =
  | { status: 'complete'; webhooks: readonly Webhook[] }
  | { status: 'incomplete' | 'error'; outcome: Extract<Outcome, { kind: 'retry' | 'refused' }> };

/**
 * One allowance of a provider for changing calls: so many units in any span of this length. `cost` is what one call takes of
 * them; absent: one. `lists`: a request for a list takes as much; looked at where the account is its one scope, and
 * three requests must fit into `limits.turnHorizonMs`. Allowances that the
 * provider does not publish are careful choices of ours (docs/providers).
 */
export type Allowance = { units: number; perMs: Ms; cost?: number; lists?: true };

/** What a provider can do, as data: rules and lifecycle follow from this, never from a provider's name. */
export type Capabilities = {
  kinds: readonly Kind[];
  /** Kinds that can be switched off and on without deleting. */
  disable: readonly Kind[];
  /** Tells of deliveries. */
  signals: boolean;
  /** How far back it tells of them, where it forgets: no success known means no more than that. Absent: for ever. */
  signalMemoryMs?: Ms;
  /** `updatedAt` moves only when somebody edits. */
  editStamp: boolean;
  /** Each webhook signs with a secret of its own. */
  ownSecret: boolean;
  /** A test-looking URL may be deliberate parking. */
  parkedUrls: boolean;
  /** Runs on the customer's own network here, so that private addresses may be reached. */
  selfHosted: boolean;
  /** What a restored webhook never has again, e.g. `id`, `secret`. */
  lostOnRestore: readonly string[];
  /** Kinds for which the provider makes up a secret at creation, which its API shows once. */
  issuesSecret?: readonly Kind[];
  /** People can look such a secret up later, in the provider's dashboard. */
  revealsSecret?: true;
  /** Secrets of its own that a webhook may be created with, by the names of `--secret NAME=…`. */
  takesSecrets?: readonly string[];
  /** How long after switching off a delivery may still arrive. */
  lateDeliveryMs: Ms;
  /** What all that share the account may call at most, whoever calls; absent: nothing is held back until it says so. */
  allowances?: readonly [Allowance, ...Allowance[]];
  /** The account is its one scope: its lock and its gate are one item. */
  oneScope?: true;
  /** Why it is experimental, or null. */
  experimental: string | null;
};

/** What a webhook is created from: a backup whose redacted parts were given again, and the secrets that go with it. */
export type Creation = Backup & { secrets?: Readonly<Record<string, string>> };

/** What came of a creation: the id and the secret where the answer told them. The secret is never logged or stored by us. */
export type Created = Outcome & { id?: string; secret?: string };

/** One opened account. Every method may be cancelled and then rejects with the signal's reason; otherwise none throws. */
export type Provider = {
  readonly capabilities: Capabilities;
  /** What the newest answer said is left of the account's calls; absent or null: nothing was said. */
  quota?(): Quota | null;
  /** The scopes of the account. */
  scopes(
    signal?: AbortSignal,
  ): Promise<{ status: 'complete'; scopes: readonly string[] } | Exclude<Listing, { status: 'complete' }>>;
  list(scope: string, signal?: AbortSignal): Promise<Listing>;
  disable(scope: string, webhook: WebhookRef, signal?: AbortSignal): Promise<Outcome>;
  enable(scope: string, webhook: WebhookRef, signal?: AbortSignal): Promise<Outcome>;
  delete(scope: string, webhook: WebhookRef, signal?: AbortSignal): Promise<Outcome>;
  create(scope: string, creation: Creation, signal?: AbortSignal): Promise<Created>;
};

/** What one provider file exports: its fields in the policy file, and how to open an account. */
export type ProviderDefinition = {
  readonly id: string;
  /** For people: `Modulus Labs (QR Ph webhooks)`. */
  readonly title: string;
  /** Names of credential fields and what each is for. */
  /** `secret: false` marks an identifier that may be shown, such as a client id. */
  readonly credentials: Readonly<Record<string, { required: boolean; about: string; secret?: false }>>;
  /** Sets of optional credentials of which exactly one must be given, whole. */
  readonly oneOf?: readonly (readonly string[])[];
  /** Options that the provider cannot do without, as a starter file shows them. */
  readonly exampleOptions?: Readonly<Record<string, Json>>;
  /** Where the address follows from the options: what it is unless the policy file says otherwise. */
  baseUrlFrom?(options: Readonly<Record<string, Json>>): string;
  /** Schema of `options`. */
  readonly options: GenericSchema<unknown, Record<string, Json>>;
  /** Where the provider publishes one; null where the policy file must say it. */
  readonly baseUrl: Readonly<Record<'sandbox' | 'production', string | null>>;
  /** A credential that contradicts the account's environment: the sentence that says so, or null. Never quotes the value. */
  contradiction?(account: Account, credentials: Readonly<Record<string, string>>): string | null;
  open(account: Account, credentials: Readonly<Record<string, string>>, http: Http): Provider;
};
