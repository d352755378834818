import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseUrl } from '../lib/url.ts';

const pieces = [
  '/',
  '.',
  '..',
  '?',
  '#',
  ':',
  '@',
  '%2e',
  '%',
  '\\',
  'a',
  'Z',
  '0',
  '-',
  '_',
  'xn--',
  '1.2',
  '0x7f',
  ' ',
];
const raw = fc
  .tuple(
    fc.constantFrom('https://', 'http://', 'https:/', 'HTTP://'),
    fc.array(fc.constantFrom('a', 'dev', '.', '-', '1', 'xn--', 'xn--mnchen-3ya', 'A', '_', '[::1]', '0x1'), {
      minLength: 1,
      maxLength: 6,
    }),
    fc.constantFrom('', '/', ':443/', ':80/', '/x'),
    fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })), { maxLength: 8 }),
  )
  .map(([scheme, host, after, rest]) => scheme + host.join('') + after + rest.join(''));

// A space in front means the same URL, and keeps it from being taken for a plain one.
it('reads a plain URL as the standard reads it', () => {
  fc.assert(
    fc.property(raw, (text) => {
      expect(parseUrl(text)).toEqual(parseUrl(` ${text}`));
    }),
    { numRuns: 5000 },
  );
});

it('marks URLs that differ by slashes alike', () => {
  const marks = ['https://a.dev/x', 'https://a.dev/x/', 'https://A.dev:443/x//', 'https://a.dev/./x'].map(parseUrl);
  expect(new Set(marks.map((url) => url?.mark)).size).toBe(1);
});

it.each([
  ['https://1.2/x', '1.0.0.2'],
  ['https://a..dev/x', null],
  ['https://a.dev/.%2e/x', 'a.dev'],
])('leaves %s to the standard', (text, host) => {
  expect(parseUrl(text)?.host ?? null).toBe(host);
});
