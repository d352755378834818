import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { connectStack, startStack } from '../../infra/local/stack.ts';
import type { Entry } from '../../lib/audit/chain.ts';
import type { CleanupRecord } from '../../lib/audit/record.ts';
import { csvField } from '../../lib/cli/csv.ts';
import { parsePast } from '../../lib/cli/time-text.ts';
import { approve, decideOn } from '../../lib/jobs/decide.ts';
import type { Ports } from '../../lib/jobs/ports.ts';
import { scanAccount } from '../../lib/jobs/scan.ts';
import { type Desk, desk, now } from './desk.ts';
import { work } from './work.ts';

const account = 'modulus-sandbox';
const scanned = (ports: Ports) => scanAccount(ports, account, { acceptShrink: false });
const nameOf = (id: string) => `${account}#${account}#endpoint#${id}`;

describe('before anything was kept', () => {
  it('status and audit say so, and make no folder', async () => {
    const { run, cwd } = await desk();
    const status = await run(['status', '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject({
      stopped: null,
      accounts: [{ account, scopes: [] }],
      records: {},
      deadLetters: 0,
    });
    expect(status.stderr).toContain('nothing is kept here yet');
    expect(JSON.parse((await run(['audit', '--json'])).stdout)).toEqual({ records: [] });
    expect((await run(['audit', 'verify'])).stdout).toBe('0 records, 0 entries, 0 broken\n');
    expect(existsSync(join(cwd, '.hooksweep'))).toBe(false);
  });
});

