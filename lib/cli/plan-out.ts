import { lstat, rename, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CommandError } from './command.ts';

const refused = (file: string, message: string): CommandError =>
  new CommandError({
    code: 'out',
    message: `the plan cannot be written: ${message}`,
    hint: 'name another file with --out',
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

const reasonOf = (error: unknown): string => {
  const { code = '' } = error as NodeJS.ErrnoException;
  return reasons[code] ?? `the system says ${code || String(error)}`;
};

/** Before anything is read: a name under which nothing can be written is told at once. */
export const checkPlanFile = async (cwd: string, file: string, config: string): Promise<void> => {
  const path = resolve(cwd, file);
  if (path === resolve(cwd, config)) throw refused(file, 'this is the policy file');
  try {
    const there = await lstat(path);
    if (there.isDirectory()) throw refused(file, 'this is a folder');
    if (!there.isFile()) throw refused(file, 'this is no ordinary file');
  } catch (error) {
    if (error instanceof CommandError) throw error;
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw refused(file, reasonOf(error));
  }
};

/** Writes the plan whole or not at all, readable by this user alone. */
export const writePlanFile = async (cwd: string, file: string, plan: unknown): Promise<void> => {
  const path = resolve(cwd, file);
  const draft = `${path}.${process.pid}.draft`;
  try {
    await writeFile(draft, `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw refused(file, reasonOf(error));
  }
};
