import fc from 'fast-check';
import { expect, it } from 'vitest';
import { tailOf } from '../lib/detect/tails.ts';
import { parseUrl } from '../lib/url.ts';
import { glanceAt, markOf, newGlance } from '../lib/url-plain.ts';

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

/** Long enough that a glance leaves something out. */
const long = fc
  .tuple(
    fc.constantFrom('hooks.shop.dev', 'shop.dev'),
    fc.array(fc.constantFrom(...pieces), { maxLength: 4 }),
    fc.array(fc.constantFrom('a', 'e', '2e', '.', '/', '/\t.', '/\t../', '%2', '?', 'orders', '-'), { maxLength: 9 }),
  )
  .map(([host, middle, end]) => `https://${host}/${middle.join('')}${end.join('')}`);

// A space in front means the same URL, and keeps it from being taken for a plain one.
it('reads a plain URL as the standard reads it', () => {
  fc.assert(
    fc.property(raw, (text) => {
      expect(parseUrl(text)).toEqual(parseUrl(` ${text}`));
    }),
    { numRuns: 5000 },
  );
});

it('is sure at a glance only of what the standard reads just so', () => {
  const glance = newGlance();
  let sure = 0;
  fc.assert(
    fc.property(fc.oneof(raw, long), (text) => {
      if (!glanceAt(text, glance)) return;
      sure += 1;
      const url = parseUrl(` ${text}`);
      expect(url).toMatchObject({
        scheme: text.slice(0, glance.from - 3),
        host: text.slice(glance.from, glance.end),
        ip: null,
      });
      expect(markOf(url?.href ?? '')).toBe(glance.mark);
      expect(tailOf(url?.host ?? '')).toMatchObject({ last: glance.last, before: glance.before });
    }),
    { numRuns: 20_000 },
  );
  expect(sure).toBeGreaterThan(300);
});

it.each([
  '/x/\t./abcdefghijk',
  '/x/%2e/abcdefghijk',
  '/x/%2e./abcdefghijk',
  '/x/.%2E/abcdefghijk',
  '/x/..?abcdefghij',
  '/x/../abcdefghijk',
  '/x/./abcdefghijk',
  '/abcdefghijkl#',
])('is not sure of what lies at the border of its glance: %j', (path) =>
  expect(glanceAt(`https://hooks.shop.dev${path}`, newGlance())).toBe(false),
);

it('marks URLs that differ by slashes alike', () => {
  const spellings = ['https://a.dev/x', 'https://a.dev/x/', 'https://A.dev:443/x//', 'https://a.dev/./x'];
  expect(new Set(spellings.map((text) => markOf(parseUrl(text)?.href ?? ''))).size).toBe(1);
});

it('marks URLs of one host that differ in their last characters otherwise', () => {
  const urls = Array.from({ length: 1000 }, (_, at) => `https://a.dev/webhooks/${at}/orders`);
  expect(new Set(urls.map(markOf)).size).toBe(1000);
});

it.each([
  ['https://1.2/x', '1.0.0.2'],
  ['https://a..dev/x', null],
  ['https://a.dev/.%2e/x', 'a.dev'],
])('leaves %s to the standard', (text, host) => {
  expect(parseUrl(text)?.host ?? null).toBe(host);
});