describe('after a scan and an approval', () => {
  let here: Desk;
  let planId: string;
  beforeEach(async () => {
    here = await desk();
    await work(here, async (ports) => {
      planId = (await scanned(ports)).plan.planId;
      await approve(ports, planId, 'reviewed on Monday');
    });
  });

  it('status shows scans, budget, and what is due', async () => {
    const { stdout, code } = await here.run(['status', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      accounts: [
        {
          account,
          budget: { used: 0, limit: 20 },
          scopes: [{ scope: account, lastGood: { webhooks: 4 }, lastFailure: null }],
        },
      ],
      records: { approved: 2 },
      due: [{ state: 'approved' }, { state: 'approved' }],
      held: [],
      plans: [{ status: 'approved' }],
    });
    expect(code).toBe(0);
    expect((await here.run(['status'])).stdout).toContain('last good scan 2026-06-01 12:00Z, 4 webhooks');
  });

  it('audit finds records by what is asked, and refuses words that it does not know', async () => {
    const ids = async (...argv: string[]) => {
      const { records } = JSON.parse((await here.run(['audit', '--json', ...argv])).stdout) as {
        records: { webhookId: string }[];
      };
      return records.map(({ webhookId }) => webhookId).toSorted();
    };
    expect(await ids()).toEqual(['102', '104']);
    expect(await ids('--rule', 'test')).toEqual(['102']);
    expect(await ids('--url', 'shop.')).toEqual(['104']);
    expect(await ids('--webhook', nameOf('102'))).toEqual(['102']);
    expect(await ids('--plan', planId)).toEqual(['102', '104']);
    expect(await ids('--state', 'deleted')).toEqual([]);
    expect(await ids('--until', '7d')).toEqual([]);
    expect(await ids('--limit', '1')).toHaveLength(1);
    for (const [argv, message] of [
      [['--provider', 'stirpe'], '--provider cannot be "stirpe"'],
      [['--since', '2026-02-01', '--until', '2026-01-01'], '--since is not before --until'],
    ] as const) {
      const wrong = await here.run(['audit', ...argv]);
      expect(wrong).toMatchObject({ code: 1, stdout: '' });
      expect(wrong.stderr).toContain(message);
    }
    const refused = await here.run(['audit', '--state', 'deletd']);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('did you mean deleted?') });
  });

  it('audit tells the story, also as CSV, and verifies it', async () => {
    const story = await here.run(['audit', '--history', '--webhook', '102']);
    expect(story.stdout).toMatch(/1 {2}2026-06-01 12:00Z {2}proposed {2}os:\S+ {2}test: host/);
    expect(story.stdout).toContain('reviewed on Monday');
    const csv = (await here.run(['audit', '--csv'])).stdout.split('\r\n');
    expect(csv).toHaveLength(4);
    expect(csv[0]).toMatch(/^record,account,provider/);
    expect((await here.run(['audit', 'verify'])).stdout).toBe('2 records, 4 entries, 0 broken\n');
  });

  it('audit verify ends with 1 where somebody changed the story', async () => {
    await work(here, async ({ table }) => {
      const [record] = (await table.get([{ pk: `webhook#${nameOf('102')}`, sk: 'record' }])) as CleanupRecord[];
      if (!record) throw new Error('there is no record to change');
      const [first, ...rest] = record.history as [Entry, ...Entry[]];
      const changed = { ...record, history: [{ ...first, actor: 'somebody else' }, ...rest] };
      expect(await table.put(changed, [{ attribute: 'version', is: 'equal', value: record.version }])).toBe(true);
    });
    const { code, stdout } = await here.run(['audit', 'verify', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ records: 2, broken: [{ record: nameOf('102') }] });
    expect(code).toBe(1);
  });

  it('why tells of a record that the provider lists no longer', async () => {
    here.simulator.state.delete('102');
    const { stdout, code } = await here.run(['why', nameOf('102'), '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ webhook: null, decision: 'none', record: { state: 'approved' } });
    expect(code).toBe(0);
  });

  it('why shows the guard of a webhook that is under way', async () => {
    const { guards, decision } = JSON.parse((await here.run(['why', nameOf('102'), '--json'])).stdout);
    expect(guards).toContainEqual({ guard: 'open', holds: true, detail: expect.stringContaining('already approved') });
    expect(decision).toBe('keep');
  });

  it('a scan beside the folder keeps what is under way, and writes nothing into the table', async () => {
    const before = (await here.run(['audit', '--json'])).stdout;
    const plan = JSON.parse((await here.run(['scan', '--json'])).stdout);
    expect(plan.summary).toMatchObject({ proposed: 0, kept: 2 });
    expect((await here.run(['audit', '--json'])).stdout).toBe(before);
  });

  it('a list that lost too much is refused with 4, until a person accepts it', async () => {
    for (const id of ['101', '103', '104']) here.simulator.state.delete(id);
    const refused = await here.run(['scan', '--json']);
    expect(refused.code).toBe(4);
    expect(JSON.parse(refused.stdout)).toMatchObject({ items: [], error: { code: 'shrink' } });
    const accepted = await here.run(['scan', '--accept-shrink']);
    expect(accepted.stderr).toContain('accepted what modulus-sandbox lists now');
    expect(accepted.code).not.toBe(4);
    expect((await here.run(['scan'])).code).not.toBe(4);
    expect(here.simulator.requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('why says that nothing of a shrunken scope is touched', async () => {
    for (const id of ['101', '103', '104']) here.simulator.state.delete(id);
    const { stdout } = await here.run(['why', nameOf('102'), '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ blocked: { code: 'shrink' } });
  });

  it('works beside a process that runs the stack of the folder, and leaves it running', async () => {
    const folder = join(here.cwd, '.hooksweep');
    const stack = await startStack(folder);
    try {
      expect(JSON.parse((await here.run(['status', '--json'])).stdout).records).toEqual({ approved: 2 });
      expect(await connectStack(folder)).not.toBeNull();
    } finally {
      await stack.close();
      await setImmediate();
    }
  });

  it('a veto is a guard that why names', async () => {
    await work(here, (ports) => decideOn(ports, 'veto', [nameOf('102')], 'needed for the demo', null));
    const { guards } = JSON.parse((await here.run(['why', nameOf('102'), '--json'])).stdout);
    expect(guards).toContainEqual({
      guard: 'vetoed',
      holds: true,
      detail: expect.stringContaining('needed for the demo'),
    });
  });
});

describe('why', () => {
  it('lists every rule and every guard for a webhook that nothing speaks against', async () => {
    const { run } = await desk();
    const why = JSON.parse((await run(['why', '--account', account, '--webhook', '101', '--json'])).stdout);
    expect(why.rules.map(({ rule, on }: { rule: string; on: boolean }) => [rule, on])).toEqual([
      ['test', true],
      ['duplicate', true],
      ['stale', false],
      ['disabled', false],
      ['retired-host', false],
      ['superseded-secret', false],
      ['unresolvable', false],
    ]);
    expect(why.guards).toHaveLength(11);
    expect(why.decision).toBe('none');
  });

  it.each([
    [['--account', account, '--webhook', '1011'], 'did you mean 101?'],
    [['--account', 'modulus-sandbx', '--webhook', '101'], 'did you mean modulus-sandbox?'],
    [['--account', account], 'write hooksweep why'],
    [['nonsense'], 'write hooksweep why'],
  ])('for %j says what to write', async (argv, hint) => {
    const { run } = await desk();
    const { code, stderr } = await run(['why', ...argv]);
    expect(stderr).toContain(hint);
    expect(code).toBe(1);
  });
});

describe('a CSV field', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@x', "'@x"],
    ['\tx', "'\\u{9}x"],
    ['\r=x', "'\\u{d}=x"],
    ['\n=x', "'\\u{a}=x"],
    ['＝1+1', "'＝1+1"],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['=a,b', `"'=a,b"`],
    [null, ''],
    [3, '3'],
  ])('%j becomes %s', (value, field) => {
    expect(csvField(value)).toBe(field);
  });
});

describe('a time on the command line', () => {
  it.each([
    ['7d', now - 7 * 86_400_000],
    ['2026-01-31', Date.UTC(2026, 0, 31)],
    ['2026-01-31T12:00', Date.UTC(2026, 0, 31, 12)],
    ['2026-01-31T12:00:30+02:00', Date.UTC(2026, 0, 31, 10, 0, 30)],
  ])('%s is read', (text, at) => {
    expect(parsePast(text, 'since', now)).toBe(at);
  });

  it.each(['yesterday', '31.1.2026', '2026-13-01', ''])('%j is refused', (text) => {
    expect(() => parsePast(text, 'since', now)).toThrow('--since cannot be read as a time');
  });
});

describe('audit of an account that nobody knows', () => {
  const hinted = async (here: Desk, name: string, ...more: string[]) => {
    const { code, stdout, stderr } = await here.run(['audit', ...more, '--account', name]);
    return { code, stdout, hint: /no account .*$/m.exec(stderr)?.[0] ?? null };
  };

  it.each([
    ['modulus-sandbx', 'did you mean modulus-sandbox?'],
    ['elsewhere', 'hooksweep status lists those of the policy'],
  ])('%s is said on stderr, and the answer stays as it is', async (name, next) => {
    const here = await desk();
    await work(here, scanned);
    const said = `no account "${name}" is in the policy or in a record; ${next}`;
    expect(await hinted(here, name)).toEqual({ code: 0, stdout: '0 records\n', hint: said });
    expect(await hinted(here, name, '--json')).toEqual({ code: 0, stdout: '{"records":[]}\n', hint: said });
    expect(await hinted(here, name, 'verify')).toMatchObject({ code: 0, hint: said });
  });

  it('is not said of one in the policy, whatever else matches, nor of one that only records know', async () => {
    const here = await desk();
    await work(here, scanned);
    expect(await hinted(here, account, '--state=gone')).toMatchObject({ stdout: '0 records\n', hint: null });
    const file = join(here.cwd, 'hooksweep.yml');
    await writeFile(file, (await readFile(file, 'utf8')).replace(`name: ${account}`, 'name: other'));
    expect(await hinted(here, account, '--state=gone')).toMatchObject({ stdout: '0 records\n', hint: null });
    expect((await hinted(here, account)).stdout).toMatch(/2 records\n$/);
  });
});
