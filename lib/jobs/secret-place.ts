import { type CleanupRecord, recordName } from '../audit/record.ts';
import type { Capabilities } from '../providers/contract.ts';
import { localForms, type SecretStore } from '../secrets.ts';
import type { Verdict } from './judge.ts';
import type { Ports } from './ports.ts';

/** How people write a reference to a secret and a place for a new one, where this process runs. */
export const formsOf = ({ secrets }: Pick<Ports, 'secrets'>): SecretStore['forms'] => secrets?.forms ?? localForms;

/** What a secret belongs to that comes with the restore of a record. */
const ownerOf = recordName;

/**
 * Takes the place for the secret that the provider will make up, before anything is created: it is shown once. None is taken
 * where people can look it up later and named no place.
 *
 * @returns why it cannot be had, or null where it is taken or none is needed
 */
export const takePlace = async (
  { secrets }: Pick<Ports, 'secrets'>,
  { issuesSecret, revealsSecret }: Pick<Capabilities, 'issuesSecret' | 'revealsSecret'>,
  record: CleanupRecord,
  to: string | null,
): Promise<string | null> => {
  if (!issuesSecret?.includes(record.kind)) return null;
  if (to === null && revealsSecret) return null;
  if (to === null) return 'no place was named for the secret that the provider makes up';
  const reserved = await secrets?.reserve(to, ownerOf(record));
  if (reserved?.status === 'ok') return null;
  return `${reserved?.why ?? 'this process writes no secrets'}; nothing was created`;
};

/** Puts the secret of a creation where the person said. Answers why it is lost, or null. */
export const putInPlace = async (
  { secrets }: Pick<Ports, 'secrets'>,
  record: CleanupRecord,
  secret: string,
): Promise<string | null> => {
  const to = record.restore?.secretTo ?? null;
  if (to === null) return 'no place was named for it';
  const kept = await secrets?.write(to, ownerOf(record), secret);
  return kept?.status === 'ok' ? null : (kept?.why ?? 'this process writes no secrets');
};

/** Holds a creation whose secret would have no place; other verdicts stay as they are. */
export const withPlace = async (
  ports: Pick<Ports, 'secrets'>,
  can: Capabilities,
  record: CleanupRecord,
  verdict: Verdict,
): Promise<Verdict> => {
  if (verdict.do !== 'call' || verdict.call !== 'create') return verdict;
  const why = await takePlace(ports, can, record, record.restore?.secretTo ?? null);
  return why === null ? verdict : { do: 'hold', why };
};
