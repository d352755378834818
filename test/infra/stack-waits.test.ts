import { PassThrough, Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStack, ownStack, type Stack, startStack, type Waiting } from '../../infra/local/stack.ts';
import { runWith } from '../../lib/cli/main.ts';
import { systemClock } from '../../lib/clock.ts';
import { limits } from '../../lib/limits.ts';
import { sink } from '../cli/desk.ts';
import { shop } from '../e2e/workplace.ts';
import { temporaryFolder } from './folder.ts';

const held = async (folder: string, options = {}): Promise<Stack> => {
  const stack = await startStack(folder, options);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= stack.close();
    return closing;
  };
  onTestFinished(async () => {
    await close();
    await setImmediate();
  });
  return { ...stack, close };
};

/** A wait in which `then` happens at the pause of this number. */
const pausing = (at: number, then: () => unknown): Waiting & { pauses: number; told: number } => {
  const seen = { pauses: 0, told: 0 };
  const sleep = async () => {
    seen.pauses += 1;
    if (seen.pauses === at) await then();
  };
  const onWait = () => {
    seen.told += 1;
  };
  return Object.assign(seen, { clock: { ...systemClock, sleep }, onWait });
};

const short = { publish: false };

describe.each([
  ['stays', ownStack],
  ['is short', openStack],
])('whoever %s', (_, take) => {
  it('waits for a short command, and has the folder as soon as that ends', async () => {
    const folder = temporaryFolder();
    const other = await held(folder, short);
    const waiting = pausing(3, other.close);
    const stack = await take(folder, waiting);
    onTestFinished(() => stack.close());
    expect([waiting.pauses, waiting.told]).toEqual([3, 1]);
  });

  it('does not wait for ever', async () => {
    const folder = temporaryFolder();
    await held(folder, short);
    const waiting = pausing(0, () => undefined);
    await expect(take(folder, waiting)).rejects.toMatchObject({ code: 'folder-in-use' });
    expect(waiting.pauses).toBe(limits.folderWaitMs / limits.folderLookMs);
  });

  it('waits no longer than somebody wants to', async () => {
    const folder = temporaryFolder();
    await held(folder, short);
    const ending = new AbortController();
    const waiting: Waiting = { signal: ending.signal, onWait: () => ending.abort() };
    await expect(take(folder, waiting)).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('whoever stays', () => {
  it('is refused at once by somebody else who stays', async () => {
    const folder = temporaryFolder();
    await held(folder);
    const waiting = pausing(0, () => undefined);
    await expect(ownStack(folder, waiting)).rejects.toMatchObject({ code: 'folder-in-use' });
    expect([waiting.pauses, waiting.told]).toEqual([0, 0]);
  });

  it('is refused as soon as the one that it waits for turns out to stay', async () => {
    const folder = temporaryFolder();
    const other = await held(folder, short);
    const waiting = pausing(1, async () => {
      await other.close();
      await held(folder);
    });
    await expect(ownStack(folder, waiting)).rejects.toMatchObject({ code: 'folder-in-use' });
    expect(waiting.pauses).toBe(1);
  });
});

describe('hooksweep run', () => {
  const waited = async (onWait: (stack: Stack, interrupt: AbortController) => unknown) => {
    const place = await shop();
    const other = await held(`${place.folder}/.hooksweep`, short);
    const interrupt = new AbortController();
    const said: string[] = [];
    const stderr = new Writable({
      write(chunk, _encoding, done) {
        said.push(String(chunk));
        if (String(chunk).includes('waiting until it ends')) onWait(other, interrupt);
        done();
      },
    });
    const streams = { stdin: new PassThrough().end(), stdout: sink(), stderr, signal: interrupt.signal };
    const settings = { ...streams, env: place.env, cwd: place.folder, clock: systemClock };
    return { code: await runWith(['run', '--until-idle'], settings), said: said.join('') };
  };

  it('waits while the console or a command looks into the folder, then does its work', async () => {
    const { code, said } = await waited((other) => other.close());
    expect([code, said]).toEqual([2, expect.stringMatching(/waiting until it ends[\s\S]*shop: \d+ webhooks/)]);
  });

  it('waits no longer after a Ctrl-C', async () => {
    expect((await waited((_, interrupt) => interrupt.abort())).code).toBe(130);
  });
});
