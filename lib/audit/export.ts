import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { contentId } from '../canonical.ts';
import { limits } from '../limits.ts';
import { brokenAt, type Entry } from './chain.ts';
import type { AuditRecord } from './printed.ts';
import { signedBy } from './signature.ts';

export const manifestName = 'manifest.json';
export const signatureName = 'manifest.sig';

const text = v.string();
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const fault = v.strictObject({ record: text, why: text });

const manifestSchema = v.strictObject({
  version: v.literal(1),
  /** ISO 8601. */
  createdAt: text,
  /** Who exported, and with which hooksweep. */
  by: text,
  hooksweep: text,
  /** What was asked for. */
  filter: v.record(text, v.unknown()),
  records: count,
  entries: count,
  /** Stories that were not whole when they were exported, and records that could not be read. */
  broken: v.array(fault),
  files: v.array(
    v.strictObject({
      name: v.pipe(text, v.regex(/^records-\d{4,}\.jsonl$/)),
      bytes: count,
      records: count,
      sha256: v.pipe(text, v.regex(/^[0-9a-f]{64}$/)),
    }),
  ),
  publicKey: text,
});

/** What an export holds, and the hash of each of its files. It is what is signed. */
export type Manifest = v.InferOutput<typeof manifestSchema>;
export type ExportFile = Manifest['files'][number];
export type Fault = v.InferOutput<typeof fault>;

const hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Records as JSON lines, split into files of `limits.exportFileBytes` and at most one record more. */
export function* filesOf(records: Iterable<AuditRecord>): Generator<{ file: ExportFile; bytes: Uint8Array }> {
  let [lines, size, number] = [[] as string[], 0, 0];
  const close = () => {
    const bytes = Buffer.from(lines.join(''));
    number += 1;
    const name = `records-${String(number).padStart(4, '0')}.jsonl`;
    const file = { name, bytes: bytes.length, records: lines.length, sha256: hex(bytes) };
    lines = [];
    size = 0;
    return { file, bytes };
  };
  for (const record of records) {
    const line = `${JSON.stringify(record)}\n`;
    lines.push(line);
    size += Buffer.byteLength(line);
    if (size >= limits.exportFileBytes) yield close();
  }
  if (lines.length > 0) yield close();
}

const exported = v.looseObject({
  record: text,
  head: text,
  backupHash: v.nullable(text),
  backup: v.nullable(v.looseObject({})),
  history: v.array(v.looseObject({ seq: v.number(), prev: text, hash: text })),
});

/** The first thing that is wrong with a story as it was exported, or null. */
export const wrongWithRecord = (record: Pick<AuditRecord, 'record' | 'head' | 'history' | 'backup' | 'backupHash'>) => {
  const broken = brokenAt(`webhook#${record.record}`, record.history, record.head);
  if (broken) return broken;
  if (record.backupHash === null) return null;
  if (record.backup === null) return 'its backup is missing';
  return contentId(record.backup) === record.backupHash ? null : 'its backup was changed';
};

/** Parses the manifest of somebody else; null where it is none of this version. */
export const parseManifest = (bytes: Uint8Array): Manifest | null => {
  try {
    const parsed = v.safeParse(manifestSchema, JSON.parse(Buffer.from(bytes).toString('utf8')));
    return parsed.success ? parsed.output : null;
  } catch {
    // No JSON is no manifest.
    return null;
  }
};

/** Who signed the manifest, as a fingerprint; null where the signature does not fit. */
export const signerFingerprint = (manifest: Manifest, bytes: Uint8Array, signature: Uint8Array): string | null =>
  signedBy(manifest.publicKey, bytes, signature);

const storyIn = (line: string): { name: string; entries: number; why: string | null } | null => {
  try {
    const parsed = v.safeParse(exported, JSON.parse(line));
    if (!parsed.success) return null;
    const { record, head, backupHash, backup, history } = parsed.output;
    const whole = { record, head, backupHash, backup, history: history as unknown as Entry[] };
    return { name: record, entries: history.length, why: wrongWithRecord(whole as unknown as AuditRecord) };
  } catch {
    // No JSON is no story.
    return null;
  }
};

export type FileCheck = { records: string[]; entries: number; faults: Fault[] };

/** Checks one file: its hash, and each story and backup in it for itself. */
export const checkFile = (file: ExportFile, bytes: Uint8Array): FileCheck => {
  const found: FileCheck = { records: [], entries: 0, faults: [] };
  const complain = (record: string, why: string) => void found.faults.push({ record, why });
  if (hex(bytes) !== file.sha256) complain(file.name, 'it was changed after the manifest was made');
  const lines = Buffer.from(bytes).toString('utf8').split('\n').slice(0, -1);
  if (lines.length !== file.records) complain(file.name, `it holds ${lines.length} records instead of ${file.records}`);
  for (const [at, line] of lines.entries()) {
    const story = storyIn(line);
    if (!story) complain(`${file.name}:${at + 1}`, 'this line is no record');
    else {
      found.records.push(story.name);
      found.entries += story.entries;
      if (story.why !== null) complain(story.name, story.why);
    }
  }
  return found;
};
