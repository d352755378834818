import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { startStack } from '../../infra/local/stack.ts';
import { auditRecords } from '../../lib/audit/printed.ts';
import { newEntries } from '../../lib/cli/audit-follow.ts';
import type { Ask } from '../../lib/cli/audit-source.ts';
import { runWith } from '../../lib/cli/main.ts';
import { scanAccount } from '../../lib/jobs/scan.ts';
import { shop, testHook, webhook } from '../jobs/world.ts';
import { clock, desk, secretVariable, sink } from './desk.ts';
import { work } from './work.ts';

/** A world that is followed, and what happens while the follower sleeps, one act at a time. */
const followed = async (since: (now: number) => number, acts: readonly ((w: ReturnType<typeof shop>) => unknown)[]) => {
  const w = shop([webhook('live'), testHook('a'), testHook('b')]);
  await w.scan('shop');
  const ending = new AbortController();
  const rest = [...acts];
  const clock = {
    now: w.now,
    sleep: async (ms: number) => {
      w.pass(ms);
      const act = rest.shift();
      if (act) await act(w);
      else ending.abort();
    },
  };
  const ask: Ask = (filter) => auditRecords(w.ports.table, filter, w.now());
  const told: string[] = [];
  for await (const found of newEntries(ask, {}, since(w.now()), clock, ending.signal))
    told.push(...found.map(({ record, entry }) => `${record.webhookId} ${entry.event}`));
  return told;
};

describe('following', () => {
  it('tells each entry once, as it comes', async () => {
    const acts = [
      (w: ReturnType<typeof shop>) => w.decide('veto', 'a'),
      () => undefined,
      (w: ReturnType<typeof shop>) => w.decide('approve', 'b'),
      () => undefined,
    ];
    expect(await followed((now) => now + 1, acts)).toEqual(['a kept', 'b approved']);
  });

  it('begins with what happened since then, where that is asked for', async () => {
    expect(await followed((now) => now - 60_000, [])).toEqual(['a proposed', 'b proposed']);
  });

  it('misses nothing that is written between two looks by a clock that is slow', async () => {
    const slow = (w: ReturnType<typeof shop>) => {
      w.pass(-30_000);
      return w.decide('veto', 'a').finally(() => w.pass(30_000));
    };
    const idle = Array.from({ length: 40 }, () => () => undefined);
    expect(await followed((now) => now, [...idle, slow, () => undefined])).toEqual(expect.arrayContaining(['a kept']));
  });
});

describe('audit --follow', () => {
  it('prints what comes, a document a line, beside a run, until Ctrl-C', async () => {
    const here = await desk();
    const stack = await startStack(join(here.cwd, '.hooksweep'));
    const interrupt = new AbortController();
    const [stdout, stderr] = [sink(), sink()];
    try {
      const following = runWith(['audit', '--follow', '--json', '--rule', 'test'], {
        ...{ stdin: new PassThrough(), stdout, stderr, cwd: here.cwd, clock, signal: interrupt.signal },
        env: { [secretVariable]: here.simulator.credentials.secretKey },
      });
      await work(here, (ports) => scanAccount(ports, 'modulus-sandbox', { acceptShrink: false }));
      await vi.waitFor(() => expect(stdout.text()).toContain('\n'), { timeout: 20_000 });
      interrupt.abort();
      expect(await following).toBe(130);
      const documents = stdout
        .text()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(documents).toMatchObject([{ record: expect.stringContaining('#102'), event: 'proposed', seq: 1 }]);
      expect(stderr.text()).toBe('following; Ctrl-C ends it\n');
    } finally {
      await stack.close();
      await setImmediate();
    }
  });

  it('refuses to follow a folder on which nothing runs: nothing could come', async () => {
    const here = await desk();
    await work(here, async () => {});
    const { code, stderr } = await here.run(['audit', '--follow']);
    expect(stderr).toContain('start hooksweep run in another terminal');
    expect(code).toBe(1);
  });

  it.each(['--csv', '--until=1d', '--limit=3', '--history'])('does not go with %s', async (option) => {
    const { run } = await desk();
    const { code, stderr } = await run(['audit', '--follow', option]);
    expect(stderr).toContain('exclude each other');
    expect(code).toBe(1);
  });
});
