import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { onTestFinished } from 'vitest';
import { runWith } from '../../lib/cli/main.ts';
import { systemClock } from '../../lib/clock.ts';
import type { Workplace } from '../e2e/workplace.ts';

/** A console that runs in this process, as Ctrl-C ends it. */
export type Served = { url: string; stderr(): string; end(): Promise<number> };

/** Runs `hooksweep console` in a folder with a policy, and waits for the address on its first line. */
export const serveConsole = async (
  { folder, env }: Pick<Workplace, 'folder' | 'env'>,
  ...argv: string[]
): Promise<Served> => {
  const [stdout, stderr, ending] = [new PassThrough(), new PassThrough(), new AbortController()];
  const running = runWith(['console', '--json', ...argv], {
    stdin: new PassThrough().end(),
    stdout,
    stderr,
    env,
    cwd: folder,
    clock: systemClock,
    signal: ending.signal,
  });
  const said: string[] = [];
  stderr.on('data', (chunk) => void said.push(String(chunk)));
  const [line] = await Promise.race([
    once(stdout, 'data'),
    running.then((code) => {
      throw new Error(`the console ended with ${code}: ${said.join('')}`);
    }),
  ]);
  const end = () => {
    ending.abort();
    return running;
  };
  return { url: (JSON.parse(String(line)) as { url: string }).url, stderr: () => said.join(''), end };
};

/** The same, for the length of a test. */
export const openConsole = async (place: Pick<Workplace, 'folder' | 'env'>, ...argv: string[]): Promise<Served> => {
  const served = await serveConsole(place, ...argv);
  onTestFinished(async () => void (await served.end()));
  return served;
};
