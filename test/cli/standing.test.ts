import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CleanupRecord, hold, recordKey } from '../../lib/audit/record.ts';
import { change } from '../../lib/audit/table.ts';
import type { Standing } from '../../lib/cli/standing.ts';
import { approve, setStopped } from '../../lib/jobs/decide.ts';
import type { Ports } from '../../lib/jobs/ports.ts';
import { scanAccount } from '../../lib/jobs/scan.ts';
import { type Desk, desk, folder, now, run, secretVariable, webhook } from './desk.ts';
import { parseLine } from './parsed.ts';
import { work } from './work.ts';

const account = 'modulus-sandbox';
const scan = (ports: Ports) => scanAccount(ports, account, { acceptShrink: false });

/** Where one stands; the next command is always one that the command line takes. */
const standing = async (here: Pick<Desk, 'run'>, ...argv: string[]): Promise<Standing> => {
  const { code, stdout } = await here.run([...argv, '--json']);
  expect(code).toBe(0);
  const found = JSON.parse(stdout) as Standing;
  if (!found.next.startsWith('export ')) expect(() => parseLine(found.next)).not.toThrow();
  return found;
};

describe('hooksweep alone', () => {
  it('begins with a policy', async () => {
    const cwd = await folder();
    const here = { run: (argv: readonly string[]) => run(argv, { cwd }) };
    expect(await standing(here)).toMatchObject({ standing: 'no-policy', next: 'hooksweep init' });
    const { stdout } = await run([], { cwd });
    expect(stdout).toBe(
      'There is no policy here: hooksweep.yml is missing.\nNext: hooksweep init\nhooksweep --help shows all commands.\n',
    );
  });

  it('wants the credential that the policy refers to', async () => {
    const here = await desk();
    const { code, stdout } = await here.run([], { env: { [secretVariable]: '' } });
    expect([code, stdout]).toEqual([0, expect.stringContaining(`Next: export ${secretVariable}=…`)]);
  });

  it('scans what was never scanned, on the same file', async () => {
    const here = await desk();
    expect(await standing(here)).toMatchObject({
      standing: 'never-scanned',
      next: 'hooksweep scan --out plan.json',
    });
    const { next } = await standing(here, '--config', './hooksweep.yml', '--local', "it's here");
    expect(next).toBe("hooksweep scan --out plan.json --config ./hooksweep.yml --local 'it'\\''s here'");
  });

  it('approves the plan that waits, then carries it out', async () => {
    const here = await desk();
    let planId = '';
    await work(here, async (ports) => {
      planId = (await scan(ports)).plan.planId;
    });
    const found = await standing(here);
    expect(found).toMatchObject({ standing: 'waiting', next: `hooksweep approve ${planId} --reason "…"` });
    expect(found.text).toContain('2 webhooks, shown by hooksweep scan');
    await work(here, (ports) => approve(ports, planId, 'looked at'));
    expect(await standing(here)).toMatchObject({ standing: 'open', next: 'hooksweep run --until-idle' });
  });

  it('says that all is clean', async () => {
    const here = await desk([webhook('101', 'https://shop.sari-sari-demo.ph/hook')]);
    await work(here, scan);
    expect(await standing(here)).toMatchObject({
      standing: 'clean',
      text: 'All clean: 1 webhook in 1 account, last looked at 2026-06-01 12:00Z.',
    });
  });

  it('puts a stop, then what is held, then what fails before the rest', async () => {
    const here = await desk();
    await work(here, async (ports) => {
      await scan(ports);
      const key = recordKey({ account, scope: account, kind: 'endpoint', webhookId: '102' });
      await change<CleanupRecord>(ports, key, (record) =>
        record ? hold(record, now, 'worker', 'history full') : null,
      );
      await setStopped(ports, null, true, 'a drill');
    });
    expect(await standing(here)).toMatchObject({ standing: 'stopped', next: 'hooksweep start' });
    await work(here, (ports) => setStopped(ports, null, false, 'over'));
    expect(await standing(here)).toMatchObject({
      standing: 'held',
      next: `hooksweep release "${account}#${account}#endpoint#102" --reason "…"`,
    });
  });

  it('asks the doctor where the last scan failed', async () => {
    const here = await desk();
    await work(here, scan);
    await here.simulator.close();
    await work(here, scan);
    expect(await standing(here)).toMatchObject({ standing: 'failing', next: 'hooksweep doctor' });
  });

  it('calls no provider, writes nothing, and refuses options that it does not know', async () => {
    const here = await desk();
    await here.run([]);
    expect(here.simulator.requests).toEqual([]);
    await expect(rm(join(here.cwd, '.hooksweep'), { recursive: true })).rejects.toThrow('ENOENT');
    expect((await here.run(['--bogus'])).code).toBe(1);
  });
});
