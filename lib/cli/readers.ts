import type { Output } from './command.ts';
import type { Streams } from './output.ts';

/** Whoever reads may stop reading, as `head` does. A socket whose reader left with something unread says it the other way. */
const leavings: readonly (string | undefined)[] = ['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED'];

/** Both ends of the output of one process, listened to for as long as it lives: a write fails after the command has ended. */
export type Readers = {
  /** Aborts when nobody reads stdout any more, or it takes nothing. */
  unread: AbortSignal;
  /**
   * Waits until stdout has taken everything, however slowly it is read.
   *
   * @returns why it took nothing (a full disk); null where it took all, or its reader left
   */
  flushed(): Promise<NodeJS.ErrnoException | null>;
};

/** From now on a failed write is no failure of the work: what cannot be printed is left out. */
export const heedReaders = ({ stdout, stderr }: Pick<Streams, 'stdout' | 'stderr'>): Readers => {
  const left = new AbortController();
  let failed: NodeJS.ErrnoException | null = null;
  const onFailure = (error: NodeJS.ErrnoException) => {
    failed ??= error;
    left.abort();
  };
  stdout.on('error', onFailure);
  stderr.on('error', () => undefined);
  return {
    unread: left.signal,
    async flushed() {
      // A stream that failed may never answer again.
      if (failed === null)
        await new Promise<void>((resolve) => {
          stdout.write('', (error) => {
            if (error) onFailure(error);
            resolve();
          });
        });
      return failed === null || leavings.includes(failed.code) ? null : failed;
    },
  };
};

/** Says on stderr that stdout failed. What the command did stays done. */
export const tellUnwritten = ({ fail }: Output, { message }: NodeJS.ErrnoException): void => {
  fail(`hooksweep: stdout did not take all that was to be printed: ${message}`);
  fail('  hint: make room, or write to another place; hooksweep status says what was done');
};
