import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  checkFile,
  type Fault,
  type Manifest,
  manifestName,
  parseManifest,
  signatureName,
  signerFingerprint,
} from '../audit/export.ts';
import { limits } from '../limits.ts';
import { textOf } from './args.ts';
import { CommandError, type Context, type ExitCode, exit, type Output } from './command.ts';
import { tableLines } from './table.ts';

const noExport = (directory: string, message: string): CommandError =>
  new CommandError({
    code: 'no-export',
    message: `${directory}: ${message}`,
    hint: 'name a folder that hooksweep audit export has written',
    file: directory,
  });

const bytesOf = async (path: string): Promise<Uint8Array | string> => {
  try {
    const { size } = await stat(path);
    if (size > limits.exportFileBytesMax)
      return `larger than ${limits.exportFileBytesMax} bytes, which no file of an export is`;
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'it is missing' : `it cannot be read (${code})`;
  }
};

const required = async (folder: string, name: string, directory: string): Promise<Uint8Array> => {
  const bytes = await bytesOf(join(folder, name));
  if (typeof bytes === 'string') throw noExport(directory, `${name}: ${bytes}`);
  return bytes;
};

type Checked = { records: number; entries: number; broken: Fault[] };

/** Every file that the manifest names, and nothing besides. */
const checkFiles = async (folder: string, manifest: Manifest): Promise<Checked> => {
  const broken: Fault[] = [...manifest.broken];
  const seen = new Set<string>();
  let entries = 0;
  for (const file of manifest.files) {
    const bytes = await bytesOf(join(folder, file.name));
    if (typeof bytes === 'string') {
      broken.push({ record: file.name, why: bytes });
      continue;
    }
    const found = checkFile(file, bytes);
    for (const record of found.records)
      if (seen.has(record)) broken.push({ record, why: 'it stands in the export twice' });
      else seen.add(record);
    entries += found.entries;
    // What was broken before the export is told once, by the manifest.
    broken.push(...found.faults.filter(({ record }) => !manifest.broken.some((known) => known.record === record)));
  }
  const named = new Set([manifestName, signatureName, ...manifest.files.map(({ name }) => name)]);
  for (const name of await readdir(folder))
    if (!named.has(name)) broken.push({ record: name, why: 'the manifest does not name this file' });
  if (seen.size !== manifest.records)
    broken.push({ record: manifestName, why: `it names ${manifest.records} records, and there are ${seen.size}` });
  return { records: seen.size, entries, broken };
};

/** Who signed, and what is wrong with that. */
const signatureFaults = (fingerprint: string | null, trusted: string | undefined): Fault[] => {
  if (fingerprint === null) return [{ record: signatureName, why: 'the signature does not fit the manifest' }];
  if (trusted === undefined || trusted === fingerprint) return [];
  return [{ record: signatureName, why: `signed by ${fingerprint}, not by ${trusted}` }];
};

/** What was found broken, a line each. */
export const brokenLines = (broken: readonly Fault[], style: Output['style']): string[] =>
  tableLines(broken.map(({ record, why }) => [{ text: 'broken', style: style.red }, record, why]));

/** Checks an export offline: signature, hashes, and each story and backup for itself. */
export const verifyExport = async ({ out, cwd, values }: Context, directory: string): Promise<ExitCode> => {
  const folder = resolve(cwd, directory);
  const bytes = await required(folder, manifestName, directory);
  const signature = await required(folder, signatureName, directory);
  const manifest = parseManifest(bytes);
  if (!manifest) throw noExport(directory, `${manifestName} is none that this hooksweep can read`);
  const trusted = textOf(values, 'fingerprint');
  const fingerprint = signerFingerprint(manifest, bytes, signature);
  const checked = await checkFiles(folder, manifest);
  const broken = [...signatureFaults(fingerprint, trusted), ...checked.broken];
  const { createdAt, by } = manifest;
  out.document({ createdAt, by, fingerprint, records: checked.records, entries: checked.entries, broken });
  for (const line of brokenLines(broken, out.style)) out.line(line);
  out.line(`${checked.records} records, ${checked.entries} entries, ${broken.length} broken`);
  out.line(`exported ${createdAt} by ${by}`);
  if (fingerprint !== null) out.line(`signed by ${fingerprint}`);
  if (fingerprint !== null && trusted === undefined)
    out.warn(
      'anybody can sign: compare the fingerprint with the one that you were told, or give it with --fingerprint',
    );
  return broken.length > 0 ? exit.error : exit.ok;
};
