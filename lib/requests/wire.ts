import { gunzipSync, gzipSync } from 'node:zlib';
import { CommandError } from '../failure.ts';
import { limits } from '../limits.ts';

const tooLarge = (hint: string) =>
  new CommandError({ code: 'too-large', message: 'this is more than one call of a function can carry', hint });

/**
 * A request or an answer as it travels: as it is, or compressed under `gzip` where it is large.
 *
 * @throws CommandError where it is too large even so
 */
export const packed = (value: object): object => {
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) <= limits.invokeBytesMax) return value;
  const gzip = gzipSync(text).toString('base64');
  if (gzip.length > limits.invokeBytesMax) throw tooLarge('ask for less: by account, or with a filter');
  return { gzip };
};

/** @throws CommandError where it would unpack to more than `limits.unpackedBytesMax` */
export const unpacked = (value: unknown): unknown => {
  const { gzip, ...rest } = (value ?? {}) as { gzip?: unknown };
  if (typeof gzip !== 'string' || Object.keys(rest).length > 0) return value;
  try {
    const bytes = gunzipSync(Buffer.from(gzip, 'base64'), { maxOutputLength: limits.unpackedBytesMax });
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge('ask for less: by account, or with a filter');
    throw new CommandError({
      code: 'bad-request',
      message: '`gzip` holds no compressed JSON',
      hint: 'send plain JSON',
    });
  }
};
