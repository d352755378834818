import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../lib/detect/catalogue.ts';
import { judgeUrl } from '../../lib/detect/host.ts';
import { patternOf } from '../../lib/detect/host-patterns.ts';
import { reservedNames, reservedRanges } from '../../lib/detect/reserved.ts';
import { hostMatches } from '../../lib/policy/host-pattern.ts';

const verdict = (raw: string, setting = {}) => {
  const { verdict, confidence, act } = judgeUrl(raw, setting);
  return `${verdict} ${confidence} ${act}`;
};

describe('the catalogue', () => {
  const words = {
    A: 'test high true',
    B: 'test medium true',
    C: 'report low false',
    security: 'security security false',
  };

  it.each(catalogue)('$suffix is $confidence, at any depth below too', (row) => {
    const path = `${row.pathStartsWith ?? '/'}x`;
    const label = row.labelStartsWith ? `${row.labelStartsWith}eu1.` : '';
    for (const lead of ['', 'a.', 'A.b.']) {
      const raw = `https://${lead}${label}${row.suffix}${path}`;
      const deeper = catalogue.some(
        ({ suffix }) => suffix === `${lead}${row.suffix}`.toLowerCase() && suffix !== row.suffix,
      );
      if (!deeper) expect(verdict(raw), raw).toBe(words[row.confidence]);
    }
  });

  it('has each suffix once, in lower case', () => {
    const suffixes = catalogue.map(({ suffix }) => suffix);
    expect(new Set(suffixes).size).toBe(suffixes.length);
    for (const suffix of suffixes) expect(suffix).toMatch(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/);
  });

  it.each([
    ['https://eo1.x.pipedream.net/', 'test high true'],
    ['https://eo1.m.pipedream.net/', 'report low false'],
    ['https://pipedream.net/', 'ok null false'],
    ['https://rn.a.free.pinggy.link/', 'test high true'],
    ['https://rn.a.pinggy.link/', 'test medium true'],
    ['https://bin.webhookrelay.com/', 'test high true'],
    ['https://hooks.webhookrelay.com/', 'report low false'],
    ['https://www.gitpod.io/', 'ok null false'],
    ['https://3000-shop.ws-eu45.gitpod.io/', 'test high true'],
    ['https://aws-eu45.gitpod.io/', 'ok null false'],
    ['https://events.hookdeck.com/e/src_1', 'report low false'],
    ['https://events.hookdeck.com/other', 'ok null false'],
  ])('the most specific suffix decides: %s', (raw, expected) => expect(verdict(raw)).toBe(expected));

  it('never matches within a label or before the end of the name', () => {
    const suffix = fc.constantFrom(...catalogue, ...reservedNames).map((row) => row.suffix);
    const label = fc.stringMatching(/^[a-z][a-z0-9]{1,8}$/);
    fc.assert(
      fc.property(suffix, label, (end, word) => {
        for (const host of [
          `${end}.${word}.shop`,
          `${word}${end.split('.')[0]}.shop`,
          `${word}.${end.split('.')[0]}-${word}.shop`,
        ])
          expect(verdict(`https://${host}/${end}?host=${end}`), host).toBe('ok null false');
      }),
    );
  });
});

describe('reserved names and addresses', () => {
  it.each(reservedNames)('$suffix is reserved, below it too', ({ suffix, wording, source }) => {
    for (const host of [suffix, `a.${suffix}`, `A.B.${suffix}.`]) {
      expect(verdict(`http://${host}/`)).toBe('test high true');
      expect(judgeUrl(`http://${host}/`).evidence).toContain(wording);
      expect(judgeUrl(`http://${host}/`).evidence).toContain(source);
    }
  });

  it.each(reservedRanges)('$range is reserved', ({ range, wording }) => {
    const [network = ''] = range.split('/');
    const raw = `http://${network.includes(':') ? `[${network}]` : network}/`;
    expect(verdict(raw)).toBe('test high true');
    expect(judgeUrl(raw).evidence).toContain(range);
    expect(judgeUrl(raw).evidence).toContain(wording);
  });

  it.each([
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '[2606:4700::1111]',
    '[::ffff:8.8.8.8]',
    '[2002:808:808::]',
    '[64:ff9b::8.8.8.8]',
    '[2001:200::1]',
  ])('%s is an ordinary address', (host) => expect(verdict(`http://${host}/`)).toBe('ok null false'));

  it('knows every address of the private ranges in every number format', () => {
    const network = fc.constantFrom([10, 24], [127, 24], [0xac1, 20], [0xc0a8, 16], [0xa9fe, 16]);
    const octets = (address: number) => [24, 16, 8, 0].map((shift) => (address >>> shift) & 255);
    fc.assert(
      fc.property(network, fc.nat(0xffffff), ([head = 0, bits = 0], tail) => {
        const address = head * 2 ** bits + (tail % 2 ** bits);
        const [a, b, c, d] = octets(address);
        const hex = address.toString(16);
        for (const host of [
          `${address}`,
          `0x${hex}`,
          `${a}.${b}.${c}.${d}`,
          `[::ffff:${a}.${b}.${c}.${d}]`,
          `[::${a}.${b}.${c}.${d}]`,
          `0${a?.toString(8)}.${b}.${c}.${d}.`,
        ])
          expect(verdict(`http://${host}/`), host).toBe('test high true');
      }),
    );
  });
});

