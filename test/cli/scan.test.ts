import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scanExit } from '../../lib/cli/scan.ts';
import { planDigest } from '../../lib/plan/ids.ts';
import type { AccountPlan, Plan } from '../../lib/plan/item.ts';
import { accountYaml, desk, policyYaml, secretVariable, webhook } from './desk.ts';

describe('hooksweep scan', () => {
  it('prints the plan, what keeps each webhook, and what to type next', async () => {
    const { run } = await desk([
      webhook('101', 'https://shop.sari-sari-demo.ph/hook'),
      webhook('102', 'https://quick-fox.loca.lt/hook'),
      webhook('104', 'https://shop.sari-sari-demo.ph/hook', { createdAt: '2025-01-01T00:00:00.000Z' }),
      webhook('105', 'https://only.loca.lt/hook', { events: ['QRPH_DECLINED'] }),
      webhook('106', 'https://abc.oast.fun/x'),
    ]);
    const { code, stdout, stderr } = await run(['scan']);
    expect(stdout).toMatchInlineSnapshot(`
      "SECURITY: deliveries go to a receiver that attackers and testers use
        modulus-sandbox  106  https://abc.oast.fun/x  host abc.oast.fun ends in oast.fun (probe receiver, may be evidence of an intrusion: look into it, it is never deleted from here; source: Razorpay deny list)

      modulus-sandbox  modulus, sandbox, 5 webhooks
        delete  102  on  https://quick-fox.loca.lt/hook
            test (high)  host quick-fox.loca.lt ends in loca.lt (localtunnel: throw-away tunnel; source: localtunnel README); created 2026-01-01
            approval     mode, first-scan
            earliest     disabled 2026-06-01 12:00Z, deleted 2026-06-02 12:00Z, if approved now
        delete  104  on  https://shop.sari-sari-demo.ph/hook
            duplicate (high)  same URL and delivery settings as webhook 101, which is enabled and receives every event of this one
            stays             101: the newest of those that are enabled and receive every event
            approval          mode, first-scan
            earliest          disabled 2026-06-01 12:00Z, deleted 2026-06-02 12:00Z, if approved now
        keep    105  on  https://only.loca.lt/hook
            test (high)     host only.loca.lt ends in loca.lt (localtunnel: throw-away tunnel; source: localtunnel README); created 2026-01-01
            kept: last-one  no other enabled webhook here covers QRPH_DECLINED
        report  106  on  https://abc.oast.fun/x
            test (security)  host abc.oast.fun ends in oast.fun (probe receiver, may be evidence of an intrusion: look into it, it is never deleted from here; source: Razorpay deny list)

      2 to delete (2 disabled first, 24 h), 1 kept, 1 reported. Nothing was changed. Next: hooksweep scan --out plan.json
      "
    `);
    expect(stderr).toBe('reading 1 account\n');
    expect(code).toBe(2);
  });

  it('sends nothing but GETs and writes no file', async () => {
    const { run, simulator, cwd } = await desk();
    const before = await readdir(cwd);
    await run(['scan']);
    await run(['scan', '--json']);
    expect(simulator.requests.map(({ method }) => method)).toEqual(['GET', 'GET']);
    expect(await readdir(cwd)).toEqual(before);
  });

  it('prints exactly one JSON document with --json', async () => {
    const { run } = await desk();
    const { code, stdout } = await run(['scan', '--json']);
    const plan = JSON.parse(stdout) as Plan;
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(plan).toMatchObject({
      version: 1,
      summary: { webhooks: 4, proposed: 2 },
      accounts: [{ status: 'complete' }],
    });
    expect(code).toBe(2);
  });

  it('reads only the accounts that are named', async () => {
    const { run, cwd, simulator } = await desk();
    const accounts = [accountYaml(simulator.url), accountYaml(simulator.url, 'second', 'SECOND_KEY')];
    await writeFile(join(cwd, 'hooksweep.yml'), policyYaml(accounts));
    expect((await run(['scan', '--account', 'modulus-sandbox', '--json'])).code).toBe(2);
    const { code, stdout } = await run(['scan', '--account', 'modulus-sandbx', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'unknown-account' } });
    expect(code).toBe(1);
  });
});

