/** Takes the pictures of docs/images/ from the demo's simulated providers: `node test/e2e/screenshots.ts`. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { type DemoWorld, startDemoWorld } from '../../lib/cli/demo-world.ts';
import { runWith } from '../../lib/cli/main.ts';
import { systemClock } from '../../lib/clock.ts';
import type { Status } from '../../lib/jobs/status.ts';
import { serveConsole } from '../console/opened.ts';
import { openAddress, openFile, startBrowser } from '../report/browser.ts';

const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const schemes = ['light', 'dark'] as const;

type Place = { folder: string; env: Record<string, string> };

/** Runs one command line, which may end with any code but an error, and answers its stdout. */
const hooksweep = async ({ folder, env }: Place, ...argv: string[]): Promise<string> => {
  const said: string[] = [];
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      said.push(String(chunk));
      done();
    },
  });
  const streams = { stdin: new PassThrough().end(), stdout, stderr: process.stderr };
  const signal = new AbortController().signal;
  const code = await runWith([...argv, '--quiet'], { ...streams, env, cwd: folder, clock: systemClock, signal });
  if (code === 1) throw new Error(`hooksweep ${argv.join(' ')} failed`);
  return said.join('');
};

const picture = (page: Page, name: string, height = 1400) =>
  page.screenshot({ path: join(images, `${name}.png`), clip: { x: 0, y: 0, width: 1280, height }, fullPage: true });

/** Scans, lets go what these accounts propose, and carries out what can be carried out now. */
const approveAt = async (place: Place, accounts: readonly string[]): Promise<void> => {
  await hooksweep(place, 'run', '--until-idle');
  const { plans } = JSON.parse(await hooksweep(place, 'status', '--json')) as Status;
  const chosen = plans.filter(({ account }) => accounts.includes(account)).map(({ planId }) => planId);
  await hooksweep(place, 'approve', ...chosen, '--reason', 'looked at with the team');
  await hooksweep(place, 'run', '--until-idle');
};

/** Some deleted, some watched for a day, the rest waiting for somebody. */
const grown = async (place: Place, { policy }: DemoWorld): Promise<void> => {
  await approveAt(place, ['stripe', 'gitlab']);
  await writeFile(join(place.folder, 'hooksweep.yml'), policy.replace('observe: 3s', 'observe: 24h'));
  await approveAt(place, ['modulus', 'github']);
};

const folder = await mkdtemp(join(tmpdir(), 'hooksweep-pictures-'));
const world = await startDemoWorld();
const place: Place = { folder, env: { ...world.env } };
const browser = await startBrowser();
try {
  await writeFile(join(folder, 'hooksweep.yml'), world.policy);
  await hooksweep(place, 'scan', '--out', 'plan.json', '--html', 'report.html');
  await grown(place, world);
  const { url, end } = await serveConsole(place);
  for (const colorScheme of schemes) {
    const report = await openFile(browser, join(folder, 'report.html'), { colorScheme });
    await picture(report.page, `report-${colorScheme}`);
    await report.context.close();
    const { page, context } = await openAddress(browser, url, () => true, { colorScheme });
    await picture(page, `console-overview-${colorScheme}`);
    await page.locator('[data-live="deleted"] h3 a').first().click();
    await picture(page, `console-story-${colorScheme}`, 1250);
    await context.close();
  }
  await end();
} finally {
  await browser.close();
  await world.close();
  await rm(folder, { recursive: true, force: true });
}
