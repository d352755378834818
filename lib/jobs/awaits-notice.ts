import type { CleanupRecord } from '../audit/record.ts';
import type { Account } from '../policy/policy.ts';

/**
 * Nobody may have heard of it yet: nothing is done to it before the notice that names it was accepted. True of every
 * approved record of an account with a target for notices, but those that a person sent off at once (never on production).
 */
export const awaitsNotice = (record: CleanupRecord, account: Account | undefined): boolean =>
  record.state === 'approved' && account?.notify.sns !== undefined && !record.hasty && record.noticeAt === undefined;
