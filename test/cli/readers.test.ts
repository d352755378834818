import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runWith } from '../../lib/cli/main.ts';
import { systemClock } from '../../lib/clock.ts';
import { hook, populate, production, shop, tunnel, type Workplace } from '../e2e/workplace.ts';
import { sink } from './desk.ts';

/** A stream that fails with this code at every write. */
const broken = (code: string): Writable =>
  new Writable({
    autoDestroy: false,
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(`${code}: write`), { code })),
  });

type Ends = { stdout?: Writable; stderr?: Writable; signal?: AbortSignal };

const ran = async ({ folder, env }: Pick<Workplace, 'folder' | 'env'>, argv: readonly string[], ends: Ends = {}) => {
  const [stdout, stderr] = [sink(), sink()];
  const signal = new AbortController().signal;
  const streams = { stdin: new PassThrough().end(), stdout, stderr, signal, ...ends };
  const code = await runWith(argv, { ...streams, env, cwd: folder, clock: systemClock });
  await setImmediate();
  return { code, stdout: stdout.text(), stderr: stderr.text() };
};

const desk = async () => {
  const place = await shop();
  populate(place.provider, [hook('1', production), hook('2', tunnel(2)), hook('3', tunnel(3))]);
  return place;
};

const record = (id: string) => `shop#shop#endpoint#${id}`;

/** Each command, in an order in which it has something to do. */
const story: readonly string[] = [
  '--help',
  '--version',
  'help scan',
  'nonsense',
  'providers',
  'validate',
  'init',
  'completion zsh',
  'check-url https://quick-fox.loca.lt/',
  'doctor',
  '',
  'scan --out plan.json',
  'apply plan.json',
  `veto ${record('3')} --reason used`,
  'run --until-idle',
  `restore ${record('2')}`,
  `release ${record('2')}`,
  `approve ${record('3')}`,
  'status',
  `why ${record('2')}`,
  'stop',
  'start',
  'enqueue --account shop --webhook 9 --step delete --reason r',
  'replace --account shop --webhook 9 --url https://example.com --reason r',
  'audit --history',
  'audit --csv',
  'audit verify',
  'audit summary',
  'audit export evidence',
  'audit verify evidence',
  'backtest',
  'deploy-check',
];

describe('a reader that leaves', () => {
  it.each([[[]], [['--json']]])('changes no exit code and no work of any command, with %j', async (more) => {
    const [heard, unheard] = [await desk(), await desk()];
    const codes: (readonly [string, number, number])[] = [];
    for (const line of story) {
      const argv = [...line.split(' ').filter((word) => word !== ''), ...more];
      const ends = { stdout: broken('EPIPE'), stderr: broken('EPIPE') };
      codes.push([line, (await ran(heard, argv)).code, (await ran(unheard, argv, ends)).code]);
    }
    expect(codes.map(([line, , code]) => [line, code])).toEqual(codes.map(([line, code]) => [line, code]));
    expect(new Set(codes.map(([, code]) => code))).toEqual(new Set([0, 1, 2]));
    const urls = ({ provider }: typeof heard) => [...provider.state.values()].map(({ url }) => url).toSorted();
    expect(urls(unheard)).toEqual(urls(heard));
    await unheard.ok('audit verify');
  });

  it.each(['EPIPE', 'ECONNRESET'])('is no failure that anybody is told of (%s)', async (code) => {
    const { stderr } = await ran(await desk(), ['providers'], { stdout: broken(code) });
    expect(stderr).toBe('');
  });

  it.each([
    ['console', []],
    ['simulate', ['modulus']],
    ['demo', []],
  ])('ends %s, which nobody could find or follow any more', async (name, more) => {
    expect((await ran(await desk(), [name, ...more], { stdout: broken('EPIPE') })).code).toBe(0);
  });

  it('ends what follows the audit, and leaves the run that it followed at work', async () => {
    const place = await desk();
    const [interrupt, began] = [new AbortController(), Promise.withResolvers<void>()];
    const stderr = new Writable({
      write(chunk, _encoding, done) {
        if (String(chunk).includes('at work')) began.resolve();
        done();
      },
    });
    const running = ran(place, ['run'], { stderr, signal: interrupt.signal });
    await began.promise;
    expect((await ran(place, ['audit', '--follow', '--since', '1h'], { stdout: broken('EPIPE') })).code).toBe(0);
    expect((await ran(place, ['status', '--json'])).code).toBe(0);
    interrupt.abort();
    expect((await running).code).toBe(130);
  });
});

describe('a reader that is slow', () => {
  it('gets every byte before the command ends', async () => {
    const place = await desk();
    const text: string[] = [];
    const slow = new Writable({
      highWaterMark: 1,
      async write(chunk, _encoding, done) {
        for (let turn = 0; turn < 20; turn++) await setImmediate();
        text.push(String(chunk));
        done();
      },
    });
    await ran(place, ['providers'], { stdout: slow });
    expect(text.join('')).toBe((await ran(place, ['providers'])).stdout);
  });
});

describe('a place that takes nothing', () => {
  it.each([[[]], [['--json']]])('is an error, and what was done stays done, with %j', async (more) => {
    const place = await desk();
    const { code, stderr } = await ran(place, ['stop', ...more], { stdout: broken('ENOSPC') });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/stdout did not take all.*ENOSPC[\s\S]*hint: make room/)]);
    expect((await place.ok('status --json')).json()).toMatchObject({ stopped: { reason: 'stopped by hand' } });
  });
});

describe('a pipe of a shell', () => {
  const bin = fileURLToPath(new URL('../../lib/cli/bin.mjs', import.meta.url));

  it.each([
    ['providers | true', 0],
    ['providers --json 2>&1 | true', 0],
    ['help scan | head -n 1', 0],
    ['nonsense 2>&1 | true', 1],
  ])('%s hears no complaint, and ends with %i', (line, code) => {
    const script = `'${process.execPath}' '${bin}' ${line}; exit "\${PIPESTATUS[0]}"`;
    const { status, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: code, stderr: '' });
  });

  it('that closes after the first line of progress lets a run do all its work', async () => {
    const { folder, env, provider } = await desk();
    const line = `'${process.execPath}' '${bin}' run --until-idle --approve 2>&1 | head -n 1; exit "\${PIPESTATUS[0]}"`;
    const child = spawn('bash', ['-c', line], { cwd: folder, env: { ...process.env, ...env }, stdio: 'ignore' });
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect([...provider.state.keys()]).toEqual(['1']);
  });
});
