import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An empty folder for the present test. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'hooksweep-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
