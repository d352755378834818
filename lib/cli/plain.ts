/** Terminal control characters, C0 and C1, and those that turn or hide text. */
const controls =
  '\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff\\u{e0000}-\\u{e007f}';
const anyControl = new RegExp(`[${controls}]`, 'gu');
const beyondAscii = new RegExp(`[${controls}]`.replace('\\u0000-\\u001f', ''), 'gu');

const visible = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

const jsonEscape = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');

/** A text that somebody else chose, on one line and with nothing in it that a terminal would obey. */
export const plain = (text: string): string => text.replace(anyControl, visible);

/** The same for whole output of ours: line breaks stay. */
export const plainLines = (text: string): string =>
  text.replace(/\r\n|[^\r\n]+|\r/g, (part) => (part === '\r\n' ? part : plain(part)));

/** JSON text of the same value without raw control characters (JSON.stringify escapes only those below U+0020). */
export const plainJson = (text: string): string => text.replace(beyondAscii, jsonEscape);
