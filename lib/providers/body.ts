import { limits } from '../limits.ts';

export type Body = { kind: 'json'; json: unknown } | { kind: 'unreadable'; why: string };

const unreadable = (why: string): Body => ({ kind: 'unreadable', why });
const mebibytes = limits.answerBytesMax / 2 ** 20;

/** Whatever the content type says: JSON is JSON, and an empty body is `undefined`. */
const parse = (bytes: Uint8Array): Body => {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return unreadable('the body is not valid UTF-8');
  }
  if (text.trim() === '') return { kind: 'json', json: undefined };
  try {
    return { kind: 'json', json: JSON.parse(text) };
  } catch {
    return text.trimStart().startsWith('<')
      ? unreadable('the body is an HTML or XML page instead of JSON: is a proxy in between, or is baseUrl wrong?')
      : unreadable('the body is not JSON');
  }
};

const brokeOff = (error: unknown, bytes: number): Body => {
  const code = String((error as { cause?: { code?: unknown } }).cause?.code ?? '');
  return unreadable(
    /^(Z_|ERR_|ZSTD)/.test(code) ? 'the compressed body is damaged' : `the body broke off after ${bytes} bytes`,
  );
};

/** Reads a whole body and never holds more than `answerBytesMax` of it, decompressed. Throws only what `cancelled` throws. */
export const readBody = async (response: Response, cancelled: () => void): Promise<Body> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > limits.answerBytesMax) return unreadable(`the body is larger than ${mebibytes} MiB`);
      chunks.push(chunk);
    }
  } catch (error) {
    cancelled();
    return brokeOff(error, bytes);
  }
  return parse(Buffer.concat(chunks));
};
