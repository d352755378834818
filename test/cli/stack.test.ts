import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Ports } from '../../lib/jobs/ports.ts';
import { scanAccount } from '../../lib/jobs/scan.ts';
import { alice, type Person } from '../caller/sts.ts';
import { accountYaml, type Desk, desk, folder, policyYaml, type Ran, run, usual, webhook } from './desk.ts';
import { actAs, type StandIn, standIn } from './stand-in.ts';
import { work } from './work.ts';

const account = 'modulus-sandbox';
const record = (id: string) => `${account}#${account}#endpoint#${id}`;
const scan = (ports: Ports) => scanAccount(ports, account, { acceptShrink: false });
const population = [
  ...usual,
  webhook('105', 'https://slow-cat.loca.lt/hook'),
  webhook('106', 'https://pos.sari-sari-demo.ph/hook'),
];

type Place = { here: Desk; stack: StandIn; ask(line: string, around?: Parameters<typeof run>[1]): Promise<Ran> };

/** A deployed stack, and a command line in a folder without a policy, table or credential of a provider. */
const deployed = async (people?: readonly Person[], rest = ''): Promise<Place> => {
  const here = await desk(population, rest);
  const stack = await standIn(here, people);
  const cwd = await folder();
  const ask: Place['ask'] = (line, around = {}) =>
    run([...wordsOf(line), '--stack', 'hooksweep-dev'], { cwd, ...around });
  return { here, stack, ask };
};

const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
const scanned = async (stack: StandIn) => scan(await stack.ports('schedule:scan'));

/** What may differ between two places: who acted, and what hashes over it. */
const comparable = ({ code, stdout }: Ran, url: string) => ({
  code,
  document: JSON.parse(stdout, (key, value: unknown) => {
    if (['actor', 'hash', 'prev', 'head', 'running'].includes(key)) return key;
    if (typeof value !== 'string') return value;
    return value
      .replace(/os:[^\s:]+@[^\s:]+|aws:arn:\S+ request-\d+|aws:unproven request-\d+/g, 'ACTOR')
      .replaceAll(url, 'URL')
      .replace(/sha256:[0-9a-f]{64}/g, 'SHA');
  }),
});

/** In this order they meet every answer: done, refused, guarded, not found, bad words. */
const lines = [
  'status',
  'audit',
  'why --account modulus-sandbox --webhook 102',
  'why --account modulus-sandbox --webhook 999',
  'why --account modulus-sandbx --webhook 102',
  `why ${record('102')}`,
  `approve ${record('102')} --reason "ticket 1"`,
  `approve ${record('102')} nobody#nobody#endpoint#1`,
  'approve sha256:none',
  `veto ${record('104')} --reason "partner uses it" --until 30d`,
  `veto ${record('104')}`,
  `veto ${record('104')} --reason x --until yesterday`,
  `release ${record('102')}`,
  'stop --account nobody',
  'stop --reason "incident 42"',
  'enqueue --account modulus-sandbox --webhook 106 --step delete --reason old',
  'start --reason over',
  'enqueue --account modulus-sandbox --webhook 106 --step delete --reason old',
  'enqueue --account modulus-sandbox --webhook 106 --step destroy --reason old',
  'enqueue --account modulus-sandbox --webhook 999 --step delete --reason old',
  'restore',
  `restore ${record('102')} --dry-run`,
  `restore ${record('102')}`,
  'restore --plan sha256:none',
  'replace --account modulus-sandbox --webhook 101 --url https://shop.sari-sari-demo.ph/hook --reason moved',
  'replace --account modulus-sandbox --webhook 103 --url https://new.sari-sari-demo.ph/hook --reason moved',
  'audit --state approved --limit 1',
  'audit --state deletd',
  'audit --rule test --since 7d',
  'audit verify',
  'audit summary --since 30d',
  'status',
];

