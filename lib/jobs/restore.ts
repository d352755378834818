import {
  type BackupItem,
  backupKey,
  type CleanupRecord,
  emptyRecord,
  move,
  recordKey,
  recordName,
  recordRef,
} from '../audit/record.ts';
import { isLegal } from '../audit/states.ts';
import { type Change, change, type Draft, read } from '../audit/table.ts';
import type { Capabilities, Creation } from '../providers/contract.ts';
import { readGiven, type SecretStore } from '../secrets.ts';
import { redactUrl } from '../url.ts';
import { type Backup, fingerprint, type Webhook } from '../webhook.ts';
import { follow } from './follow.ts';
import { accountOf, type Ports } from './ports.ts';
import { formsOf, takePlace } from './secret-place.ts';

/** What a person gives along: references for redacted parts and secrets, and where a new secret is to go. */
export type RestoreRequest = {
  secrets: Readonly<Record<string, string>>;
  secretTo: string | null;
  reason: string;
  dryRun: boolean;
};

/** What a person may give along, by the provider's names, and what has to be given. */
export type RestoreAsks = {
  takes: readonly string[];
  needs: readonly string[];
  /** The provider makes up a secret, which wants a place. */
  place: boolean;
  /** How a reference and a place are written where this is carried out. */
  forms: SecretStore['forms'];
};

/** What came of it for one record. `lost` is what the restored webhook will not have again. */
export type RestoreAnswer = {
  target: string;
  ok: boolean;
  detail: string;
  url: string | null;
  creates: boolean;
  lost: readonly string[];
  /** null where nothing can be given: it is not created anew, or this process reads no secrets. */
  asks: RestoreAsks | null;
};

const asksOf = (
  record: CleanupRecord,
  backup: Backup | undefined,
  can: Capabilities,
  forms: SecretStore['forms'],
): RestoreAsks | null => {
  if (record.state !== 'deleted') return null;
  const needs = backup?.urlRedacted ? ['url'] : [];
  const place = can.issuesSecret?.includes(record.kind) ?? false;
  return { takes: [...needs, ...(can.takesSecrets ?? [])], needs, place, forms };
};

/** Why this record cannot be restored as asked, with what to do; null where it can. */
const obstacle = (
  record: CleanupRecord,
  asks: RestoreAsks | null,
  can: Capabilities,
  asked: RestoreRequest,
  { reference, place }: SecretStore['forms'],
): string | null => {
  if (record.state === 'restored' || record.state === 'restoring') return null;
  if (!isLegal(record.state, 'restoring', 'restore')) return `it is ${record.state}: nothing of ours is to be put back`;
  if (record.state === 'failed' && record.leftAs === 'on') return 'it is still there and on';
  if (asks === null) return null;
  if (asks.needs.includes('url') && asked.secrets.url === undefined)
    return `its URL held a secret that was never kept: give the whole URL with --secret url=${reference}`;
  if (asks.place && !can.revealsSecret && asked.secretTo === null)
    return `the provider makes up a secret and shows it once: say where it goes with --secret-to ${place}`;
  const known = ['url', ...(can.takesSecrets ?? [])];
  const unknown = Object.keys(asked.secrets).filter((name) => !known.includes(name));
  return unknown.length > 0 ? `there is no secret ${unknown.join(', ')} here; possible: ${known.join(', ')}` : null;
};

const lostOf = (record: CleanupRecord, can: Capabilities, asked: RestoreRequest): string[] =>
  record.state === 'deleted' ? can.lostOnRestore.filter((name) => asked.secrets[name] === undefined) : [];

const asRestoring = (
  record: CleanupRecord,
  asked: RestoreRequest,
  now: number,
  actor: string,
): Change<CleanupRecord> | null => {
  if (!isLegal(record.state, 'restoring', 'restore')) return null;
  const returnTo = { state: 'restored' as const, guard: null, detail: asked.reason };
  const { secrets, secretTo } = asked;
  const attempts = { ...record.attempts, restore: 0 };
  const fresh = record.state === 'deleted' ? { openUntil: undefined, pending: undefined } : {};
  const patch = {
    returnTo,
    restore: { secrets, secretTo },
    attempts,
    dueAt: now,
    waitFor: 'now' as const,
    veto: undefined,
    ...fresh,
  };
  return move(record, 'restoring', 'restore', now, { actor, detail: asked.reason }, patch);
};

