import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseUrl, parseUrl } from '../lib/url.ts';

const loopbacks = [
  '2130706433',
  '0x7f000001',
  '017700000001',
  '0177.0.0.1',
  '0x7f.0.0.1',
  '127.1',
  '127。0。0。1',
  '１２７.０.０.１',
  '127.0.0.1.',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[0:0:0:0:0:FFFF:7F00:0001]',
  '[::127.0.0.1]',
  '[::ffff:0:127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[2002:7f00:1::]',
  '%31%32%37.0.0.1',
];

describe('parseUrl', () => {
  it.each(loopbacks)('reads %s as 127.0.0.1', (host) => {
    expect(parseUrl(`http://${host}/`)?.ip).toBe('127.0.0.1');
  });

  it('keeps ::1 and ordinary IPv6 addresses as they are', () => {
    expect(parseUrl('http://[::1]/')?.ip).toBe('::1');
    expect(parseUrl('http://[2606:4700::1111]/')?.ip).toBe('2606:4700::1111');
  });

  it('gives the host in lower case, without one trailing dot and without brackets', () => {
    expect(parseUrl('https://API.Example.COM./x')?.host).toBe('api.example.com');
    expect(parseUrl('http://%6cocalhost./')?.host).toBe('localhost');
    expect(parseUrl('http://[::1]:8080/')?.host).toBe('::1');
  });

  it.each([
    '',
    'nonsense',
    '/relative',
    'http://',
    'http://09.0.0.1/',
    'http://256.1.1.1/',
    'http://1.2.3.4.5/',
    'https://xn--a/',
    'https://shop.xn--zn7c.com/',
  ])('does not parse %j', (raw) => expect(parseUrl(raw)).toBeNull());

  it.each(['localhost:3000/x', 'example.com:8080', 'http://a../', 'http://./', 'http://.a/'])(
    'takes %j for no URL although a parser would',
    (raw) => expect(parseUrl(raw)).toBeNull(),
  );

  it.each([
    ['https://münchen.de/', 'xn--mnchen-3ya.de'],
    ['https://XN--MNCHEN-3YA.de/', 'xn--mnchen-3ya.de'],
    ['https://shop.xn--fiqs8s/', 'shop.xn--fiqs8s'],
  ])('reads the international name in %s', (raw, host) => expect(parseUrl(raw)?.host).toBe(host));

  it('reads destinations that are not HTTP', () => {
    expect(parseUrl('arn:aws:sns:eu-west-1:1:topic')).toMatchObject({ scheme: 'arn', host: '', ip: null });
  });
});

describe('normaliseUrl', () => {
  it.each([
    ['HTTPS://Example.com:443/A?b=C#d', 'https://example.com/A?b=C'],
    ['https://example.com./', 'https://example.com/'],
    ['https://example.com', 'https://example.com/'],
    ['https://example.com/a#', 'https://example.com/a'],
    ['https://u:p@example.com/', 'https://u:p@example.com/'],
    ['https://example.com/x/../y', 'https://example.com/y'],
    [' https://example.com/\n', 'https://example.com/'],
  ])('writes %j as %j', (raw, normalised) => expect(normaliseUrl(raw)).toBe(normalised));

  it.each([
    ['https://example.com/a', 'https://example.com/a/'],
    ['https://example.com/a', 'https://example.com/A'],
    ['https://example.com/?a=1', 'https://example.com/?a=2'],
    ['https://example.com/', 'http://example.com/'],
    ['https://example.com/', 'https://example.com:8443/'],
    ['https://a@example.com/', 'https://b@example.com/'],
  ])('tells %j from %j', (a, b) => expect(normaliseUrl(a)).not.toBe(normaliseUrl(b)));

  it('changes nothing the second time', () => {
    const urls = fc.oneof(
      fc.webUrl({ withFragments: true, withQueryParameters: true }),
      fc.string({ unit: 'grapheme' }),
    );
    const wild = fc
      .tuple(fc.constantFrom('http://', 'https:', 'mailto:', 'foo://', 'arn:', ''), urls)
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(wild, (raw) => {
        const once = normaliseUrl(raw);
        if (once !== null) expect(normaliseUrl(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });
});