describe('with --stack', () => {
  it('every command answers what it answers on this machine, with the same exit code', async () => {
    const local = await desk(population);
    await work(local, scan);
    const { here, stack, ask } = await deployed();
    await scanned(stack);
    for (const line of lines) {
      const expected = comparable(await local.run([...wordsOf(line), '--json']), local.simulator.url);
      expect({ line, ...comparable(await ask(`${line} --json`), here.simulator.url) }).toEqual({ line, ...expected });
    }
    expect(here.simulator.state.size).toBe(local.simulator.state.size);
  }, 60_000);

  it('and says the same to people, but for who carries it out', async () => {
    const local = await desk(population);
    await work(local, scan);
    const { stack, ask } = await deployed();
    await scanned(stack);
    const line = `approve ${record('102')}`;
    const [one, two] = [await local.run(wordsOf(line)), await ask(line)];
    expect(one.stdout).toContain('Next: hooksweep run --until-idle');
    expect(two.stdout).toBe(
      one.stdout.replace('Next: hooksweep run --until-idle', 'The stack hooksweep-dev carries it out.'),
    );
  });

  it('backtest sends the changed policy, and is answered from the scans of the stack', async () => {
    const local = await desk(population);
    await work(local, scan);
    const { here, stack, ask } = await deployed();
    await scanned(stack);
    const backtest = async ({ cwd, simulator }: Desk, go: Place['ask']) => {
      const changed = policyYaml([accountYaml(simulator.url)]).replace('test: {}, ', '');
      await writeFile(join(cwd, 'new.yml'), changed);
      return comparable(await go(`backtest --policy ${join(cwd, 'new.yml')} --json`), simulator.url);
    };
    const expected = await backtest(local, (line) => local.run(wordsOf(line)));
    expect(expected.document).toMatchObject({ scans: 1, summary: { additional: 0, noLonger: 2 } });
    expect(await backtest(here, ask)).toEqual(expected);
    expect(stack.calls.map(({ name }) => name)).toEqual(['hooksweep-dev-audit']);
    const { stdout } = await ask(`backtest --policy ${join(here.cwd, 'new.yml')}`);
    expect(stdout).toContain('new.yml in place of hooksweep-dev');
  });

  it('hooksweep alone says where the stack stands, and what to decide there', async () => {
    const { stack, ask } = await deployed();
    expect(JSON.parse((await ask('--json')).stdout)).toMatchObject({
      standing: 'never-scanned',
      next: 'hooksweep status --stack hooksweep-dev',
    });
    const { plan } = await scanned(stack);
    expect(JSON.parse((await ask('--json')).stdout)).toMatchObject({
      standing: 'waiting',
      next: `hooksweep approve ${plan.planId} --reason "…" --stack hooksweep-dev`,
    });
  });

  it('apply sends a plan that was reviewed here, and one that was altered is refused there', async () => {
    const { here, stack, ask } = await deployed();
    await here.run(['scan', '--out', 'plan.json']);
    const plan = join(here.cwd, 'plan.json');
    const applied = await ask(`apply ${plan} --json`);
    expect([applied.code, JSON.parse(applied.stdout)]).toMatchObject([
      0,
      { accounts: [{ account, items: 3, taken: 3 }], running: true },
    ]);
    expect(JSON.parse((await ask('audit --json')).stdout).records).toHaveLength(3);
    const content = JSON.parse(await readFile(plan, 'utf8'));
    await writeFile(plan, JSON.stringify({ ...content, items: content.items.slice(1) }));
    const altered = await ask(`apply ${plan} --json`);
    expect([altered.code, JSON.parse(altered.stdout).error.code]).toEqual([4, 'altered']);
    expect(stack.calls.map(({ name }) => name)).toContain('hooksweep-dev-enqueue');
  });

  it('writes down who asked, as AWS knows them, with the request', async () => {
    const { stack, ask } = await deployed();
    await scanned(stack);
    await ask(`approve ${record('102')}`);
    await ask(`veto ${record('104')} --reason no`);
    const { records } = JSON.parse((await ask('audit --json')).stdout);
    const by = (id: string) => records.find((one: { webhookId: string }) => one.webhookId === id).history.at(-1).actor;
    expect(by('102')).toBe(`aws:${alice.arn} request-1`);
    expect(by('104')).toBe(`aws:${alice.arn} request-2`);
    const found = await ask(`audit --json --actor aws:${alice.arn}`);
    expect(JSON.parse(found.stdout).records).toHaveLength(2);
  });

  it('is taken from HOOKSWEEP_STACK, and a folder that is named counts before it', async () => {
    const { here, stack, ask } = await deployed();
    await scanned(stack);
    const env = { HOOKSWEEP_STACK: 'hooksweep-dev' };
    const cwd = await folder();
    expect(JSON.parse((await run(['status', '--json'], { cwd, env })).stdout).records).toEqual({ proposed: 3 });
    expect(JSON.parse((await here.run(['status', '--json', '--local'], { env })).stdout).records).toEqual({});
    expect((await here.run(['scan'], { env })).code).toBe(2);
    const refused = await here.run(['run', '--until-idle', '--json'], { env });
    expect([refused.code, JSON.parse(refused.stdout).error.code]).toEqual([1, 'not-supported']);
    expect((await ask('scan')).code).toBe(1);
  });

  it('asks for no more pages than --limit wants', async () => {
    const { stack, ask } = await deployed();
    await scanned(stack);
    const one = stack.calls.length;
    const limited = JSON.parse((await ask('audit --json --limit 2')).stdout);
    expect([limited.records.length, stack.calls.length - one]).toEqual([2, 1]);
  });
});

