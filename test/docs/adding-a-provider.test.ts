import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(join(root, 'docs/adding-a-provider.md'), 'utf8');

const copied = [
  'lib',
  'infra',
  'functions',
  'test',
  'package.json',
  'tsconfig.json',
  'biome.json',
  'serverless.yml',
  'vitest.config.ts',
];

type Block = { language: string; file: string; text: string };

const blocks: readonly Block[] = [...page.matchAll(/^```(ts|diff) (\S+)\n(.*?)^```$/gms)].map(
  ([, language = '', file = '', text = '']) => ({ language, file, text }),
);

/** Puts each added line behind the line of the file that stands before it. */
const patched = (source: string, diff: string): string => {
  let [text, anchor] = [source, ''];
  for (const line of diff.trimEnd().split('\n')) {
    if (line.startsWith('+')) {
      text = text.replace(`${anchor}\n`, () => `${anchor}\n${line.slice(1)}\n`);
      continue;
    }
    anchor = line.slice(1);
    if (!text.includes(`${anchor}\n`)) throw new Error(`no line to stand behind: ${anchor}`);
  }
  return text;
};

const tree = mkdtempSync(join(tmpdir(), 'hooksweep-docs-'));
const files = blocks.filter(({ language }) => language === 'ts').map(({ file }) => file);

beforeAll(() => {
  for (const name of copied) cpSync(join(root, name), join(tree, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  for (const { language, file, text } of blocks) {
    const path = join(tree, file);
    writeFileSync(path, language === 'ts' ? text : patched(readFileSync(path, 'utf8'), text));
  }
});
afterAll(() => rmSync(tree, { recursive: true, force: true }));

type Ended = { code: number; stdout: string; stderr: string };

/** Runs a program of the checkout in the copy. */
const runIn = async (cwd: string, file: string, argv: readonly string[], env = {}): Promise<Ended> => {
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 2 ** 24 };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(tree, file), ...argv], options);
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as Ended;
    return { code, stdout, stderr };
  }
};

const main = 'lib/cli/main.ts';

const ending = (child: ChildProcess) => async () => {
  child.kill('SIGKILL');
  await once(child, 'exit');
};

type Served = { url: string; credentials: { apiKey: string }; options: object };

const simulated = async (): Promise<Served> => {
  const child = spawn(process.execPath, [join(tree, main), 'simulate', 'beacon', '--webhooks', '8', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(ending(child));
  const [line] = await once(createInterface(child.stdout), 'line');
  return JSON.parse(String(line));
};

const policyOf = ({ url, options }: Served): string =>
  JSON.stringify({
    version: 1,
    accounts: [
      {
        ...{ name: 'beacon', provider: 'beacon', environment: 'sandbox', baseUrl: url, options },
        credentials: { apiKey: 'env:BEACON_API_KEY' },
      },
    ],
    rules: { test: {}, duplicate: { keep: 'newest' } },
    lifecycle: { notice: '0s', observe: '1s' },
    limits: { perRun: { percent: 100 } },
  });

describe('the provider of docs/adding-a-provider.md', () => {
  it('is one file, its simulator, and lines in two lists', () => {
    expect(blocks.map(({ language, file }) => `${language} ${file}`)).toEqual([
      'ts lib/providers/beacon.ts',
      'ts lib/simulator/beacon.ts',
      'diff lib/providers/loaders.ts',
      'diff lib/simulator/server.ts',
    ]);
  });

  it('keeps to the types and the format of the house', async () => {
    const types = await runIn(tree, 'node_modules/typescript/bin/tsc', ['-p', '.']);
    expect(types.stdout.split('\n').filter((line) => /beacon|loaders|registry|server\.ts/.test(line))).toEqual([]);
    const format = await runIn(tree, 'node_modules/@biomejs/biome/bin/biome', [
      'check',
      '--vcs-enabled=false',
      ...files,
    ]);
    expect({ ...format, code: 0 }).toEqual(format);
  });

  it('is listed, switched off, watched, deleted and proved by the command line like any other', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'hooksweep-docs-run-'));
    onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
    const served = await simulated();
    writeFileSync(join(cwd, 'hooksweep.yml'), policyOf(served));
    const hooksweep = (...argv: string[]) => runIn(cwd, main, argv, { BEACON_API_KEY: served.credentials.apiKey });

    expect((await hooksweep('providers', 'beacon')).stdout).toMatch(/switches off +yes/);
    const scan = await hooksweep('scan', '--json');
    expect(scan.code).toBe(2);
    const { items } = JSON.parse(scan.stdout) as { items: { webhookId: string; decision: string }[] };
    const doomed = items.filter(({ decision }) => decision === 'propose').map(({ webhookId }) => webhookId);
    expect(doomed.toSorted()).toEqual(['wh_101', 'wh_102', 'wh_104']);

    const run = await hooksweep('run', '--local', '--until-idle', '--approve', '--yes', '--json');
    expect(run).toMatchObject({ code: 0 });
    const { records } = JSON.parse((await hooksweep('audit', '--json')).stdout) as {
      records: { webhookId: string; history: { event: string }[] }[];
    };
    expect(records.map(({ webhookId }) => webhookId).toSorted()).toEqual(doomed.toSorted());
    for (const { history } of records)
      expect(history.map(({ event }) => event).slice(-4)).toEqual(['disabling', 'observing', 'deleting', 'deleted']);
    const left = await fetch(`${served.url}/v1/webhooks`, {
      headers: { authorization: `Bearer ${served.credentials.apiKey}` },
    });
    expect(await left.json()).toMatchObject({ total: 5 });
  });

  it('is in the conformance suite without another line, and passes it', { timeout: 120_000 }, async () => {
    const argv = ['run', 'test/conformance', '-t', 'the adapter of beacon', '--reporter', 'default'];
    const ran = await runIn(tree, 'node_modules/vitest/vitest.mjs', argv, { CI: '1' });
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/[1-9]\d* passed/) });
  });
});
