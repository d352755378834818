import type { Ms } from '../clock.ts';
import type { Account } from '../policy/policy.ts';

const day: Ms = 24 * 60 * 60 * 1000;

/**
 * What happens to a webhook after its approval, and when at the earliest. Delays in milliseconds, counted from the approval.
 *
 * Where the provider can switch off: notice, disable, observe, delete. A webhook that is off already is only observed.
 * Where it cannot, the longer of both waits comes before the delete, at least a day on production.
 */
export const scheduleOf = (account: Account, canDisable: boolean, enabled: boolean) => {
  const { noticeMs, observeMs } = account.lifecycle;
  if (enabled && canDisable)
    return { via: ['disable', 'delete'] as const, disableAfter: noticeMs, deleteAfter: noticeMs + observeMs };
  if (!canDisable) {
    const least = account.environment === 'production' ? day : 0;
    return { via: ['delete'] as const, disableAfter: null, deleteAfter: Math.max(noticeMs, observeMs, least) };
  }
  return { via: ['delete'] as const, disableAfter: null, deleteAfter: noticeMs + observeMs };
};

/** An observation shorter than this on production needs an approval. */
export const isShortObservation = (account: Account): boolean =>
  account.environment === 'production' && account.lifecycle.observeMs < day;
