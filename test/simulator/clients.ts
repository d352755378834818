import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * A provider's own client where it is installed: beside the project, or in the folder that HOOKSWEEP_CLIENTS names.
 * null where it is not, and then what it would prove is skipped.
 */
export const client = async (name: string): Promise<Record<string, unknown> | null> => {
  const folder = process.env.HOOKSWEEP_CLIENTS;
  const from = folder === undefined ? import.meta.url : pathToFileURL(join(folder, 'package.json')).href;
  try {
    return await import(pathToFileURL(createRequire(from).resolve(name)).href);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
};
