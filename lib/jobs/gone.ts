import { sha256 } from '../canonical.ts';
import { limits } from '../limits.ts';

const markCharacters = 8;
/** 48 bits of the hash of a webhook's key: short, since a scope's item keeps one for each that was deleted since its last scan. */
const markOf = (key: string): string => Buffer.from(sha256(key), 'hex').toString('base64url').slice(0, markCharacters);

const marksOf = (gone: string | undefined): string[] => gone?.match(/.{8}/g) ?? [];

/** Which of these keys are marked. */
export const markedGone = (gone: string | undefined, keys: readonly string[]): string[] => {
  const marks = new Set(marksOf(gone));
  return marks.size === 0 ? [] : keys.filter((key) => marks.has(markOf(key)));
};

/** The marks with these keys among them; at most `limits.goneMax`, the newest. */
export const withGone = (gone: string | undefined, keys: readonly string[]): string | undefined =>
  keys.length === 0 ? gone : [...new Set([...marksOf(gone), ...keys.map(markOf)])].slice(-limits.goneMax).join('');

/** So many are marked that it is time to note a good list, which knows nothing of them any more. */
export const isGoneFull = (gone: string | undefined): boolean => marksOf(gone).length >= limits.goneMax;
