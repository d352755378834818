import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Check } from '../../lib/cli/doctor-checks.ts';
import { runWith } from '../../lib/cli/main.ts';
import { systemClock } from '../../lib/clock.ts';
import { setStopped } from '../../lib/jobs/decide.ts';
import { scanAccount } from '../../lib/jobs/scan.ts';
import { accountYaml, clock, type Desk, desk, policyYaml, secretVariable, sink } from './desk.ts';
import { work } from './work.ts';

type Document = { checks: Check[]; summary: Record<Check['status'], number> };

/** At the time of the real clock, moved by `aheadMs`: the simulator's `Date` is the real one. */
const doctor = async ({ cwd, simulator }: Desk, aheadMs = 0, env: Record<string, string> = {}, ...argv: string[]) => {
  const [stdout, stderr] = [sink(), sink()];
  const code = await runWith(['doctor', '--json', ...argv], {
    ...{ stdin: new PassThrough(), stdout, stderr, cwd, signal: new AbortController().signal },
    env: { [secretVariable]: simulator.credentials.secretKey ?? '', ...env },
    clock: { ...systemClock, now: () => Date.now() + aheadMs },
  });
  const document = JSON.parse(stdout.text()) as Document;
  const statuses = Object.fromEntries(document.checks.map(({ check, status }) => [check, status]));
  return { code, document, statuses, text: stdout.text() };
};

describe('hooksweep doctor', () => {
  it('finds all in order, and changes nothing', async () => {
    const here = await desk();
    const { code, statuses } = await doctor(here);
    expect(statuses).toEqual({
      ...{ credentials: 'ok', reachable: 'ok', rights: 'ok', clock: 'ok', table: 'ok', queue: 'ok' },
    });
    expect(code).toBe(0);
    expect(here.simulator.requests.length).toBeGreaterThan(0);
    expect(here.simulator.requests.filter(({ mutating }) => mutating)).toEqual([]);
  });

  it('says which credential is missing and tries nothing further', async () => {
    const here = await desk();
    const { code, statuses, document } = await doctor(here, 0, { [secretVariable]: '' });
    expect(statuses).toMatchObject({ credentials: 'fail', reachable: 'skipped', rights: 'skipped', clock: 'skipped' });
    expect(document.checks[0]).toMatchObject({
      detail: expect.stringContaining(secretVariable),
      hint: `run \`export ${secretVariable}=…\``,
    });
    expect([code, here.simulator.requests.length]).toEqual([1, 0]);
  });

  it('says that a credential is refused, and never shows it', async () => {
    const here = await desk();
    const wrong = 'sk_sandbox_wrongwrongwrong0123456789';
    const { code, statuses, text } = await doctor(here, 0, { [secretVariable]: wrong });
    expect(statuses).toMatchObject({ credentials: 'fail', reachable: 'ok', rights: 'skipped', clock: 'ok' });
    expect(code).toBe(1);
    expect(text).not.toContain(wrong);
  });

  it('says that a provider cannot be reached', async () => {
    const here = await desk();
    await here.simulator.close();
    const { code, statuses } = await doctor(here);
    expect(statuses).toMatchObject({ credentials: 'ok', reachable: 'fail', rights: 'skipped', clock: 'skipped' });
    expect(code).toBe(1);
  });

  it.each([
    [0, 'ok', 0],
    [20_000, 'warn', 0],
    [-20_000, 'warn', 0],
    [3_600_000, 'fail', 1],
    [-3_600_000, 'fail', 1],
  ])('with a clock that is %i ms ahead says %s', async (aheadMs, status, exit) => {
    const { code, statuses, document } = await doctor(await desk(), aheadMs);
    expect([statuses.clock, code]).toEqual([status, exit]);
    const { detail = '', hint } = document.checks.find(({ check }) => check === 'clock') ?? {};
    if (aheadMs !== 0)
      expect([/ahead of|behind/.exec(detail)?.[0], hint]).toEqual([
        aheadMs > 0 ? 'ahead of' : 'behind',
        expect.stringContaining('NTP'),
      ]);
  });

  it('tells one broken account from all', async () => {
    const here = await desk();
    const lines = [accountYaml(here.simulator.url), accountYaml('http://127.0.0.1:9', 'other', 'OTHER_KEY')];
    await writeFile(join(here.cwd, 'hooksweep.yml'), policyYaml(lines));
    expect((await doctor(here)).code).toBe(3);
    expect((await doctor(here, 0, {}, '--account', 'other')).code).toBe(1);
    expect((await doctor(here, 0, {}, '--account', 'modulus-sandbox')).code).toBe(0);
  });

  it('looks at what is kept, and says that it is stopped', async () => {
    const here = await desk();
    await work(here, async (ports) => {
      await scanAccount({ ...ports, clock }, 'modulus-sandbox', { acceptShrink: false });
      await setStopped(ports, null, true, 'a drill');
    });
    const { document, code } = await doctor(here);
    const table = document.checks.find(({ check }) => check === 'table');
    expect(table).toMatchObject({ status: 'warn', detail: 'readable, and stopped: a drill', hint: 'hooksweep start' });
    expect(code).toBe(0);
  });

  it('shows a line a check to people, and what to do', async () => {
    const here = await desk();
    const { stdout } = await here.run(['doctor']);
    expect(stdout).toMatch(/^modulus-sandbox {2}rights {7}ok {4,}lists 4 webhooks, 1 scope/m);
    expect(stdout).toContain('Nothing was changed.');
    expect(stdout).toMatch(/^hint: modulus-sandbox: set the clock/m);
  });
});
