import { describe, expect, it } from 'vitest';
import { account, record, visit, why } from './desk.ts';

const of = (id: string) => `why?account=shop&webhook=${id}`;

describe('the page that tells why', () => {
  it('shows each rule and guard, what follows, and what is kept', async () => {
    const { get, questions } = await visit([record('1')]);
    const { text } = await get(of('1'));
    expect(text).toMatch(/<h1>Why https:\/\/t1\.ngrok-free\.app\/hook<\/h1>/);
    expect(text).toMatch(/high: ends in ngrok-free\.app<\/td><td><span class="badge propose">matches/);
    expect(text).toMatch(/stale<\/th><td><\/td><td>off/);
    expect(text).toMatch(/nobody else receives QRPH_SUCCESS<\/td><td><span class="badge keep">holds/);
    expect(text).toMatch(/approval<\/dt><dd>mode/);
    expect(text).toMatch(/href="webhook\?record=shop%23shop%23endpoint%231">Its story/);
    expect(text).toMatch(/href="veto\?target=shop%23shop%23endpoint%231"/);
    expect(questions).toEqual([['why', { account: 'shop', webhookId: '1' }]]);
  });

  it('is found from the story of a webhook, and says where nothing is kept', async () => {
    const { get } = await visit([record('1')]);
    expect((await get('webhook?record=shop%23shop%23endpoint%231')).text).toContain(
      'href="why?record=shop%23shop%23endpoint%231"',
    );
    expect((await get(of('7'))).text).toContain('Nothing is kept of it');
  });

  it('asks which webhook is meant, and nobody else, where too little is said', async () => {
    const { get, questions } = await visit([], { accounts: [account('shop'), account('erp')] });
    for (const path of ['why', 'why?account=erp', 'why?webhook=1', 'why?account=erp&webhook='])
      expect((await get(path)).text).toMatch(/<option value="erp"[\s\S]*Id at the provider/);
    expect((await get('why?account=erp')).text).toContain('<option value="erp" selected>');
    expect(questions).toEqual([]);
  });

  it('says that a name is none of a record', async () => {
    const { get, questions } = await visit();
    const { status, text } = await get('why?record=shop');
    expect([status, questions]).toEqual([400, []]);
    expect(text).toContain('shop names no record');
  });

  it('holds still: an open page never asks a provider by itself', async () => {
    const { get } = await visit([record('1')], {}, { isAtWork: async () => true });
    expect((await get(of('1'))).text).not.toMatch(/data-live|data-revision|data-look-ms/);
  });

  it('takes what a provider says for text', async () => {
    const hostile = '<img src=x onerror=alert(1)>\u202e';
    const one = why('1', { guards: [{ guard: 'protected', holds: true, detail: hostile }], provider: hostile });
    const { get } = await visit([], {}, { read: (use) => use({ why: async () => one } as never) });
    const { text } = await get(of('1'));
    expect(text).toContain('&lt;img src=x');
    expect(text).not.toMatch(/<img|\u202e/);
  });
});
