import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as v from 'valibot';
import { limits } from '../limits.ts';
import type { Plan } from '../plan/item.ts';
import { planSchema, scanAgain } from '../requests/proposals.ts';
import { CommandError } from './command.ts';

const unusable = (file: string, message: string, hint = scanAgain) =>
  new CommandError({ code: 'not-a-plan', message: `${file}: ${message}`, file, hint });

const notReadable: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  ENOENT: ['there is no such file', scanAgain],
  EISDIR: ['this is a folder', 'name the file in it'],
  ENOTDIR: ['a part of the path is no folder', 'name the plan file'],
  EACCES: ['no permission to read it', 'give this user the right to read it'],
};

const readText = async (file: string, path: string): Promise<string> => {
  try {
    await using handle = await open(path, 'r');
    const { size } = await handle.stat();
    if (size > limits.planBytesMax) throw unusable(file, `larger than ${limits.planBytesMax} bytes, which no plan is`);
    return await handle.readFile('utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (error instanceof CommandError) throw error;
    const [message, hint] = notReadable[code] ?? [`cannot be read (${code || String(error)})`, scanAgain];
    throw new CommandError({ code: 'unreadable', message: `${file}: ${message}`, file, hint });
  }
};

/**
 * Reads a plan file as `scan --out` wrote it.
 *
 * @throws CommandError exit 1: not there, no JSON, no plan, another version
 */
export const readPlan = async (file: string, cwd: string): Promise<Plan> => {
  const content = await readText(file, resolve(cwd, file));
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw unusable(file, `no JSON: ${(error as SyntaxError).message.replace(/\s*".*$/s, '')}`);
  }
  const { version, digest } = (value ?? {}) as { version?: unknown; digest?: unknown };
  if (version !== undefined && version !== 1 && digest !== undefined)
    throw unusable(file, `a plan of version ${JSON.stringify(version)}; this hooksweep reads version 1`);
  const parsed = v.safeParse(planSchema, value);
  if (parsed.success) return value as Plan;
  const [issue] = parsed.issues;
  throw unusable(file, `no plan: ${v.getDotPath(issue) ?? 'the whole'} is not as a plan has it`);
};
