import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

/** Debian's Chromium, without a window. A test that cannot have it fails: a page that nobody opened is not tested. */
export const startBrowser = async (): Promise<Browser> => {
  if (!existsSync(executablePath))
    throw new Error(`there is no ${executablePath}, and pages are tested in it: apt-get install chromium`);
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
};

export type Opened = {
  page: Page;
  context: BrowserContext;
  /** What the console said, and errors that nobody caught. */
  complaints: string[];
  /** Everything that was asked of anybody but the disk. */
  requests: string[];
};

type Settings = { colorScheme?: 'light' | 'dark'; javaScriptEnabled?: boolean; width?: number };

/** Opens an address as a person would, and keeps what the page complains of and what it asks of others. */
export const openAddress = async (
  browser: Browser,
  address: string,
  isOwn: (asked: string) => boolean,
  { width = 1280, ...rest }: Settings = {},
): Promise<Opened> => {
  const context = await browser.newContext({ viewport: { width, height: 900 }, ...rest });
  const page = await context.newPage();
  const [complaints, requests]: [string[], string[]] = [[], []];
  page.on('console', (message) => void complaints.push(message.text()));
  page.on('pageerror', (error) => void complaints.push(String(error)));
  page.on('request', (request) => {
    if (!isOwn(request.url())) requests.push(request.url());
  });
  await page.goto(address);
  return { page, context, complaints, requests };
};

/** Opens a file from the disk as a person would. */
export const openFile = (browser: Browser, path: string, settings: Settings = {}): Promise<Opened> =>
  openAddress(browser, `file://${path}`, (asked) => asked === `file://${path}`, settings);

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe objects to on this page, and how many of its rules it passes. */
export const axe = async (page: Page) => {
  await page.evaluate(`${await readFile(axeFile, 'utf8')};undefined`);
  const { violations, passes } = (await page.evaluate('axe.run()')) as AxeResults;
  return { violations: violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), passed: passes.length };
};
