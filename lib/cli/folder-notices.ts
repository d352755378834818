import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { contentId } from '../canonical.ts';
import { mailOf } from '../notices/forms.ts';
import type { Notices } from '../notices/notice.ts';
import type { Output } from './command.ts';

/**
 * Notices of a run on this machine: nobody is called. Each is a line of `notices.jsonl` in the folder, for its owner alone, and
 * is shown as progress. Accepted is what has been written.
 */
export const folderNotices = (folder: string, out: Output): Notices => ({
  stack: null,
  async publish(target, notice) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const kept = out.scrubbed({ target, ...notice });
    await appendFile(join(folder, 'notices.jsonl'), `${JSON.stringify(kept)}\n`, { mode: 0o600, flush: true });
    for (const line of [notice.subject, ...mailOf(notice).trimEnd().split('\n')]) out.progress(line);
    return { id: contentId(kept) };
  },
});
