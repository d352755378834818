import { existsSync } from 'node:fs';
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

/** Opens a file from the disk as a person would. */
export const openFile = async (
  browser: Browser,
  path: string,
  settings: { colorScheme?: 'light' | 'dark'; javaScriptEnabled?: boolean; width?: number } = {},
): Promise<Opened> => {
  const { width = 1280, ...rest } = settings;
  const context = await browser.newContext({ viewport: { width, height: 900 }, ...rest });
  const page = await context.newPage();
  const [complaints, requests]: [string[], string[]] = [[], []];
  page.on('console', (message) => void complaints.push(message.text()));
  page.on('pageerror', (error) => void complaints.push(String(error)));
  page.on('request', (request) => {
    if (request.url() !== `file://${path}`) requests.push(request.url());
  });
  await page.goto(`file://${path}`);
  return { page, context, complaints, requests };
};
