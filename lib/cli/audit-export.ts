import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  type ExportFile,
  type Fault,
  filesOf,
  type Manifest,
  manifestName,
  signatureName,
  wrongWithRecord,
} from '../audit/export.ts';
import type { AuditRecord } from '../audit/printed.ts';
import type { AuditFilter, Unreadable } from '../audit/query.ts';
import type { Signer } from '../audit/signature.ts';
import { iso } from '../clock.ts';
import { version } from '../version.ts';
import type { Ask } from './audit-source.ts';
import { CommandError, type Context, type ExitCode, exit } from './command.ts';
import type { Desk } from './desk.ts';
import { reasonOf } from './plan-out.ts';
import { signingKey } from './signing-key.ts';

const refused = (directory: string, message: string): CommandError =>
  new CommandError({
    code: 'out',
    message: `the export cannot be written: ${message}`,
    hint: 'name a folder that does not exist yet: hooksweep audit export DIR',
    file: directory,
  });

const checkFree = async (path: string, directory: string): Promise<void> => {
  try {
    if ((await readdir(path)).length > 0) throw refused(directory, 'this folder is not empty');
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') throw refused(directory, 'this is a file');
    if (code !== 'ENOENT') throw refused(directory, reasonOf(error));
  }
};

/** Writes the folder whole or not at all, readable by this user alone. */
const writeAll = async (
  path: string,
  directory: string,
  records: readonly AuditRecord[],
  sealed: (files: readonly ExportFile[]) => readonly (readonly [name: string, bytes: Uint8Array])[],
): Promise<void> => {
  const draft = `${path}.${process.pid}.draft`;
  const files: ExportFile[] = [];
  const write = (name: string, bytes: Uint8Array) => writeFile(join(draft, name), bytes, { mode: 0o600, flag: 'wx' });
  try {
    await mkdir(draft, { mode: 0o700 });
    for (const { file, bytes } of filesOf(records)) {
      await write(file.name, bytes);
      files.push(file);
    }
    for (const [name, bytes] of sealed(files)) await write(name, bytes);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw refused(directory, reasonOf(error));
  }
};

const sealedBy =
  (signer: Signer, said: Omit<Manifest, 'files' | 'publicKey'>) =>
  (files: readonly ExportFile[]): (readonly [string, Uint8Array])[] => {
    const manifest: Manifest = { ...said, files: [...files], publicKey: signer.publicKey };
    const bytes = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
    return [
      [manifestName, bytes],
      [signatureName, signer.sign(bytes)],
    ];
  };

/** Writes every record that matches as JSON lines, with a signed manifest. */
export const exportAll = async (
  context: Context,
  desk: Desk,
  ask: (unreadable: (found: Unreadable) => void) => Ask,
  filter: AuditFilter,
  directory: string,
): Promise<ExitCode> => {
  const { out, cwd } = context;
  const path = resolve(cwd, directory);
  await checkFree(path, directory);
  const signer = await signingKey(context);
  const broken: Fault[] = [];
  const source = ask(({ record, why }) => void broken.push({ record, why }));
  const records = out.scrubbed(await source(filter));
  for (const record of records) {
    const why = wrongWithRecord(record);
    if (why !== null) broken.push({ record: record.record, why });
  }
  const { clock, actor } = desk;
  const entries = records.reduce((sum, { history }) => sum + history.length, 0);
  const said = {
    version: 1,
    createdAt: iso(clock.now()),
    by: actor,
    hooksweep: version,
    filter: { ...filter },
    records: records.length,
    entries,
    broken,
  } as const;
  await writeAll(path, directory, records, sealedBy(signer, said));
  const { fingerprint } = signer;
  out.document({ directory, records: records.length, entries, broken, fingerprint });
  for (const { record, why } of broken) out.warn(`${record} was broken before it was exported: ${why}`);
  out.line(`${records.length} records, ${entries} entries in ${directory}, signed by ${fingerprint}`);
  out.line(`Check it anywhere: hooksweep audit verify ${directory} --fingerprint ${fingerprint}`);
  return broken.length > 0 ? exit.partly : exit.ok;
};
