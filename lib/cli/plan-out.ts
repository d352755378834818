import { lstat, rename, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CommandError } from './command.ts';

/** An option that names a file to write, and what goes into it. */
export type OutFile = { option: 'out' | 'html'; what: 'plan' | 'report'; file: string };

const refused = ({ option, what, file }: OutFile, message: string): CommandError =>
  new CommandError({
    code: 'out',
    message: `the ${what} cannot be written: ${message}`,
    hint: `name another file with --${option}`,
    file,
  });

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'a part of its path is no folder',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENAMETOOLONG: 'its name is too long',
};

export const reasonOf = (error: unknown): string => {
  const { code = '' } = error as NodeJS.ErrnoException;
  return reasons[code] ?? `the system says ${code || String(error)}`;
};

/** Before anything is read: a name under which nothing can be written is told at once. */
export const checkOutFile = async (cwd: string, out: OutFile, taken: Readonly<Record<string, string>>) => {
  const path = resolve(cwd, out.file);
  const other = Object.entries(taken).find(([, file]) => resolve(cwd, file) === path);
  if (other) throw refused(out, `this is ${other[0]}`);
  try {
    const there = await lstat(path);
    if (there.isDirectory()) throw refused(out, 'this is a folder');
    if (!there.isFile()) throw refused(out, 'this is no ordinary file');
  } catch (error) {
    if (error instanceof CommandError) throw error;
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw refused(out, reasonOf(error));
  }
};

/** Writes the file whole or not at all, readable by this user alone. */
export const writeOutFile = async (cwd: string, out: OutFile, text: string): Promise<void> => {
  const path = resolve(cwd, out.file);
  const draft = `${path}.${process.pid}.draft`;
  try {
    await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw refused(out, reasonOf(error));
  }
};
