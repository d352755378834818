import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathGlob } from '../../lib/policy/glob.ts';
import { hostMatches } from '../../lib/policy/host-pattern.ts';
import type { Protect } from '../../lib/policy/policy.ts';
import { protectedBy } from '../../lib/policy/protect.ts';
import type { Webhook } from '../../lib/webhook.ts';

const endpoint: Webhook = {
  id: '123',
  kind: 'endpoint',
  url: 'https://api.example.com/hooks/pay',
  name: 'checkout eu',
  events: ['PAID'],
  enabled: true,
  createdAt: null,
  updatedAt: null,
  signal: null,
  settings: {},
  secretId: null,
};
const secret: Webhook = { ...endpoint, kind: 'signing-secret', url: null, events: [], name: null };
const held = (entry: Omit<Protect, 'because'>, webhook: Partial<Webhook> = {}, base = endpoint): string | null =>
  protectedBy([{ ...entry, because: 'why' }], {
    webhook: { ...base, ...webhook },
    account: 'shop',
    provider: 'modulus',
  })?.because ?? null;

describe('a URL pattern', () => {
  it.each([
    ['https://api.example.com/hooks/pay', 'https://api.example.com/hooks/pay'],
    ['https://API.example.com:443/hooks/pay', 'https://api.example.com/hooks/pay'],
    ['https://api.example.com/hooks/*', 'https://API.EXAMPLE.COM./hooks/pay#x'],
    ['https://api.example.com/**', 'https://api.example.com/'],
    ['https://api.example.com/**', 'https://api.example.com/a/b?c=d/e'],
    ['https://api.example.com/*', 'https://api.example.com/a?to=/b/c'],
    ['https://api.example.com', 'https://api.example.com'],
    ['https://*.example.com/**', 'https://api.example.com/x'],
    ['https://api.example.com/*/pay', 'https://api.example.com/hooks/pay'],
    ['https://**', 'https://anything.example.org/x/y'],
    ['https://api.example.com**', 'https://api.example.com.internal/x'],
    ['https://api.example.com/**', 'https://user:pass@api.example.com/x'],
  ])('%s protects %s', (url, raw) => {
    expect(held({ url }, { url: raw })).toBe('why');
  });

  it.each([
    ['https://api.example.com/hooks/*', 'https://api.example.com/hooks/pay/eu'],
    ['https://api.example.com/hooks', 'https://api.example.com/hooks/pay'],
    ['https://api.example.com/**', 'https://api.example.com.evil.example/x'],
    ['https://api.example.com/**', 'https://evil.example/?https://api.example.com/x'],
    ['https://api.example.com/**', 'http://api.example.com/x'],
    ['https://*/**', 'http://api.example.com/x'],
    ['https://api.example.com/Hooks', 'https://api.example.com/hooks'],
  ])('%s does not protect %s', (url, raw) => {
    expect(held({ url }, { url: raw })).toBeNull();
  });

  it('protects an endpoint whose URL nobody can read, and says so', () => {
    for (const url of ['http://256.1.1.1/', 'not a url', null]) {
      expect(held({ url: 'https://api.example.com/**' }, { url })).toMatch(
        /why \(its url cannot be read, so it counts as protected\)/,
      );
      expect(held({ host: 'api.example.com' }, { url })).toMatch(/its host cannot be read/);
      expect(held({ url: 'https://api.example.com/**', id: 'other' }, { url })).toBeNull();
    }
  });

  it('takes no exponential time', () => {
    const glob = pathGlob('**a*'.repeat(50));
    const started = performance.now();
    expect(glob('a'.repeat(8000))).toBe(true);
    expect(glob(`${'b'.repeat(8000)}`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('decides as a regular expression would', () => {
    const part = fc.constantFrom('a', 'b', '/', '*', '**');
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 7 }),
        fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 9 }),
        (parts, letters) => {
          const pattern = parts.join('');
          const regex = new RegExp(`^${pattern.replace(/\*+/g, (stars) => (stars.length > 1 ? '.*' : '[^/]*'))}$`);
          expect(pathGlob(pattern)(letters.join(''))).toBe(regex.test(letters.join('')));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a host pattern', () => {
  it.each([
    ['a.com', 'a.com', true],
    ['A.com.', 'a.com', true],
    ['a.com', 'A.COM.', true],
    ['a.com', 'b.a.com', false],
    ['a.com', 'ba.com', false],
    ['*.a.com', 'b.a.com', true],
    ['*.a.com', 'c.b.a.com', true],
    ['*.a.com', 'a.com', false],
    ['*.a.com', '.a.com', false],
    ['*.a.com', 'xa.com', false],
    ['*.a.com', 'longxa.com', false],
    ['*.a.com', 'a.com.evil.example', false],
    ['bücher.example', 'xn--bcher-kva.example', true],
    ['127.0.0.1', '127.0.0.1', true],
    ['[::1]', '[::1]', true],
    ['[::1]', '::1', true],
    ['', '', false],
    ['*', 'a.com', false],
  ])('%s and %s: %s', (pattern, host, matches) => {
    expect(hostMatches(pattern, host)).toBe(matches);
  });
});

describe('a protection', () => {
  it('needs all its keys', () => {
    expect(
      held({ id: '123', account: 'shop', provider: 'modulus', kind: 'endpoint', host: '*.example.com', event: 'PAID' }),
    ).toBe('why');
    expect(held({ id: '123', account: 'other' })).toBeNull();
    expect(held({ id: '123', provider: 'stripe' })).toBeNull();
    expect(held({ id: '123', kind: 'signing-secret' })).toBeNull();
  });

  it('matches ids and names exactly or with a star, and no special character means anything else', () => {
    expect(held({ id: '12' })).toBeNull();
    expect(held({ id: '12*' })).toBe('why');
    expect(held({ id: '1.3' })).toBeNull();
    expect(held({ name: 'checkout*' })).toBe('why');
    expect(held({ name: 'checkout/*' })).toBeNull();
    expect(held({ name: 'a/*' }, { name: 'a/b/c' })).toBe('why');
  });

  it('matches an event that the webhook has or that its star covers', () => {
    expect(held({ event: 'PAID' }, { events: ['*'] })).toBe('why');
    expect(held({ event: 'REFUNDED' })).toBeNull();
    expect(held({ event: 'payment.*' }, { events: ['payment.done'] })).toBe('why');
  });

  it('fails closed where the webhook has no name or no events', () => {
    expect(held({ name: 'checkout' }, { name: null })).toMatch(/its name cannot be read/);
    expect(held({ event: 'PAID' }, { events: [] })).toMatch(/its event cannot be read/);
  });

  it('on URL, host or event says nothing of a signing secret', () => {
    for (const entry of [{ url: 'https://**' }, { host: '*.example.com' }, { event: 'PAID' }])
      expect(held(entry, {}, secret)).toBeNull();
    expect(held({ id: '123' }, {}, secret)).toBe('why');
    expect(held({ kind: 'signing-secret' }, {}, secret)).toBe('why');
  });

  it('that comes first is the one that is named', () => {
    const entries = [
      { id: '9', because: 'no' },
      { id: '123', because: 'first' },
      { host: 'api.example.com', because: 'second' },
    ];
    expect(protectedBy(entries, { webhook: endpoint, account: 'shop', provider: 'modulus' })?.because).toBe('first');
    expect(protectedBy([], { webhook: endpoint, account: 'shop', provider: 'modulus' })).toBeNull();
  });
});
