import { raw } from 'hono/html';

const unsafe = /[<>&\u2028\u2029]/g;

/**
 * A value as the content of a `<script type="application/json">`. Nothing in it can end the element or open a comment; it
 * parses to the same value.
 */
export const embedded = (value: unknown) =>
  raw(JSON.stringify(value).replace(unsafe, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`));
