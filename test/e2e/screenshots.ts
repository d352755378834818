/** Takes the pictures of docs/images/ from a scan of the demo's simulated providers: `node test/e2e/screenshots.ts`. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { exit } from '../../lib/cli/command.ts';
import { startDemoWorld } from '../../lib/cli/demo-world.ts';
import { runWith } from '../../lib/cli/main.ts';
import { systemClock } from '../../lib/clock.ts';
import { openFile, startBrowser } from '../report/browser.ts';

const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));

const scanned = async (folder: string): Promise<string> => {
  const world = await startDemoWorld();
  try {
    await writeFile(join(folder, 'hooksweep.yml'), world.policy);
    const argv = ['scan', '--quiet', '--out', 'plan.json', '--html', 'report.html'];
    const code = await runWith(argv, {
      stdin: new PassThrough().end(),
      stdout: new PassThrough().resume(),
      stderr: process.stderr,
      env: world.env,
      cwd: folder,
      clock: systemClock,
      signal: new AbortController().signal,
    });
    if (code !== exit.waits) throw new Error(`the scan ended with ${code}`);
    return join(folder, 'report.html');
  } finally {
    await world.close();
  }
};

const folder = await mkdtemp(join(tmpdir(), 'hooksweep-pictures-'));
const browser = await startBrowser();
try {
  const file = await scanned(folder);
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, context } = await openFile(browser, file, { colorScheme });
    await page.screenshot({
      path: join(images, `report-${colorScheme}.png`),
      clip: { x: 0, y: 0, width: 1280, height: 1400 },
      fullPage: true,
    });
    await context.close();
  }
} finally {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
}
