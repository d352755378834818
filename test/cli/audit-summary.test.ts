import { describe, expect, it } from 'vitest';
import { bar, columns } from '../../lib/cli/chart.ts';
import { decideOn } from '../../lib/jobs/decide.ts';
import { scanAccount } from '../../lib/jobs/scan.ts';
import { desk } from './desk.ts';
import { work } from './work.ts';

const account = 'modulus-sandbox';

const vetoed = async () => {
  const here = await desk();
  await work(here, async (ports) => {
    await scanAccount(ports, account, { acceptShrink: false });
    await decideOn(ports, 'veto', [`${account}#${account}#endpoint#102`], 'needed on Friday', null);
  });
  return here;
};

describe('audit summary', () => {
  it('draws what came of webhooks, and what waits', async () => {
    const { run } = await vetoed();
    const { stdout, code } = await run(['audit', 'summary', '--since', '7d']);
    expect(stdout).toMatchInlineSnapshot(`
      "2026-05-25 to 2026-06-01
        found          2  ██████████████████████████████
        deleted        0
        kept           1  ███████████████                 1 vetoed
        gone           0
        failed         0
        restored       0
        waiting        1  ███████████████                 1 approval

      By rule
                   found  deleted  kept  gone  failed  restored
        test           1        0     1     0       0         0
        duplicate      1        0     0     0       0         0

      Over time
        found     |       █|
        deleted   |        |
        restored  |        |
      "
    `);
    expect(code).toBe(0);
  });

  it('says the same in JSON', async () => {
    const { run } = await vetoed();
    const summary = JSON.parse((await run(['audit', 'summary', '--json'])).stdout);
    expect(summary).toMatchObject({
      found: 2,
      kept: 1,
      keptWhy: { vetoed: 1 },
      waiting: 1,
      waitingFor: { approval: 1 },
    });
    expect(summary.days).toHaveLength(31);
    expect(JSON.parse((await run(['audit', 'summary', '--json', '--rule', 'test'])).stdout)).toMatchObject({
      found: 1,
    });
  });

  it.each([
    [['summary', '--state', 'deleted'], 'a summary tells of all states'],
    [['summary', 'folder'], 'summary takes nothing like'],
    [['summary', '--csv'], '--csv does nothing for audit summary'],
    [['sumary'], 'did you mean summary?'],
    [['export'], 'export needs a folder'],
    [['verify', '--fingerprint', 'SHA256:x'], '--fingerprint belongs to an export'],
    [['--key', 'env:X'], 'write hooksweep audit export --key'],
    [['--host', 'https://x'], 'write a host'],
  ])('audit %j is refused with what to write', async (argv, hint) => {
    const { run } = await desk();
    const { code, stderr } = await run(['audit', ...argv]);
    expect(stderr).toContain(hint);
    expect(code).toBe(1);
  });
});

describe('audit --host', () => {
  it('finds by host, never by a part of it', async () => {
    const { run } = await vetoed();
    const ids = async (host: string) =>
      JSON.parse((await run(['audit', '--json', '--host', host])).stdout).records.map(
        ({ webhookId }: { webhookId: string }) => webhookId,
      );
    expect(await ids('quick-fox.loca.lt')).toEqual(['102']);
    expect(await ids('*.loca.lt')).toEqual(['102']);
    expect(await ids('loca.lt')).toEqual([]);
    expect(await ids('fox.loca.lt')).toEqual([]);
  });
});

describe('a chart', () => {
  it('shows anything above zero, fills no more than its width, and nothing for zero', () => {
    expect([bar(0, 10, 4), bar(10, 10, 4), bar(5, 10, 4), bar(1, 10_000, 4), bar(3, 0, 4)]).toEqual([
      '',
      '████',
      '██',
      '▏',
      '',
    ]);
    expect(columns([0, 1, 4, 8])).toBe(' ▁▄█');
    expect(columns([])).toBe('');
  });
});
