import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs a file of this folder under this Node in a process of its own and reads what it prints as JSON. */
export const child = async <T>(file: string, args: readonly (string | number)[], flags: readonly string[] = []) => {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const { stdout } = await run(process.execPath, [...flags, path, ...args.map(String)], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout) as T;
};
