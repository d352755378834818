import { describe, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { actNames } from '../../lib/console/acts.ts';
import { limits } from '../../lib/limits.ts';
import { account, ask, cookieOf, now, backup as plainBackup, record, visit } from './desk.ts';

const target = 'shop#shop#endpoint#1';
const path = (act: string, name = target): string => `${act}?target=${encodeURIComponent(name)}`;
const plan = {
  planId: 'sha256:plan',
  account: 'shop',
  status: 'pending',
  items: 2,
  createdAt: '2026-06-01T11:00:00.000Z',
  lapsesAt: '2026-06-08T11:00:00.000Z',
} as const;
const backup = { ...plainBackup, urlRedacted: true };
const inProduction = { accounts: [account('shop', { environment: 'production' })] };

describe('a decision in the console', () => {
  it.each([
    ['approve', { state: 'proposed' }, { targets: [target], reason: 'ticket 42' }],
    ['veto', { state: 'observing' }, { targets: [target], reason: 'ticket 42', until: null }],
    ['release', { state: 'observing', held: 'dead-lettered' }, { targets: [target], reason: 'ticket 42' }],
    [
      'restore',
      { state: 'deleted' },
      { records: [target], reason: 'ticket 42', dryRun: false, secrets: {}, secretTo: null },
    ],
  ] as const)('%s names the URL before, and is carried out once with its reason', async (act, more, asked) => {
    const { get, post, form, calls } = await visit([record('1', more)]);
    const page = (await get(path(act))).text;
    expect(page).toContain('https://t1.ngrok-free.app/hook</button>');
    const fields = { form: await form(path(act)), target, reason: ' ticket 42 ' };
    const { status, headers } = await post(act, fields);
    expect([status, calls]).toEqual([303, [[act, asked]]]);
    expect((await get(String(headers.location))).text).toContain('<strong>Done</strong>');
  });

  it.each(['stop', 'start'] as const)('%s is about one account, or everything', async (act) => {
    const { get, post, form, calls } = await visit();
    expect((await get(path(act, 'shop'))).text).toContain(' shop</button>');
    for (const name of ['shop', '']) await post(act, { form: await form(path(act, name)), target: name, reason: 'r' });
    expect(calls).toEqual([
      [act, { account: 'shop', reason: 'r' }],
      [act, { account: null, reason: 'r' }],
    ]);
  });

  it('names every webhook of a plan', async () => {
    const { get, post, form, calls } = await visit([record('1'), record('2')], { plans: [plan] });
    const { text } = await get(path('approve', 'sha256:plan'));
    expect(text).toMatch(/t1\.ngrok-free\.app[\s\S]*t2\.ngrok-free\.app[\s\S]*Approve 2 webhooks/);
    await post('approve', { form: await form(path('approve', 'sha256:plan')), target: 'sha256:plan', reason: 'r' });
    expect(calls).toEqual([['approve', { targets: ['sha256:plan'], reason: 'r' }]]);
  });

  it('tells before a restore what will not come back', async () => {
    const { get } = await visit([record('1', { state: 'deleted' })]);
    expect((await get(path('restore'))).text).toContain('It will come back without: id.');
  });

  it.each([
    ['approve', 'deleted'],
    ['veto', 'kept'],
    ['restore', 'proposed'],
    ['release', 'observing'],
  ] as const)('%s is not offered, nor taken, for one that is %s', async (act, state) => {
    const { get, post, form, calls } = await visit([record('1', { state })]);
    expect((await get(path(act))).text).toContain(`This cannot be done now: it is ${state}`);
    const { status } = await post(act, { form: await form(path(act)), target, reason: 'r' });
    expect([status, calls]).toEqual([422, []]);
  });

  it('lasts as long as the person says', async () => {
    const { post, form, calls } = await visit([record('1')]);
    await post('veto', { form: await form(path('veto')), target, reason: 'r', until: '30d' });
    expect(calls).toEqual([['veto', { targets: [target], reason: 'r', until: '2026-07-01T12:00:00.000Z' }]]);
  });
});

describe('a restore that wants a secret', () => {
  const planted = 'https://u:planted-4711@q.example.com/?token=planted-4711';
  const desk = () => visit([record('1', { state: 'deleted', backup })]);
  const fields = { target, reason: 'r', 'secret:url': 'env:SHOP_URL', 'secret-to': 'file:/tmp/new-secret' };

  it('asks where it stands and where a new one goes, and hands on just that', async () => {
    const { get, post, form, calls } = await desk();
    const { text } = await get(path('restore'));
    expect(text).toMatch(/name="secret:url"[^>]* required/);
    expect(text).toMatch(/name="secret:token"(?![^>]*required)/);
    expect(text).toMatch(/name="secret-to"[^>]* required/);
    const sent = { ...fields, form: await form(path('restore')), 'secret:other': 'env:X', until: 'x' };
    expect((await post('restore', sent)).status).toBe(303);
    const secrets = { url: 'env:SHOP_URL' };
    const asked = { records: [target], reason: 'r', dryRun: false, secrets, secretTo: 'file:/tmp/new-secret' };
    expect(calls).toEqual([['restore', asked]]);
  });

  it.each([
    ['the secret itself', { 'secret:url': planted }],
    ['nothing', { 'secret:url': '' }],
    ['a variable that looks like a secret', { 'secret:url': 'env:sk_live_51H8planted4711abcdefghijklmnop' }],
    ['another secret itself', { 'secret:token': planted }],
    ['a place that is none', { 'secret-to': '/tmp/new-secret' }],
    ['a place somewhere below', { 'secret-to': 'file:new-secret' }],
    ['no place', { 'secret-to': '' }],
  ])('refuses %s, does nothing, and shows no text that may be a secret', async (_, wrong) => {
    const { post, form, calls } = await desk();
    const sent = { ...fields, form: await form(path('restore')), ...wrong };
    const { status, text } = await post('restore', sent);
    expect([status, calls]).toEqual([422, []]);
    expect(text).toContain('aria-invalid="true"');
    expect(text).not.toContain('planted');
  });

  it('asks in the form in which it is followed where it is carried out', async () => {
    const { get } = await desk();
    const { text } = await get(path('restore'));
    expect(text).toMatch(/as env:NAME<\/label>[\s\S]*as file:PATH<\/label>/);
  });

  it('says nothing of references where none can be used', async () => {
    const { get } = await visit([record('1', { state: 'deleted' })]);
    expect((await get(path('restore'))).text).not.toContain('secret');
  });
});

describe('a form of the console', () => {
  it.each(actNames)('%s changes nothing by being looked at, however often', async (act) => {
    const { get, calls } = await visit([record('1')], { plans: [plan] });
    for (const name of [target, '', 'shop', 'sha256:plan', 'nobody', 'webhook#<script>'])
      await get(`${path(act, name)}&reason=r&form=x`);
    expect(calls).toEqual([]);
  });

  it('works once: sent again it says so, and nothing is done twice', async () => {
    const { post, form, calls } = await visit([record('1')]);
    const fields = { form: await form(path('veto')), target, reason: 'r' };
    const answers = await Promise.all([post('veto', fields), post('veto', fields), post('veto', fields)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 409, 409]);
    expect((await post('veto', fields)).text).toContain('Nothing was done a second time');
    expect(calls).toHaveLength(1);
  });

  it('works for what it was opened for, and for the session that opened it', async () => {
    const { url, post, form, calls } = await visit([record('1'), record('2')]);
    const opened = await form(path('veto'));
    const other = cookieOf(await ask(url));
    for (const [act, fields, headers] of [
      ['approve', { target }, {}],
      ['veto', { target: 'shop#shop#endpoint#2' }, {}],
      ['veto', { target }, { cookie: other }],
      ['veto', { target, form: '' }, {}],
      ['veto', { target, form: `${opened.slice(0, -1)}g` }, {}],
      ['veto', { target, form: opened.replace(/\.\d+\./, `.${now + 1}.`) }, {}],
    ] as const) {
      const { status } = await post(act, { form: opened, reason: 'r', ...fields }, headers);
      expect(status).toBe(409);
    }
    expect(calls).toEqual([]);
    expect((await post('veto', { form: opened, target, reason: 'r' })).status).toBe(303);
  });

  it('is not taken when it has grown old', async () => {
    let at = now;
    const { post, form, calls } = await visit([record('1')], {}, {}, { ...systemClock, now: () => at });
    const fields = { form: await form(path('veto')), target, reason: 'r' };
    at += limits.consoleFormMs + 1;
    const { status, text } = await post('veto', fields);
    expect([status, calls]).toEqual([409, []]);
    expect(text).toContain('opened too long ago');
  });

  it.each([
    ['no reason', { reason: '  ' }, 'Give a reason'],
    ['too long a reason', { reason: 'x'.repeat(limits.reasonCharactersMax + 1) }, 'at most 400'],
    ['a time that is none', { reason: 'r', until: 'soon' }, 'soon is no time'],
    ['a time that is over', { reason: 'r', until: '2020-01-01' }, 'is over already'],
  ])('asks again where there is %s, and keeps what was written', async (_, fields, said) => {
    const { post, form, calls } = await visit([record('1')]);
    const { status, text } = await post('veto', { form: await form(path('veto')), target, ...fields });
    expect([status, calls]).toEqual([422, []]);
    expect(text).toMatch(/aria-invalid="true" aria-describedby="(reason|until)-problem"/);
    expect(text).toContain(said);
  });

  it.each(['approve', 'restore'] as const)('%s on production wants the name of the account', async (act) => {
    const state = act === 'approve' ? 'proposed' : 'deleted';
    const { get, post, form, calls } = await visit([record('1', { environment: 'production', state })], inProduction);
    expect((await get(path(act))).text).toContain('This is production. Type shop to go on');
    for (const word of ['', 'Shop', 'shop-production']) {
      const { status } = await post(act, { form: await form(path(act)), target, reason: 'r', word });
      expect([status, calls]).toEqual([422, []]);
    }
    expect((await post(act, { form: await form(path(act)), target, reason: 'r', word: 'shop' })).status).toBe(303);
    expect(calls).toHaveLength(1);
  });

  it('wants it for a plan and for a start too, but a stop and a veto are quick', async () => {
    const { get } = await visit([record('1', { environment: 'production' })], { ...inProduction, plans: [plan] });
    const wants = async (at: string) => (await get(at)).text.includes('This is production');
    expect(await wants(path('approve', 'sha256:plan'))).toBe(true);
    expect(await wants(path('start', ''))).toBe(true);
    expect(await wants(path('stop', ''))).toBe(false);
    expect(await wants(path('veto'))).toBe(false);
  });
});
