import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import * as v from 'valibot';

/** Why a folder cannot hold the embedded stack, for people: `message` says where and what, `hint` what to do instead. */
export type FolderError = Error & { code: 'folder-in-use' | 'folder-unusable'; file: string; hint: string };

const folderError = (code: FolderError['code'], file: string, message: string, hint: string): FolderError =>
  Object.assign(new Error(`${message}; ${hint}`), { code, file, hint });

export const isFolderInUse = (error: unknown): error is FolderError =>
  error instanceof Error && (error as Partial<FolderError>).code === 'folder-in-use';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'it may not be written by this user',
  EPERM: 'it may not be written by this user',
  EROFS: 'its file system is read-only',
  EEXIST: 'there is a file in its place',
  ENOTDIR: 'there is a file in its place',
  ENAMETOOLONG: 'its path is too long',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
};

export const folderUnusable = (folder: string, error: unknown): FolderError => {
  const { code, message, cause } = error as NodeJS.ErrnoException;
  const reason = reasons[code ?? ''] ?? (cause instanceof Error ? cause.message : message);
  return folderError(
    'folder-unusable',
    folder,
    `the folder ${folder} cannot be used: ${reason}`,
    'name another one with --local DIR, or make this one a folder that you may write',
  );
};

const publishedSchema = v.object({
  pid: v.number(),
  token: v.string(),
  endpoints: v.object({ dynamodb: v.string(), sqs: v.string() }),
  environment: v.record(v.string(), v.string()),
});

/** What a running stack tells other processes of the same user. */
export type Published = v.InferOutput<typeof publishedSchema>;

const publishedFile = (folder: string): string => join(folder, 'endpoints.json');

/** Null where nothing is published, or not (yet) by this version. Rejects nothing that a crash may have left. */
export const readPublished = (folder: string): Published | null => {
  try {
    const parsed = v.safeParse(publishedSchema, JSON.parse(readFileSync(publishedFile(folder), 'utf8')));
    return parsed.success ? parsed.output : null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' || error instanceof SyntaxError) return null;
    throw folderUnusable(folder, error);
  }
};

const inUse = (folder: string): FolderError => {
  const pid = readPublished(folder)?.pid;
  return folderError(
    'folder-in-use',
    folder,
    `the folder ${folder} is in use by ${pid ? `process ${pid}` : 'another hooksweep process'}`,
    'wait until it ends, stop it, or name another folder with --local DIR',
  );
};

export type OwnedFolder = {
  /** Where the table is kept. */
  table: string;
  publish(content: Published): void;
  release(): Promise<void>;
};

const makeFolders = (folder: string): void => {
  for (const path of [folder, join(folder, 'table')]) mkdirSync(path, { recursive: true, mode: 0o700 });
};

/**
 * Takes the folder for this process. The lock is LevelDB's file lock, which the system releases however the process ends.
 *
 * @throws FolderError
 */
export const takeFolder = async (folder: string): Promise<OwnedFolder> => {
  try {
    makeFolders(folder);
  } catch (error) {
    throw folderUnusable(folder, error);
  }
  const lock = new ClassicLevel(join(folder, 'lock'));
  try {
    await lock.open();
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause;
    throw cause?.code === 'LEVEL_LOCKED' ? inUse(folder) : folderUnusable(folder, error);
  }
  const file = publishedFile(folder);
  rmSync(file, { force: true });
  return {
    table: join(folder, 'table'),
    publish(content) {
      const draft = `${file}.${process.pid}`;
      writeFileSync(draft, JSON.stringify(content, null, 2), { mode: 0o600 });
      chmodSync(draft, 0o600);
      renameSync(draft, file);
    },
    async release() {
      rmSync(file, { force: true });
      await lock.close();
    },
  };
};
