import type { CleanupRecord } from '../audit/record.ts';
import { jobFor } from './job.ts';
import type { Ports } from './ports.ts';

/** Sends what is due at once; if the queue does not take it, the sweep will. */
export const follow = async (ports: Ports, record: CleanupRecord): Promise<void> => {
  const job = jobFor(record);
  if (!job || record.dueAt === undefined || record.dueAt > ports.clock.now()) return;
  await ports.queue.send([job]).catch((error: unknown) => {
    ports.log({ level: 'warn', message: 'a job could not be sent; the sweep sends it', detail: String(error) });
  });
};