describe('a judgement', () => {
  it.each([
    'https://ngrok.io.evil.com/',
    'https://latest.example-shop.com/',
    'https://contest.io/',
    'https://mylocalhost.com/',
    'https://localhost.mycompany.com/',
    'https://127.0.0.1.nip.io/',
    'https://shop.dev/test/localhost?ngrok.io',
    'https://myexample.com/',
    'https://shop.workers.dev/',
    'https://shop.corp/',
  ])('leaves %s alone', (raw) => expect(verdict(raw)).toBe('ok null false'));

  it('takes a single label for a test host of medium confidence', () => {
    expect(verdict('http://webhook-svc/in')).toBe('test medium true');
  });

  it('takes own hosts as medium, lifts C by them and never lowers A or a probe', () => {
    const hosts = ['stage.shop.dev', '*.dev.shop.dev', '*.replit.app', '*.loca.lt', '*.oast.pro'];
    expect(verdict('https://STAGE.shop.dev./x', { hosts })).toBe('test medium true');
    expect(verdict('https://a.stage.shop.dev/', { hosts })).toBe('ok null false');
    expect(verdict('https://a.b.dev.shop.dev/', { hosts })).toBe('test medium true');
    expect(verdict('https://dev.shop.dev/', { hosts })).toBe('ok null false');
    expect(verdict('https://a.replit.app/', { hosts })).toBe('test medium true');
    expect(verdict('https://a.loca.lt/', { hosts })).toBe('test high true');
    expect(verdict('https://a.oast.pro/', { hosts })).toBe('security security false');
  });

  it('finds the same own host as the shared matcher does', () => {
    const host = fc
      .array(fc.constantFrom('a', 'b', 'com'), { minLength: 1, maxLength: 4 })
      .map((labels) => labels.join('.'));
    const pattern = fc.tuple(fc.constantFrom('', '*.'), host).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 4 }), host, (patterns, name) => {
        expect(patternOf(patterns, name) !== null).toBe(patterns.some((one) => hostMatches(one, name)));
      }),
    );
  });

  it('is at most medium where test URLs may be parked, and says so', () => {
    for (const raw of [
      'https://a.loca.lt/',
      'http://127.0.0.1/',
      'https://example.com/',
      'https://webhook.site/1',
      'http://svc/',
    ]) {
      expect(verdict(raw, { parked: true })).toBe('test medium true');
      expect(judgeUrl(raw, { parked: true }).evidence).toContain('parked');
    }
    expect(verdict('https://a.oast.pro/', { parked: true })).toBe('security security false');
    expect(verdict('https://a.replit.app/', { parked: true })).toBe('report low false');
  });

  it('is low for private hosts of a self-hosted provider, and for these only', () => {
    const selfHosted = true;
    for (const host of ['10.1.2.3', 'localhost', 'ci.internal', 'svc', '[fd00::1]'])
      expect(verdict(`http://${host}/`, { selfHosted }), host).toBe('report low false');
    for (const host of ['example.com', 'a.loca.lt', '192.0.2.1'])
      expect(verdict(`http://${host}/`, { selfHosted }), host).toBe('test high true');
  });

  it('leaves what is no HTTP destination alone and says so', () => {
    for (const raw of [
      'arn:aws:sns:eu-west-1:1:test',
      'mailto:a@localhost',
      'kafka://localhost/x',
      'pubsub://test',
      'ws://localhost/',
    ]) {
      expect(verdict(raw)).toBe('ok null false');
      expect(judgeUrl(raw).evidence).toContain('no HTTP destination');
    }
  });

  it('reports what cannot be parsed and never proposes it', () => {
    for (const raw of ['', 'http://', 'http://256.1.1.1/', 'localhost:3000/x', 'http://[fe80::1%25eth0]/'])
      expect(verdict(raw)).toBe('unparseable null false');
  });

  it('names host and source and nothing else of the URL', () => {
    expect(judgeUrl('https://a.loca.lt/').evidence).toBe(
      'host a.loca.lt ends in loca.lt (localtunnel: throw-away tunnel; source: localtunnel README)',
    );
    for (const host of ['a.loca.lt', 'localhost', 'shop.dev', 'svc', '10.0.0.1', 'a.oast.pro', '256.1.1.1'])
      expect(judgeUrl(`https://u:S3CR3T@${host}/S3CR3T?token=S3CR3T#S3CR3T`).evidence).not.toContain('S3CR3T');
  });
});
