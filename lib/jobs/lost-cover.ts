import { type BackupItem, backupKey, type CleanupRecord } from '../audit/record.ts';
import { read } from '../audit/table.ts';
import type { Cover } from '../plan/cover.ts';
import { fingerprintParts, type Webhook } from '../webhook.ts';
import { isLastAgreed, type Verdict } from './judge.ts';
import type { Shift } from './shift.ts';

/** It is gone by our delete, also where a veto came first and it was to be put back. */
const tellsOurDelete = ({ deleteSent, returnTo }: CleanupRecord, verdict: Verdict): boolean =>
  verdict.do === 'move' &&
  (verdict.to === 'deleted' || (verdict.leftAs === 'absent' && deleteSent && returnTo?.state !== 'restored'));

/**
 * Whether somebody else took the cover away while our delete was under way: it cannot be undone, so it is cried out.
 *
 * @param cover of a list made after the delete
 * @param judged the webhook as this very shift listed it, which is then as its backup has it; else the backup is read
 * @returns what to add to the story, empty where each event of the backup has a receiver
 */
export const lostCover = async (
  shift: Shift,
  record: CleanupRecord,
  verdict: Verdict,
  cover: Cover,
  judged?: Webhook,
): Promise<string> => {
  const { account, scope, ports } = shift;
  if (!tellsOurDelete(record, verdict)) return '';
  if (!fingerprintParts(record.fingerprint).on || isLastAgreed(record, account)) return '';
  const was = judged ?? (await read<BackupItem>(ports.table, backupKey(record, record.cycle)))?.backup;
  const missing = was ? cover.missingWithout(was) : [];
  if (missing.length === 0) return '';
  const detail = `meanwhile somebody else took the cover away: nobody receives ${missing.join(', ')} any more`;
  ports.log({
    level: 'error',
    message: 'cover lost after a delete',
    account: account.name,
    scope,
    kind: record.kind,
    webhookId: record.webhookId,
    detail,
    count: { CoverLost: 1 },
  });
  return `; ${detail}`;
};