describe('production', () => {
  it('is asked about here, refused there', async () => {
    const here = await desk(population);
    const file = join(here.cwd, 'hooksweep.yml');
    await writeFile(file, (await readFile(file, 'utf8')).replace('environment: sandbox', 'environment: production'));
    const stack = await standIn(here);
    await scanned(stack);
    const cwd = await folder();
    const line = [`approve`, record('102'), '--stack', 'hooksweep-dev', '--json'];
    const refused = await run(line, { cwd });
    expect([refused.code, JSON.parse(refused.stdout).error.code]).toEqual([4, 'needs-yes']);
    expect(stack.calls.at(-1)?.answer).toMatchObject({ error: { code: 'needs-yes' }, exit: 4 });
    expect((await run([...line, '--yes'], { cwd })).code).toBe(0);
  });
});

describe('what goes wrong on the way', () => {
  const code = ({ code: exit, stdout }: Ran) => [exit, JSON.parse(stdout).error.code];

  it.each([
    ['read', ['audit'], 'status'],
    ['hold', ['control'], 'stop'],
    ['decide', ['enqueue'], 'start'],
  ])('the right to %s allows its own requests and no others', async (right, may, own) => {
    const { ask } = await deployed([{ ...alice, may }]);
    for (const line of ['status', 'stop', 'start']) {
      const answer = await ask(`${line} --json`);
      if (line === own) expect(answer.code).toBe(0);
      else expect([right, ...code(answer)]).toEqual([right, 1, 'not-permitted']);
    }
  });

  it('no such stack, no such name, no credentials, no region', async () => {
    const { ask, here } = await deployed();
    const other = (argv: string[]) => run([...argv, '--json'], { cwd: here.cwd });
    expect(code(await other(['status', '--stack', 'hooksweep-prod']))).toEqual([1, 'not-permitted']);
    expect(code(await other(['status', '--stack', 'a b']))).toEqual([1, 'bad-option']);
    actAs({ ...alice, secret: 'of somebody else' });
    expect(code(await ask('status --json'))).toEqual([1, 'no-credentials']);
    vi.stubEnv('AWS_REGION', undefined);
    vi.stubEnv('AWS_DEFAULT_REGION', undefined);
    vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
    expect(code(await ask('status --json'))).toEqual([1, 'no-region']);
  });

  it('a decision without an answer is sent once, and may have been carried out', async () => {
    const { stack, ask } = await deployed();
    stack.faults.lambda = 'cut';
    const answer = await ask('start --json');
    expect(code(answer)).toEqual([1, 'no-answer']);
    expect(answer.stdout).toContain('it may have been carried out');
    expect(stack.calls).toHaveLength(1);
  });

  it('a function that fails tells where its log is, and nothing of what it said', async () => {
    const { stack, ask } = await deployed();
    stack.faults.lambda = 'unhandled';
    const answer = await ask('status --json');
    expect(code(answer)).toEqual([1, 'stack-failed']);
    expect(answer.stdout).not.toContain('secret words');
  });

  it('where STS does not answer, nothing is decided; a stop goes through under no name', async () => {
    const { stack, ask } = await deployed();
    stack.sts.down = true;
    expect(code(await ask('start --json'))).toEqual([4, 'caller-unproven']);
    expect((await ask('stop --json')).code).toBe(0);
    expect(JSON.parse((await ask('status --json')).stdout).stopped.actor).toMatch(/^aws:unproven request-\d+$/);
  });
});
