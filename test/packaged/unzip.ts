import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { entriesOf } from '../../infra/unzip.ts';

/** Unpacks into a folder, as Lambda does into /var/task. */
export const unzip = (zip: Buffer, folder: string): void => {
  for (const { name, content } of entriesOf(zip)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
};
