import type { CleanupRecord } from '../audit/record.ts';
import { isOpen } from '../audit/states.ts';
import { iso, type Ms } from '../clock.ts';
import type { Account } from '../policy/policy.ts';
import { protectedBy } from '../policy/protect.ts';
import { sameConfig, type Webhook } from '../webhook.ts';
import type { Cover } from './cover.ts';
import type { Guard } from './item.ts';

/** What the guards look at besides the webhook itself. */
export type Surroundings = {
  account: Account;
  now: Ms;
  /** Who would still receive what; changes as items of a plan are taken out. */
  cover: Cover;
  /** Ids of signing secrets that a webhook refers to. */
  secretsInUse: ReadonlySet<string>;
};

/**
 * Signing secrets that a webhook of this population refers to. One that is off counts too: switched on again, by us or by
 * somebody else, it would send without a signature.
 */
export const secretsInUse = (webhooks: Iterable<Webhook>): Set<string> => {
  const inUse = new Set<string>();
  for (const webhook of webhooks) if (webhook.secretId !== null) inUse.add(webhook.secretId);
  return inUse;
};

/** Events that nobody else would receive, as a sentence; null where each is covered or needs no cover. */
const coverLost = (webhook: Webhook, wasOn: boolean, { cover }: Surroundings): string | null => {
  const missing = wasOn ? cover.missingWithout(webhook) : [];
  return missing.length === 0 ? null : `no other enabled webhook here covers ${missing.join(', ')}`;
};

/**
 * The guards that hold for a webhook as it stands, in a plan as at each step.
 *
 * @param wasOn it was on when it was found; one that was off needs no cover
 * @param lastAgreed its deletion as the last one is allowed: `last-one` is then reported as `last`, not as a guard
 */
export const standingGuards = (
  webhook: Webhook,
  wasOn: boolean,
  around: Surroundings,
  lastAgreed: boolean,
): { guards: Guard[]; last: boolean } => {
  const guards: Guard[] = [];
  const { account } = around;
  const entry = protectedBy(account.protect, { webhook, account: account.name, provider: account.provider });
  if (entry) guards.push({ guard: 'protected', detail: `protected by the policy: ${entry.because}` });
  if (webhook.kind === 'signing-secret' && around.secretsInUse.has(webhook.id))
    guards.push({ guard: 'in-use', detail: 'a webhook signs with it' });
  const lost = coverLost(webhook, wasOn, around);
  if (lost !== null && !lastAgreed) guards.push({ guard: 'last-one', detail: lost });
  return { guards, last: lost !== null && lastAgreed };
};

/** A veto that still stands over a webhook with this fingerprint: not past its end, and neither the webhook nor the rules changed since. */
export const vetoStands = ({ veto }: CleanupRecord, print: string, rules: string, now: Ms): boolean =>
  veto !== undefined &&
  (veto.until === null || veto.until > now) &&
  veto.rules === rules &&
  sameConfig(veto.config, print);

const unchangedSince = (record: CleanupRecord, print: string, rules: string): boolean =>
  record.fingerprint === print && record.rules === rules;

const underWay = (record: CleanupRecord): string =>
  record.dueAt === undefined
    ? `already ${record.state}${record.held ? `, held: ${record.held}` : ''}`
    : `already ${record.state}; next step due ${iso(record.dueAt)}`;

/**
 * What the record of an earlier or present cycle says against a new one.
 *
 * @param print the webhook's fingerprint as it is now
 */
export const recordGuards = (record: CleanupRecord, print: string, rules: string, now: Ms): Guard[] => {
  const guards: Guard[] = [];
  if (vetoStands(record, print, rules, now))
    guards.push({ guard: 'vetoed', detail: `vetoed by ${record.veto?.actor}: ${record.veto?.reason}` });
  if (record.state === 'restored')
    guards.push({ guard: 'restored', detail: 'it was put back by a person and is not swept again' });
  if (record.state === 'deleted')
    guards.push({ guard: 'changed', detail: 'recorded as deleted, yet listed again; look at its audit' });
  if (record.state === 'disabled') guards.push({ guard: 'open', detail: 'rests switched off by us' });
  if (isOpen(record.state) && record.state !== 'proposed') guards.push({ guard: 'open', detail: underWay(record) });
  if (record.state === 'failed' && unchangedSince(record, print, rules))
    guards.push({ guard: 'refused', detail: 'an earlier cycle failed and nothing changed since; see its audit' });
  if (record.state === 'kept' && record.endGuard === 'alive' && unchangedSince(record, print, rules))
    guards.push({ guard: 'alive', detail: 'it showed a sign of life when it was observed, and nothing changed since' });
  return guards;
};