describe('the exit code of a scan', () => {
  it('is 0 where nothing is proposed', async () => {
    const { run } = await desk([webhook('1', 'https://shop.sari-sari-demo.ph/hook')]);
    expect((await run(['scan'])).code).toBe(0);
  });

  it('is 1 where no account could be read, with the reason as error', async () => {
    const { run } = await desk();
    const { code, stdout } = await run(['scan', '--json'], { env: { [secretVariable]: 'wrong-key-value' } });
    expect(JSON.parse(stdout)).toMatchObject({ accounts: [{ status: 'error' }], error: { code: 'credential' } });
    expect(code).toBe(1);
    expect((await run(['scan'], { env: { [secretVariable]: 'wrong-key-value' } })).stderr).toContain(
      'no account could be read',
    );
  });

  it('is 3 where one of several accounts could not be read', async () => {
    const { run, cwd, simulator } = await desk();
    const accounts = [accountYaml(simulator.url), accountYaml(simulator.url, 'second', 'SECOND_KEY')];
    await writeFile(join(cwd, 'hooksweep.yml'), policyYaml(accounts));
    expect((await run(['scan'], { env: { SECOND_KEY: 'wrong-key-value' } })).code).toBe(3);
  });

  const scope = (status: 'complete' | 'incomplete', code: string) => ({
    scope: 's',
    status,
    webhooks: 0,
    ...(status === 'complete' ? {} : { error: { code, message: '', hint: '' } }),
  });
  const plan = (scopes: AccountPlan['scopes'], proposed = 0) => ({
    accounts: [{ status: 'incomplete', scopes } as unknown as AccountPlan],
    summary: { webhooks: 0, proposed, kept: 0, reported: 0 },
  });

  it.each([
    ['4 where all shrank', plan([scope('incomplete', 'shrink')]), 4],
    ['1 where one shrank and one was unreadable', plan([scope('incomplete', 'shrink'), scope('incomplete', 'x')]), 1],
    ['3 where one shrank and one was read', plan([scope('incomplete', 'shrink'), scope('complete', '')], 3), 3],
    ['0 where an account has no scopes', { ...plan([]), accounts: [{ status: 'complete', scopes: [] } as never] }, 0],
  ])('is %s', (_what, given, code) => {
    expect(scanExit(given)).toBe(code);
  });
});

describe('scan --out', () => {
  it('writes the document of --json, for this user alone, and still prints the table', async () => {
    const { run, cwd } = await desk();
    const { stdout } = await run(['scan', '--out', 'plan.json']);
    const file = join(cwd, 'plan.json');
    const plan = JSON.parse(await readFile(file, 'utf8')) as Plan;
    expect(planDigest(plan)).toBe(plan.digest);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(stdout).toContain('Next: hooksweep apply plan.json');
    expect(plan).toEqual(JSON.parse((await run(['scan', '--json'])).stdout));
  });

  it.each([
    ['a folder', 'there', 'this is a folder'],
    ['a folder that does not exist', 'nowhere/plan.json', 'its folder does not exist'],
    ['the policy file', 'hooksweep.yml', 'this is the policy file'],
    ['a device', '/dev/null', 'this is no ordinary file'],
  ])('refuses %s and leaves nothing behind', async (_what, name, why) => {
    const { run, cwd } = await desk();
    await mkdir(join(cwd, 'there'));
    const { code, stdout } = await run(['scan', '--out', name, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'out', message: expect.stringContaining(why), file: name },
    });
    expect(code).toBe(1);
    expect((await readdir(cwd)).toSorted()).toEqual(['hooksweep.yml', 'there']);
  });

  it('keeps an older plan where nothing could be read', async () => {
    const { run, cwd } = await desk();
    await writeFile(join(cwd, 'plan.json'), 'older');
    await run(['scan', '--out', 'plan.json'], { env: { [secretVariable]: 'wrong-key-value' } });
    expect(await readFile(join(cwd, 'plan.json'), 'utf8')).toBe('older');
  });
});

describe('scan --html', () => {
  it('writes a page for this user alone, and the same scan as without', async () => {
    const { run, cwd } = await desk();
    const { code, stdout } = await run(['scan', '--out', 'plan.json', '--html', 'report.html']);
    const page = await readFile(join(cwd, 'report.html'), 'utf8');
    expect(page).toContain('https://quick-fox.loca.lt/hook');
    expect(page).toContain('Next: hooksweep apply plan.json');
    expect(page).not.toContain('planted-in-the-url');
    expect((await stat(join(cwd, 'report.html'))).mode & 0o777).toBe(0o600);
    expect(stdout).toContain('2 to delete');
    expect(code).toBe(2);
  });

  it('tells in the page where nothing could be read', async () => {
    const { run, cwd } = await desk();
    const { code } = await run(['scan', '--html', 'report.html'], { env: { [secretVariable]: 'wrong-key-value' } });
    const page = await readFile(join(cwd, 'report.html'), 'utf8');
    expect(page).toContain('Could not be read completely');
    expect(page).not.toContain('wrong-key-value');
    expect(code).toBe(1);
  });

  it.each([
    ['the policy file', 'hooksweep.yml', 'this is the policy file'],
    ['the file of --out', './plan.json', 'this is the file of --out'],
    ['a folder that does not exist', 'nowhere/report.html', 'its folder does not exist'],
  ])('refuses %s', async (_what, name, why) => {
    const { run } = await desk();
    const { code, stderr } = await run(['scan', '--out', 'plan.json', '--html', name]);
    expect(stderr).toContain(`the report cannot be written: ${why}`);
    expect(stderr).toContain('name another file with --html');
    expect(code).toBe(1);
  });
});
