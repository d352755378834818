import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { genesis, nextEntry } from '../../lib/audit/chain.ts';
import type { AuditRecord } from '../../lib/audit/printed.ts';
import { recordKey } from '../../lib/audit/record.ts';
import { limits } from '../../lib/limits.ts';
import { axe, openAddress, startBrowser } from '../report/browser.ts';
import { account, backup, now, record, type Visit, visit } from './desk.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

/** Opens the console as a person would; the page may neither complain nor ask anybody else for anything. */
const open = async (
  { url, origin }: Pick<Visit, 'url' | 'origin'>,
  settings: Parameters<typeof openAddress>[3] = {},
): Promise<Page> => {
  const { page, context, complaints, requests } = await openAddress(
    browser,
    url,
    (asked) => asked.startsWith(`${origin}/`),
    settings,
  );
  onTestFinished(async () => {
    await context.close();
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
  });
  return page;
};

/** A record with a story that is chained as the real ones are. */
const withStory = (one: AuditRecord, events: readonly (readonly [string, string])[]): AuditRecord => {
  let head = genesis(recordKey(one).pk);
  const history = events.map(([event, detail], at) => {
    const entry = nextEntry(head, at + 1, now + at * 60_000, event, 'os:ana@desk', detail);
    head = entry.hash;
    return entry;
  });
  return { ...one, history, head };
};

const proposedEvent = ['proposed', 'test: host ends in ngrok-free.app'] as const;
const some = [
  withStory(record('1'), [proposedEvent]),
  withStory(record('2', { state: 'failed', leftAs: 'off' }), [proposedEvent, ['failed', 'the provider refused']]),
  withStory(record('3', { state: 'deleted', backup, backupHash: 'abc' }), [
    proposedEvent,
    ['deleted', 'not listed any more'],
  ]),
  record('6', { state: 'deleted', backup: { ...backup, urlRedacted: true } }),
];
const busy = {
  accounts: [
    account('shop'),
    account('erp', {
      environment: 'production',
      paused: { until: '2026-06-01T13:00:00.000Z', kind: 'throttle', why: 'told to wait' },
    }),
  ],
  records: { proposed: 1, observing: 1, failed: 1, deleted: 1 },
  due: [
    {
      record: 'shop#shop#endpoint#4',
      url: 'https://t4.ngrok-free.app/hook',
      state: 'observing',
      dueAt: '2026-06-02T12:00:00.000Z',
      waitFor: 'observe',
      held: null,
    },
  ],
  held: [
    { record: 'shop#shop#endpoint#5', url: null, state: 'approved', dueAt: null, waitFor: null, held: 'dead-lettered' },
  ],
  plans: [
    {
      planId: 'sha256:plan',
      account: 'shop',
      status: 'pending',
      items: 1,
      createdAt: '2026-06-01T11:00:00.000Z',
      lapsesAt: '2026-06-08T11:00:00.000Z',
    },
  ],
} as const;
const stopped = { stopped: { at: '2026-06-01T11:00:00.000Z', actor: 'os:ana@desk', reason: 'incident 42' } };

