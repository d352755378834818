import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { limits } from '../../lib/limits.ts';
import { ask, cookieOf, record, visit } from './desk.ts';

const target = 'shop#shop#endpoint#1';
const veto = (form: string) => ({ form, target, reason: 'still used' });

describe('the way into the console', () => {
  it('turns the token of the address into a cookie for this session and takes it out of the address', async () => {
    const { url, base } = await visit();
    const { status, headers, text } = await ask(url);
    expect([status, headers.location, text]).toEqual([303, new URL(base).pathname, '']);
    expect(String(headers['set-cookie'])).toMatch(
      new RegExp(`^hooksweep=[^;]+; Path=${new URL(base).pathname}; HttpOnly; SameSite=Strict$`),
    );
  });

  it.each([
    '',
    'webhook?record=x',
    'webhooks',
    'why',
    'why?account=shop&webhook=1',
    'revision',
    'veto?target=x',
    'console.js',
    'console.css',
    'nowhere',
  ])('shows nothing of /%s without the cookie, or with a wrong one', async (path) => {
    const { base, cookie } = await visit([record('1')]);
    const forged = [`${cookie}x`, cookie.replace(/=./, '=_'), 'hooksweep=1', 'other=1'];
    for (const headers of [{}, ...forged.map((one) => ({ cookie: one }))]) {
      const { status, text } = await ask(`${base}${path}`, { headers: headers as Record<string, string> });
      expect([status, text]).toEqual([403, 'Open the address that `hooksweep console` printed.\n']);
    }
  });

  it.each([
    ['a wrong token', (token: string) => token.replace(/.$/, (last) => (last === '0' ? '1' : '0'))],
    ['a part of the token', (token: string) => token.slice(0, -1)],
    ['no token', () => ''],
  ])('gives no cookie for %s', async (_, wrong) => {
    const { url } = await visit();
    const bad = new URL(url);
    bad.searchParams.set('token', wrong(bad.searchParams.get('token') ?? ''));
    const { status, headers } = await ask(String(bad));
    expect([status, headers['set-cookie']]).toEqual([403, undefined]);
  });

  it('takes no cookie of another console', async () => {
    const [{ base }, { cookie }] = [await visit(), await visit()];
    expect((await ask(base, { headers: { cookie } })).status).toBe(403);
  });

  it.each(['localhost', 'evil.example', '127.0.0.1', '127.0.0.1.nip.io', '[::1]'])(
    'does not answer under the name %s, whatever is known',
    async (name) => {
      const { url, base, origin, cookie } = await visit([record('1')]);
      const port = new URL(origin).port;
      for (const host of name === '127.0.0.1' ? [name, `${name}:1`] : [name, `${name}:${port}`])
        for (const address of [url, base]) {
          const { status, text, headers } = await ask(address, { headers: { host, cookie } });
          expect([status, headers['set-cookie'], text.includes('ngrok')]).toEqual([421, undefined, false]);
        }
    },
  );

  it('listens on 127.0.0.1 and on no other address of this machine', async () => {
    const { base, cookie } = await visit();
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ address, family }) => family === 'IPv4' && address !== '127.0.0.1')
      .map(({ address }) => address);
    for (const address of ['127.0.0.2', ...others]) {
      const there = base.replace('127.0.0.1', address);
      await expect(ask(there, { headers: { cookie } })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    }
  });
});

describe('a form from elsewhere', () => {
  it.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['this machine by another name', { origin: 'http://localhost' }],
    ['no origin at all', { origin: '' }],
    ['an opaque origin', { origin: 'null' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another port, as browsers say it', { 'sec-fetch-site': 'same-site' }],
    ['a typed address', { 'sec-fetch-site': 'none' }],
    ['another origin that pretends', { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }],
  ])('changes nothing: %s', async (_, headers) => {
    const { post, form, calls } = await visit([record('1')]);
    const { status } = await post('veto', veto(await form(`veto?target=${encodeURIComponent(target)}`)), headers);
    expect([status, calls]).toEqual([403, []]);
  });

  it.each([{}, { 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'same-origin', origin: 'null' }])(
    'is told from our own, which browsers send with %j',
    async (headers) => {
      const { post, form, calls } = await visit([record('1')]);
      const { status } = await post(
        'veto',
        veto(await form(`veto?target=${encodeURIComponent(target)}`)),
        headers as Record<string, string>,
      );
      expect([status, calls.length]).toEqual([303, 1]);
    },
  );

  it.each([{}, { 'transfer-encoding': 'chunked' }])(
    'is not read where it is larger than any of ours, sent with %j',
    async (headers) => {
      const { post, form, calls } = await visit([record('1')]);
      const large = {
        ...veto(await form(`veto?target=${encodeURIComponent(target)}`)),
        more: 'x'.repeat(limits.consoleFormBytesMax),
      };
      const { status } = await post('veto', large, headers as Record<string, string>);
      expect([status, calls]).toEqual([413, []]);
    },
  );

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('is not taken by %s', async (method) => {
    const { base, cookie, origin, calls } = await visit([record('1')]);
    expect((await ask(`${base}veto`, { method, headers: { cookie, origin } })).status).toBe(405);
    expect(calls).toEqual([]);
  });
});

describe('every answer', () => {
  it.each(['', 'webhook?record=nobody', 'webhooks', 'nowhere', 'console.js', 'icon.svg', 'stop?target='])(
    'of /%s is kept nowhere, framed nowhere, and runs only what is ours',
    async (path) => {
      const { get } = await visit([record('1')]);
      const { headers, text } = await get(path);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
      const policy = String(headers['content-security-policy']);
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
      expect(policy).toMatch(/form-action 'self'; base-uri 'none'; frame-ancestors 'none'/);
      expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
      if (!path.includes('.')) expect(text).not.toMatch(/<script>|<style|\son\w+=|\sstyle=/);
    },
  );

  it('to somebody who was not let in is as closed', async () => {
    const { base } = await visit();
    const { headers } = await ask(base);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-frame-options': 'DENY' });
  });

  it('gives each session a name of its own', async () => {
    const { url } = await visit();
    expect(cookieOf(await ask(url))).not.toBe(cookieOf(await ask(url)));
  });
});