/** Asks for one webhook to be put back: switched on where it still is, created from its backup where it is gone. */
export const requestRestore = async (
  ports: Ports,
  record: CleanupRecord,
  asked: RestoreRequest,
): Promise<RestoreAnswer> => {
  const target = recordName(record);
  const creates = record.state === 'deleted';
  const answer = { target, url: record.url, creates, lost: [], asks: null };
  const account = accountOf(ports.policy, record.account);
  if (!account) return { ...answer, ok: false, detail: 'its account is not in the policy' };
  const opened = await ports.open(account);
  if (opened.status === 'error') return { ...answer, ok: false, detail: opened.why };
  const can = opened.provider.capabilities;
  const stored = await read<BackupItem>(ports.table, backupKey(record, record.cycle));
  const forms = formsOf(ports);
  const asks = asksOf(record, stored?.backup, can, forms);
  const why = obstacle(record, asks, can, asked, forms);
  const known = { ...answer, lost: lostOf(record, can, asked), asks: ports.secrets ? asks : null };
  if (why !== null) return { ...known, ok: false, detail: why };
  if (record.state === 'restored')
    return { ...known, ok: true, detail: `restored already${record.restoredAs ? ` as ${record.restoredAs}` : ''}` };
  if (record.state === 'restoring') return { ...known, ok: true, detail: 'it is being put back already' };
  const source = creates ? await sourceOf(ports, stored?.backup, asked.secrets) : null;
  if (source?.status === 'error') return { ...known, ok: false, detail: source.why };
  const plan = creates ? 'would be created from its backup' : 'would be switched on as it was';
  if (asked.dryRun) return { ...known, ok: true, detail: plan };
  const homeless = creates ? await takePlace(ports, can, record, asked.secretTo) : null;
  if (homeless !== null) return { ...known, ok: false, detail: homeless };
  const written = await change<CleanupRecord>(ports, recordKey(record), (current) =>
    current ? asRestoring(current, asked, ports.clock.now(), ports.actor) : null,
  );
  if (!written.won) return { ...known, ok: false, detail: `it is ${written.item?.state ?? 'gone'} by now` };
  await follow(ports, written.item);
  return {
    ...known,
    ok: true,
    detail: creates ? 'is being created from its backup' : 'is being switched on as it was',
  };
};

/** What a restore is created from, or why that cannot be had. */
export type Source = { status: 'ok'; creation: Creation } | { status: 'error'; why: string };

const sourceOf = async (
  ports: Ports,
  backup: Backup | undefined,
  secrets: Readonly<Record<string, string>>,
): Promise<Source> => {
  if (!backup) return { status: 'error', why: 'its backup is gone, so there is nothing to create it from' };
  const given = await readGiven(ports.secrets, secrets);
  if (given.status === 'error')
    return {
      status: 'error',
      why: `the secret ${given.name} cannot be read: ${given.refused?.why ?? 'this process reads none'}`,
    };
  const { url, ...others } = given.values;
  if (url === undefined && backup.urlRedacted)
    return {
      status: 'error',
      why: `its URL held a secret that was never kept: ask again with --secret url=${formsOf(ports).reference}`,
    };
  if (url !== undefined && redactUrl(url) !== backup.url)
    return { status: 'error', why: `the URL given is not the one of the backup, ${backup.url}` };
  const whole = url === undefined ? {} : { url, urlRedacted: false };
  return {
    status: 'ok',
    creation: { ...backup, ...whole, ...(Object.keys(others).length > 0 && { secrets: others }) },
  };
};

/** What the restores among these records are created from, by `keyOf`. */
export const sourcesFor = async (ports: Ports, records: readonly CleanupRecord[]): Promise<Map<string, Source>> => {
  const sources = new Map<string, Source>();
  for (const record of records) {
    if (record.state !== 'restoring' || record.returnTo?.state !== 'restored') continue;
    const stored = await read<BackupItem>(ports.table, backupKey(record, record.cycle));
    sources.set(recordRef(record), await sourceOf(ports, stored?.backup, record.restore?.secrets ?? {}));
  }
  return sources;
};

/** A rule wants it gone, and nothing was done about it yet. A person's own choice is another matter. */
const isOnlyPlanned = ({ state, findings, cycle }: Draft<CleanupRecord>): boolean =>
  cycle > 0 && (state === 'proposed' || state === 'approved') && !findings.some(({ rule }) => rule === 'manual');

/** Marks the webhook that stands for a restored one, so that the rule that removed the old one does not find the new one. */
export const markRestored = async (
  ports: Ports,
  from: CleanupRecord,
  as: Webhook | undefined,
  id: string,
): Promise<void> => {
  const { account, scope, kind, provider, environment, url, name } = from;
  const subject = { account, scope, kind, webhookId: id };
  const print = as ? fingerprint(as) : from.fingerprint;
  await change<CleanupRecord>(ports, recordKey(subject), (current) => {
    const known = current ?? emptyRecord(subject, provider, environment);
    const isSwept = isOnlyPlanned(known);
    const why = { actor: ports.actor, detail: `withdrawn: it stands for ${recordName(from)}` };
    const base = isSwept ? move(known, 'kept', 'veto', ports.clock.now(), why).next : known;
    const state = base.cycle === 0 ? null : base.state;
    if (!isLegal(state, 'restored', 'restore') || state === 'restored') return null;
    const line = { actor: ports.actor, detail: `stands for ${recordName(from)}, which a person had restored` };
    const said = { url, name, fingerprint: print, restoredFrom: recordName(from), cycle: Math.max(base.cycle, 1) };
    const marked = move(base, 'restored', 'restore', ports.clock.now(), line, said);
    return isSwept ? { next: marked.next } : marked;
  });
};
