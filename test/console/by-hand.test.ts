import { describe, expect, it } from 'vitest';
import { record, visit } from './desk.ts';

const target = 'shop#shop#endpoint#7';
const path = (act: string, name = target): string => `${act}?target=${encodeURIComponent(name)}`;
const asked = { account: 'shop', scope: 'shop', webhookId: '7', reason: 'ticket 42' };
const url = 'https://hooks.example.com/new';

describe('a webhook of which nothing is kept', () => {
  it('can be sent away and replaced from the page that tells why', async () => {
    const { get } = await visit();
    const { text } = await get('why?account=shop&webhook=7');
    for (const act of ['enqueue', 'replace']) expect(text).toContain(`href="${act}?target=shop%23shop%23endpoint%237"`);
  });

  it.each([
    ['disable', { step: 'disable', now: false }],
    ['delete', { step: 'delete', now: false }],
    ['delete-now', { step: 'delete', now: true }],
  ])('is sent away as far as was chosen: %s', async (step, sent) => {
    const { get, post, form, calls } = await visit();
    const { text } = await get(path('enqueue'));
    expect(text).toMatch(/Send away https:\/\/t7\.ngrok-free\.app\/hook<\/button>/);
    expect(text).toContain('The guard last-one holds: nobody else receives QRPH_SUCCESS.');
    const { status, headers } = await post('enqueue', {
      form: await form(path('enqueue')),
      target,
      reason: 'ticket 42',
      step,
    });
    expect([status, calls]).toEqual([303, [['enqueue', { ...asked, ...sent }]]]);
    expect((await get(String(headers.location))).text).toContain(`${target} is approved`);
  });

  it.each(['', 'everything', 'restore', '__proto__'])('is not sent away by the step %j', async (step) => {
    const { post, form, calls } = await visit();
    const sent = { form: await form(path('enqueue')), target, reason: 'r', step };
    expect([(await post('enqueue', sent)).status, calls]).toEqual([422, []]);
  });

  it('is replaced by what was given, once', async () => {
    const { get, post, form, calls } = await visit();
    const sent = { form: await form(path('replace')), target, reason: 'ticket 42', url, 'secret:token': 'env:X' };
    const { headers } = await post('replace', sent);
    expect((await post('replace', sent)).status).toBe(409);
    expect(calls).toEqual([['replace', { ...asked, url, secrets: {}, secretTo: null }]]);
    const { text } = await get(String(headers.location));
    expect(text).toMatch(/77 is created and listed[\s\S]*is approved, its first step is due 2026-06-01 12:00Z/);
  });

  it.each(['', 'hooks.example.com', 'javascript:alert(1)', 'ftp://example.com'])(
    'is not replaced by %j',
    async (wrong) => {
      const { post, form, calls } = await visit();
      const sent = { form: await form(path('replace')), target, reason: 'r', url: wrong };
      expect([(await post('replace', sent)).status, calls]).toEqual([422, []]);
    },
  );

  it('shows a URL again where the form comes back, unless it holds a secret', async () => {
    const { post, form } = await visit();
    const back = async (given: string) =>
      (await post('replace', { form: await form(path('replace')), target, reason: '', url: given })).text;
    expect(await back(url)).toContain(`value="${url}"`);
    expect(await back('https://u:planted@example.com/')).not.toContain('planted');
    expect(await back('https://example.com/?token=planted-4711')).not.toContain('planted');
  });
});

describe('a webhook with a record', () => {
  const own = 'shop#shop#endpoint#1';

  it.each(['enqueue', 'replace'])('cannot be asked to %s while its cleanup is under way', async (act) => {
    const { get, post, form, calls } = await visit([record('1', { state: 'observing' })]);
    expect((await get('why?account=shop&webhook=1')).text).not.toContain(`href="${act}`);
    expect((await get(path(act, own))).text).toContain('This cannot be done now: its cleanup is under way');
    const sent = { form: await form(path(act, own)), target: own, reason: 'r', step: 'delete', url };
    expect([(await post(act, sent)).status, calls]).toEqual([422, []]);
  });

  it('is a secret that nothing can take the place of', async () => {
    const { get } = await visit([record('1', { kind: 'signing-secret', provider: 'omise' })]);
    expect((await get('why?account=shop&webhook=1')).text).not.toContain('href="replace');
    expect((await get('why?account=shop&webhook=1')).text).toContain('href="enqueue');
  });

  it.each([
    ['modulus', { token: false, secret: false, place: false }],
    ['github', { token: false, secret: true, place: false }],
    ['gitlab', { token: true, secret: false, place: false }],
    ['stripe', { token: false, secret: false, place: true }],
  ])('of %s is replaced with the secrets that it takes', async (provider, wants) => {
    const { get } = await visit([record('1', { provider })]);
    const { text } = await get(path('replace', own));
    const found = (name: string) => text.includes(`name="${name}"`);
    const fields = { token: found('secret:token'), secret: found('secret:secret'), place: found('secret-to') };
    expect(fields).toEqual(wants);
  });

  it.each(['enqueue', 'replace'])(
    'on production wants the account typed to %s, and goes nowhere unwatched',
    async (act) => {
      const { get, post, form, calls } = await visit([record('1', { environment: 'production' })]);
      expect((await get(path(act, own))).text).not.toContain('unwatched');
      for (const [word, step] of [
        ['', 'delete'],
        ['Shop', 'delete'],
        ...(act === 'enqueue' ? [['shop', 'delete-now']] : []),
      ] as const) {
        const sent = { form: await form(path(act, own)), target: own, reason: 'r', url, word, step };
        expect([(await post(act, sent)).status, calls]).toEqual([422, []]);
      }
      const sent = { form: await form(path(act, own)), target: own, reason: 'r', url, word: 'shop', step: 'delete' };
      expect([(await post(act, sent)).status, calls.length]).toEqual([303, 1]);
    },
  );
});
