import { looksLikeSecret } from '../url.ts';

const plain = /^[\w.-]{1,64}$/;

const forms = (secret: string): readonly string[] =>
  [secret, btoaUtf8(secret), btoaUtf8(`${secret}:`)].map((form) => form.toLowerCase().replace(/=+$/, ''));

const btoaUtf8 = (text: string): string => Buffer.from(text).toString('base64');

/** The text holds one of the secrets, or a recognisable piece of one, plainly or as Basic authentication shows it. */
export const holdsSecret = (text: string, secrets: readonly string[]): boolean => {
  const seen = text.toLowerCase();
  return secrets
    .filter((secret) => secret !== '')
    .flatMap(forms)
    .some((form) => seen.includes(form) || (seen.length >= 6 && form.includes(seen)));
};

/** A provider's error code or reference number as it may be shown to people, or null. */
export const quotable = (value: unknown, secrets: readonly string[]): string | null => {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const text = String(value);
  return plain.test(text) && !holdsSecret(text, secrets) && !looksLikeSecret(text) ? text : null;
};
