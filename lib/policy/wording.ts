/** What is said about a value in a policy file, without giving away one that may be a secret. */

const quotedCharactersMax = 80;
const suggestedCharactersMax = 40;

const prefixes =
  '(?:[sprw]k_|[sp]key_|whsec_|gh[opsur]_|github_pat_|glpat-|shp(?:at|ss|ca|pa|tka)_|xox[a-z]-|AKIA|eyJ)';
const secretPrefix = new RegExp(`(?:^|[^A-Za-z0-9])${prefixes}`);
const secretInPlaceOfAName = new RegExp(`^${prefixes}|^(?=.*\\d)(?=.*[a-z])[A-Za-z0-9]{20,}$`);
const userInfo = /:\/\/[^/?#]*@/;
const secretParameter = /[?&;#][^=&]*(token|key|secret|sig|auth|pass|code)[^=&]*=/i;
const longToken = /(?=[A-Za-z0-9+/_=-]*\d)(?=[A-Za-z0-9+/_=-]*[A-Za-z])[A-Za-z0-9+/_=-]{20,}/;

/** A guess on the safe side: what it calls a secret is only not quoted. */
export const looksSecret = (text: string): boolean =>
  [secretPrefix, userInfo, secretParameter, longToken].some((pattern) => pattern.test(text));

/** The same guess for the name of an environment variable, which may well be long and hold digits. */
export const looksPasted = (name: string): boolean => secretInPlaceOfAName.test(name);

/** The value as a message may show it. */
export const quote = (value: unknown): string => {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  const text = String(value);
  if (text === '') return 'an empty text';
  if (text.length > quotedCharactersMax || looksSecret(text)) return `a value of ${text.length} characters (not shown)`;
  return typeof value === 'string' ? JSON.stringify(text) : `the ${typeof value} ${text}`;
};

/** `a`, `a or b`, `a, b or c`. */
export const either = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

/** The allowed word that was probably meant, or null. */
export const meant = (word: string, allowed: readonly string[]): string | null => {
  if (word.length > suggestedCharactersMax) return null;
  const ranked = allowed
    .map((candidate) => ({ candidate, edits: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, edits }) => edits <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.edits - b.edits);
  return ranked[0]?.candidate ?? null;
};

/** `did you mean x? (x, y or z)`, or only what is allowed. */
export const suggestion = (word: unknown, allowed: readonly string[]): string => {
  const candidate = typeof word === 'string' ? meant(word, allowed) : null;
  return candidate === null ? `use ${either(allowed)}` : `did you mean ${candidate}? (${either(allowed)})`;
};

/** Edits, with two swapped neighbours as one edit (optimal string alignment). */
const distance = (a: string, b: string): number => {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let edits = Math.min(at(rows, i - 1, j) + 1, (row[j - 1] ?? 0) + 1, at(rows, i - 1, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        edits = Math.min(edits, at(rows, i - 2, j - 2) + 1);
      row.push(edits);
    }
    rows.push(row);
  }
  return at(rows, a.length, b.length);
};

const at = (rows: readonly (readonly number[])[], row: number, column: number): number => rows[row]?.[column] ?? 0;
