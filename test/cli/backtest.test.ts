import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Backtest } from '../../lib/backtest/backtest.ts';
import { scanAccount } from '../../lib/jobs/scan.ts';
import { accountYaml, type Desk, desk, policyYaml, webhook } from './desk.ts';
import { work } from './work.ts';

const account = 'modulus-sandbox';
const parked = webhook('105', 'https://erp.sari-sari-demo.ph/hook?token=planted-in-the-url', {
  enabled: false,
  updatedAt: '2026-05-20T12:00:00.000Z',
});

/** A desk whose webhooks were scanned once, with a looser policy beside its own. */
const recorded = async (): Promise<Desk> => {
  const here = await desk([webhook('101', 'https://shop.sari-sari-demo.ph/hook'), parked]);
  await work(here, (ports) => scanAccount(ports, account, { acceptShrink: false }));
  const looser = policyYaml([accountYaml(here.simulator.url)]).replace('test: {}', 'test: {}, disabled: { after: 7d }');
  await writeFile(join(here.cwd, 'new.yml'), looser);
  return here;
};
const backtest = async ({ run }: Desk, ...argv: string[]) => {
  const { code, stdout, stderr } = await run(['backtest', '--policy', 'new.yml', '--json', ...argv]);
  return { code, stderr, document: JSON.parse(stdout) as Backtest & { error?: { code: string; hint: string } } };
};

describe('hooksweep backtest', () => {
  it('shows what a looser policy proposes in addition, and waits for a decision', async () => {
    const here = await recorded();
    const { code, document } = await backtest(here);
    expect(document.additional).toMatchObject([{ account, webhookId: '105', findings: [{ rule: 'disabled' }] }]);
    expect([code, document.scans, document.summary.additional]).toEqual([2, 1, 1]);
    const { stdout } = await here.run(['backtest', '--policy', 'new.yml']);
    expect(stdout).toContain('Recorded scans: 1, from 2026-06-01 to 2026-06-01; new.yml in place of hooksweep.yml');
    expect(stdout).toMatch(/Proposed in addition:\n {2}modulus-sandbox {2}https:\S+ {2}disabled {2}since 2026-06-01\n/);
    expect(stdout).toContain('1 proposed in addition, 0 of them later seen alive or restored (regret); 0 no longer');
  });

  it('counts as regret what was switched on since, and says so in each form', async () => {
    const here = await recorded();
    here.simulator.state.set('105', { ...parked, enabled: true });
    const later = Date.parse('2026-06-01T18:00:00.000Z');
    await work(here, (ports) =>
      scanAccount({ ...ports, clock: { ...ports.clock, now: () => later } }, account, { acceptShrink: false }),
    );
    const { document } = await backtest(here);
    expect(document.additional[0]?.regret).toMatchObject({ why: 'enabled', at: '2026-06-01T18:00:00.000Z' });
    expect(document.summary).toEqual({ additional: 1, regret: 1, noLonger: 0, spared: 0 });
    const { stdout } = await here.run(['backtest', '--policy', 'new.yml']);
    expect(stdout).toContain('regret: somebody had switched it on again (2026-06-01)');
    const { stdout: markdown } = await here.run(['backtest', '--policy', 'new.yml', '--markdown']);
    expect(markdown).toContain('| proposed in addition | 1 | 1 |');
    expect(markdown).toMatch(/^\| `modulus-sandbox` \| `https:\S+` \| `disabled` \| 2026-06-01 \| 2026-06-01: `/m);
  });

  it('finds nothing where the policy is the same, and shows no secret', async () => {
    const here = await recorded();
    await writeFile(join(here.cwd, 'new.yml'), policyYaml([accountYaml(here.simulator.url)]));
    const { code, document } = await backtest(here);
    expect([code, document.additional, document.noLonger]).toEqual([0, [], []]);
    expect(JSON.stringify(document)).not.toContain('planted');
  });

  it('calls no provider', async () => {
    const here = await recorded();
    const before = here.simulator.requests.length;
    await backtest(here);
    expect(here.simulator.requests.length).toBe(before);
  });

  it.each([
    ['no policy', ['backtest'], 'missing-option', '--policy'],
    ['a policy that is not there', ['backtest', '--policy', 'nowhere.yml'], 'policy', 'init'],
    ['two forms at once', ['backtest', '--policy', 'new.yml', '--markdown'], 'bad-option', 'leave one'],
    ['an unknown account', ['backtest', '--policy', 'new.yml', '--account', 'x'], 'unknown-account', account],
    ['a time that is none', ['backtest', '--policy', 'new.yml', '--since', 'soon'], 'bad-time', '7d'],
  ])('refuses %s and says what to do', async (_what, argv, code, hint) => {
    const here = await recorded();
    const { stdout, code: exit } = await here.run([...argv, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code, hint: expect.stringContaining(hint) } });
    expect(exit).toBe(1);
  });

  it('says how scans come to be kept where none is', async () => {
    const here = await desk();
    await writeFile(join(here.cwd, 'new.yml'), policyYaml([accountYaml(here.simulator.url)]));
    const { code, document } = await backtest(here);
    expect([code, document.error?.code]).toEqual([1, 'no-snapshots']);
    expect(document.error?.hint).toContain('hooksweep run --until-idle');
  });
});