describe('the overview', () => {
  it('shows what waits, what is watched and until when, what failed and what was deleted', async () => {
    const page = await open(await visit(some, busy));
    const section = (id: string) => page.locator(`[data-live="${id}"]`).innerText();
    expect(await section('waiting')).toMatch(/Approve all 1[\s\S]*t1\.ngrok[\s\S]*host ends in ngrok-free\.app/);
    expect(await section('under-way')).toMatch(/t4\.ngrok[\s\S]*observe until 2026-06-02 12:00Z/);
    expect(await section('failed')).toMatch(/dead-lettered[\s\S]*Release[\s\S]*the provider refused/);
    expect(await section('deleted')).toMatch(/t3\.ngrok[\s\S]*not listed any more[\s\S]*Restore/);
    expect(await section('accounts')).toMatch(/paused until 2026-06-01 13:00Z: told to wait/);
    expect(await page.locator('.tiles').innerText()).toMatch(/wait for approval\s+1/);
  });

  it('says what to do where there is nothing yet', async () => {
    const page = await open(await visit([], { accounts: [account('shop', { scopes: [] })] }));
    expect(await page.locator('[data-live="waiting"]').innerText()).toContain('Next: hooksweep run');
    expect(await page.locator('.empty').count()).toBe(4);
  });

  it('says loudly that everything is stopped, by whom and why, and how to go on', async () => {
    const page = await open(await visit([], stopped));
    expect(await page.locator('.alarm').innerText()).toMatch(/os:ana@desk: incident 42[\s\S]*Start/);
  });

  it('says where there is more than it shows', async () => {
    const many = Array.from({ length: limits.consoleRowsMax + 1 }, (_, at) => record(`d${at}`, { state: 'deleted' }));
    const page = await open(await visit(many));
    const section = await page.locator('[data-live="deleted"]').innerText();
    expect(section).toMatch(/last 30 days 50 or more[\s\S]*More: all that are deleted/);
    await page.getByRole('link', { name: 'all that are deleted' }).click();
    expect(await page.locator('.rows > li').count()).toBe(limits.consoleRowsMax);
    await page.getByRole('link', { name: 'Older ones' }).click();
    expect(await page.locator('.rows > li').count()).toBe(1);
  });

  it('is filtered while somebody types, and worked by the keyboard alone', async () => {
    const page = await open(await visit(some, busy));
    await page.keyboard.press('/');
    await page.keyboard.type('T3.NGROK');
    expect(await page.locator('[data-rows] > li:visible').count()).toBe(1);
    expect(await page.locator('#count').textContent()).toBe('1 of 6 shown');
    await page.keyboard.press('Escape');
    expect(await page.locator('[data-rows] > li:visible').count()).toBe(6);
    await page.getByRole('link', { name: 'Veto https://t1.ngrok-free.app/hook' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/veto\?/);
    await page.getByLabel('Your reason').focus();
    await page.keyboard.type('still used');
    await page.keyboard.press('Enter');
    expect(await page.locator('.said').innerText()).toContain('veto is noted');
  });
});

describe('an open page', () => {
  it('is brought up to date in place: keyboard and filter stay where they were', async () => {
    const records = [...some];
    const status = { ...busy, records: { proposed: 1 } };
    const page = await open(await visit(records, status, { isAtWork: async () => true }));
    await page.fill('#query', 'ngrok');
    const veto = 'Veto https://t1.ngrok-free.app/hook';
    await page.getByRole('link', { name: veto }).focus();
    await page.evaluate('window.sameAsBefore = true');
    records.push(record('9'), record('10', { url: 'https://elsewhere.example.com', findings: [] }));
    status.records.proposed = 3;
    await page.getByRole('link', { name: 'Veto https://t9.ngrok-free.app/hook' }).waitFor();
    expect(await page.evaluate('document.activeElement.innerText')).toMatch(/^Veto/);
    expect(await page.evaluate('document.activeElement.href')).toContain('endpoint%231');
    expect(await page.locator('li', { hasText: 'elsewhere' }).isVisible()).toBe(false);
    expect(await page.evaluate('window.sameAsBefore')).toBe(true);
  });

  it('says so where the console has ended', async () => {
    const { url, end } = await visit(some, busy);
    const { page, context } = await openAddress(browser, url, () => true);
    onTestFinished(() => context.close());
    await end();
    await page.locator('#live', { hasText: 'does not answer' }).waitFor();
  });

  it('holds still while somebody writes a reason', async () => {
    const page = await open(await visit(some, busy));
    await page.getByRole('link', { name: 'Veto https://t1.ngrok-free.app/hook' }).click();
    expect(await page.locator('[data-revision], [data-live]').count()).toBe(0);
  });
});

describe('the story of a webhook', () => {
  it('stands on a time line with its backup', async () => {
    const page = await open(await visit(some));
    await page.getByRole('link', { name: 'https://t3.ngrok-free.app/hook', exact: true }).click();
    expect(await page.locator('.story h3').allTextContents()).toEqual(['proposed', 'deleted']);
    expect(await page.locator('main').innerText()).toMatch(
      /os:ana@desk · entry 2[\s\S]*2 entries, chained without a gap/,
    );
    expect(await page.locator('[data-live="backup"]').innerText()).toContain('QRPH_SUCCESS');
  });

  it('says where it was tampered with', async () => {
    const [one] = some;
    const forged = { ...one, history: one?.history.map((entry) => ({ ...entry, detail: 'nothing' })) } as AuditRecord;
    const { get } = await visit([forged]);
    expect((await get('webhook?record=shop%23shop%23endpoint%231')).text).toContain(
      'tampered with or damaged: entry 1 was changed',
    );
  });
});

describe('the console in the browser', () => {
  const hostile = `</title></script><img src=x onerror="document.title=1"><script>document.title=2</script>"'><b>`;

  it('takes what somebody else chose for text, wherever it stands', async () => {
    const one = withStory(
      record('1', {
        url: hostile,
        findings: [{ rule: 'test', confidence: 'high', evidence: hostile }],
        backup: { ...backup, name: hostile } as typeof backup,
      }),
      [[hostile, hostile]],
    );
    const page = await open(
      await visit([one, record('2', { state: 'failed', url: '\u202ehttps://moc.live' })], {
        accounts: [account('shop', { paused: { until: '2026-06-01T13:00:00.000Z', kind: 'throttle', why: hostile } })],
      }),
    );
    const isClean = async () => [
      await page.locator('img, b').count(),
      (await page.title()).includes('· hooksweep'),
      /\u202e/.test(await page.content()),
    ];
    expect(await isClean()).toEqual([0, true, false]);
    for (const link of ['h3 a', 'a.veto']) {
      await page.locator(link).first().click();
      expect(await isClean()).toEqual([0, true, false]);
      expect(await page.locator('main').innerText()).toContain('<img src=x');
      await page.goBack();
    }
  });

  it('lets a form be sent without JavaScript, and shows what is missing', async () => {
    const shown = await visit(some, busy);
    const page = await open(shown, { javaScriptEnabled: false });
    await page.getByRole('link', { name: 'Approve https://t1.ngrok-free.app/hook' }).click();
    await page.getByLabel('Your reason').fill('ticket 42');
    await page.getByRole('button', { name: 'Approve https://t1.ngrok-free.app/hook' }).click();
    expect(await page.locator('.said').innerText()).toContain('approve is noted');
    expect(shown.calls).toEqual([['approve', { targets: ['shop#shop#endpoint#1'], reason: 'ticket 42' }]]);
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
  ] as const)(
    'has nothing in %s, %i wide, that axe objects to, and fits',
    { timeout: 120_000 },
    async (colorScheme, width) => {
      const shown = await visit(some, { ...busy, ...stopped });
      const page = await open(shown, { colorScheme, width });
      const paths = [
        '',
        'webhook?record=shop%23shop%23endpoint%233',
        'webhooks',
        'why',
        'why?account=shop&webhook=1',
        'veto?target=shop%23shop%23endpoint%231',
        'restore?target=shop%23shop%23endpoint%233',
        'restore?target=shop%23shop%23endpoint%236',
        'enqueue?target=shop%23shop%23endpoint%231',
        'replace?target=shop%23shop%23endpoint%231',
        'start?target=',
        'approve?target=sha256:plan',
      ];
      for (const path of paths) {
        await page.goto(`${shown.base}${path}`);
        const { violations, passed } = await axe(page);
        expect([path, violations]).toEqual([path, []]);
        expect(passed).toBeGreaterThan(15);
        expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, width]);
      }
    },
  );
});
