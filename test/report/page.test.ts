import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Plan } from '../../lib/plan/item.ts';
import { renderReport } from '../../lib/report/report.ts';
import { axe, openFile, startBrowser } from './browser.ts';
import { accountPlan, item, mixed, plan } from './plan.ts';

const lead = '2 to delete, 1 kept, 1 reported. Nothing was changed.';

let browser: Browser;
let folder: string;
beforeAll(async () => {
  browser = await startBrowser();
  folder = await mkdtemp(join(tmpdir(), 'hooksweep-report-'));
});
afterAll(async () => {
  await browser?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

let files = 0;

/** Opens the report of a plan; the page may neither complain nor ask anybody for anything. */
const open = async (content: Plan, settings: Parameters<typeof openFile>[2] = {}): Promise<Page> => {
  const path = join(folder, `report-${files++}.html`);
  await writeFile(path, renderReport(content, lead));
  const { page, context, complaints, requests } = await openFile(browser, path, settings);
  onTestFinished(async () => {
    await context.close();
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
  });
  return page;
};

const titles = (page: Page) => page.locator('#rows h3 bdi').allTextContents();
const count = (page: Page) => page.locator('#count').textContent();

describe('the list of a report', () => {
  it('shows each webhook with its evidence, survivor, guards and earliest dates', async () => {
    const page = await open(plan(mixed));
    const text = await page.locator('#rows').innerText();
    for (const said of [
      'host ends in loca.lt',
      '9: the newest',
      'protected by the policy: checkout',
      'disabled 2026-06-02 12:00Z, deleted 2026-06-03 12:00Z, if approved now',
      'QRPH_SUCCESS',
    ])
      expect(text).toContain(said);
    expect(await titles(page)).toHaveLength(4);
  });

  it.each([
    ['decision', 'keep', ['https://quick-3.loca.lt/hook']],
    ['account', 'erp', ['https://erp.example.com/hook']],
    ['rule', 'stale', ['https://quick-4.loca.lt/hook']],
    ['guard', 'protected', ['https://quick-3.loca.lt/hook']],
  ])('is filtered by %s', async (kind, value, left) => {
    const page = await open(plan(mixed));
    await page.selectOption(`#${kind}`, value);
    expect(await titles(page)).toEqual(left);
    expect(await count(page)).toBe('1 to 1 of 1, out of 4');
    await page.click('#clear');
    expect(await titles(page)).toHaveLength(4);
  });

  it('is searched by all words that stand in a row, in any order and case', async () => {
    const page = await open(plan(mixed));
    await page.fill('#query', 'NEWEST erp');
    expect(await titles(page)).toEqual(['https://erp.example.com/hook']);
    await page.fill('#query', 'nowhere');
    expect(await count(page)).toBe('Nothing matches. Clear a filter to see more.');
  });

  it('is filtered by a click on a name in the totals', async () => {
    const page = await open(plan(mixed, { accounts: ['shop', 'erp', 'till'].map((name) => accountPlan(name)) }));
    await page.getByRole('button', { name: 'till' }).click();
    expect(await titles(page)).toEqual(['https://quick-4.loca.lt/hook']);
  });

  it('is worked by the keyboard alone', async () => {
    const page = await open(plan([...mixed, ...Array.from({ length: 60 }, (_, at) => item(`k${at}`))]));
    await page.keyboard.press('/');
    await page.keyboard.type('quick');
    expect(await page.inputValue('#query')).toBe('quick');
    await page.keyboard.press('Escape');
    expect(await page.inputValue('#query')).toBe('');
    await page.keyboard.press('Tab');
    await page.keyboard.type('kept');
    expect(await titles(page)).toHaveLength(1);
    await page.click('#clear');
    await page.focus('#next');
    await page.keyboard.press('Enter');
    expect(await page.locator('#page').textContent()).toBe('Page 2 of 2');
    expect(await page.evaluate('document.activeElement.id')).toBe('list');
  });

  it('says without JavaScript where else to look, and shows the totals', async () => {
    const page = await open(plan(mixed), { javaScriptEnabled: false });
    expect(await page.locator('noscript').innerText()).toContain('The list needs JavaScript');
    expect(await page.locator('.tiles').innerText()).toContain('to delete');
  });
});

describe('a report in the browser', () => {
  it('takes what somebody else chose for text', async () => {
    const hostile = '</script><img src=x onerror="document.title=1"><script>document.title=2</script>';
    const page = await open(
      plan([item('1', { url: hostile, name: hostile, events: [hostile] })], { warnings: [hostile] }),
    );
    expect(await page.title()).toBe('hooksweep report, 2026-06-01 12:00Z');
    expect(await titles(page)).toEqual([hostile]);
    expect(await page.locator('img').count()).toBe(0);
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
  ] as const)('has nothing in %s, %i wide, that axe objects to', async (colorScheme, width) => {
    const error = { code: 'credential', message: 'the key was refused', hint: 'check the key' };
    const broken = accountPlan('erp', {
      status: 'error',
      scopes: [{ scope: 'erp', status: 'error', webhooks: 0, error }],
    });
    const risky = { rule: 'test', confidence: 'security', evidence: 'a probe receiver', proposes: false } as const;
    const items = [...mixed, item('5', { decision: 'report', findings: [risky] })];
    const page = await open(plan(items, { accounts: [accountPlan(), broken], warnings: ['careful'] }), {
      colorScheme,
      width,
    });
    const { violations, passed } = await axe(page);
    expect(violations).toEqual([]);
    expect(passed).toBeGreaterThan(20);
  });

  it('fits a telephone', async () => {
    const page = await open(plan(mixed), { width: 360 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });

  it('prints every row that matches, without filters', async () => {
    const page = await open(plan(Array.from({ length: 120 }, (_, at) => item(`p${at}`))));
    expect(await titles(page)).toHaveLength(50);
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    await page.emulateMedia({ media: 'print' });
    expect(await titles(page)).toHaveLength(120);
    expect(await page.locator('#filters').isVisible()).toBe(false);
    await page.emulateMedia({ media: 'screen' });
    await page.evaluate("dispatchEvent(new Event('afterprint'))");
    expect(await titles(page)).toHaveLength(50);
  });

  it('opens and filters 10,000 proposals, of which it builds no more than a page at a time', async () => {
    const many = Array.from({ length: 10_000 }, (_, at) => item(String(at), { account: at % 2 ? 'shop' : 'erp' }));
    const page = await open(plan(many));
    expect(await count(page)).toBe('1 to 50 of 10000');
    await page.fill('#query', 'quick-9999.');
    expect(await titles(page)).toEqual(['https://quick-9999.loca.lt/hook']);
    await page.fill('#query', '');
    await page.selectOption('#account', 'erp');
    expect(await count(page)).toBe('1 to 50 of 5000, out of 10000');
    expect(await page.locator('#rows > li').count()).toBe(50);
  });
});
