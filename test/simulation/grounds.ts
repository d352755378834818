import type { CleanupRecord } from '../../lib/audit/record.ts';
import type { Account } from '../../lib/policy/policy.ts';
import type { Webhook } from '../../lib/webhook.ts';
import type { SimulatedNames } from './features.ts';
import type { Mutation } from './remote.ts';
import { type Task, violate, type World } from './world.ts';

/** Clocks differ by up to three seconds. */
const skewMs = 6_000;

const hostOf = (webhook: Webhook): string => (webhook.url === null ? '' : new URL(webhook.url).hostname);

/** From when on a delivery speaks for a webhook: late ones do not, once it was switched off. */
const listeningSince = (claim: CleanupRecord): number =>
  (claim.offByUs ? claim.quietUntil : undefined) ?? Date.parse(claim.history[0]?.at ?? '');

/** Why its only ground does not hold, as the worker's own list and its own question to DNS say; null where it does. */
const without = (
  claim: CleanupRecord,
  shown: Webhook,
  askedAt: number,
  task: Task,
  account: Account | undefined,
  names: SimulatedNames,
): string | null => {
  const only = (rule: string): boolean => claim.findings.every((found) => found.rule === rule);
  const success = Date.parse(shown.signal?.lastSuccess ?? '');
  if (only('stale') && success > listeningSince(claim) + skewMs)
    return `in spite of a delivery at ${new Date(success).toISOString()}`;
  if (!only('unresolvable')) return null;
  const host = hostOf(shown);
  const fresh = task.names.get(host);
  if (fresh?.answer !== 'absent' || fresh.at < askedAt) return `DNS does not confirm that ${host} is absent`;
  const { scans = 0 } = account?.rules.unresolvable ?? {};
  const absences = names.answers.filter((one) => one.host === host && one.answer === 'absent');
  return absences.length <= scans ? `${host} was absent in ${absences.length - 1} scans, of ${scans}` : null;
};

/** A webhook that only its silence or its host speaks against is not touched once that is over. */
export const checkGrounds = (
  world: World,
  names: SimulatedNames,
  task: Task,
  call: Mutation,
  claim: CleanupRecord,
  shown: Webhook | undefined,
  askedAt: number,
): void => {
  const again = call === 'disable' && claim.attempts.disable > 1;
  if (call === 'enable' || again || !shown) return;
  const { offByUs } = claim;
  const found = { ...claim, offByUs: call === 'delete' && offByUs };
  const account = task.policy.accounts.find(({ name }) => name === claim.account);
  const why = without(found, shown, askedAt, task, account, names);
  if (why !== null) violate(world, task, `${call} ${claim.pk}: ${why}`);
};
