import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { auditHandler } from '../../functions/audit.ts';
import { memoryTable } from '../../lib/audit/memory-table.ts';
import type { Ports } from '../../lib/jobs/ports.ts';
import { loadPolicy } from '../../lib/policy/load.ts';
import { packagedPolicy } from '../../lib/policy/packaged.ts';
import type { Policy } from '../../lib/policy/policy.ts';
import { providers } from '../../lib/providers/registry.ts';
import { accountYaml, clock, folder, policyYaml, run } from './desk.ts';

const text = (rest = '') => policyYaml([accountYaml('https://webhooks.example.com')], rest);
let cwd: string;
beforeEach(async () => {
  cwd = await folder();
  await writeFile(join(cwd, 'hooksweep.yml'), text());
});

const present = (rest: string) => writeFile(join(cwd, 'hooksweep.yml'), text(rest));
const loaded = () => loadPolicy(join(cwd, 'hooksweep.yml'), providers);
/** Packages the policy as it is in the folder now. */
const packaged = async (path = 'dist/worker') => {
  await mkdir(join(cwd, path), { recursive: true });
  await writeFile(join(cwd, path, 'hooksweep.policy.json'), packagedPolicy(await loaded()));
};
const check = async (...argv: string[]) => {
  const { code, stdout, stderr } = await run(['deploy-check', '--json', ...argv], { cwd });
  return { code, stderr, document: JSON.parse(stdout) };
};

/** Answers as Lambda does for the function `audit` of the stack hooksweep-prod, which works by this policy. */
const lambda = async (policy: Policy, over: { answer?: string; failed?: boolean } = {}) => {
  const names: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const name = /functions\/([^/]+)\/invocations/.exec(request.url ?? '')?.[1] ?? '';
    names.push(name);
    if (name !== 'hooksweep-prod-audit') {
      response
        .writeHead(404, { 'x-amzn-errortype': 'ResourceNotFoundException' })
        .end('{"message":"no such function"}');
      return;
    }
    const ports = { table: memoryTable(), clock, policy } as unknown as Ports;
    const answer = await auditHandler(async () => ports)(JSON.parse(Buffer.concat(chunks).toString()), {
      functionName: name,
      awsRequestId: '1',
    });
    if (over.failed) response.setHeader('x-amz-function-error', 'Unhandled');
    response.end(over.answer ?? JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    vi.unstubAllEnvs();
  });
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  return names;
};

describe('hooksweep deploy-check', () => {
  it('says that nothing would change, with both hashes', async () => {
    await packaged();
    const { code, document } = await check();
    const { hash } = await loaded();
    expect(document).toEqual({ against: 'dist', before: hash, after: hash, differences: [], loosens: 0 });
    expect(code).toBe(0);
  });

  it('waits for a decision where more may go, and shows what', async () => {
    await packaged();
    await present('mode: auto\nlimits: { perDay: { count: 5 } }');
    const { code, document } = await check();
    expect(document.differences).toEqual([
      {
        account: 'modulus-sandbox',
        what: 'mode',
        change: 'changed',
        before: 'report',
        after: 'auto',
        effect: 'loosens',
      },
      {
        ...{ account: 'modulus-sandbox', what: 'limits.perDay.count', change: 'changed' },
        ...{ before: 20, after: 5, effect: 'tightens' },
      },
    ]);
    expect(document.loosens).toBe(1);
    expect(code).toBe(2);
    const { stdout } = await run(['deploy-check'], { cwd });
    expect(stdout).toMatch(/modulus-sandbox {2}loosens {3}mode {17}report → auto/);
    expect(stdout).toContain('hooksweep.yml instead of the policy of dist: 2 changes, 1 loosen it');
  });

  it('lets through what only tightens', async () => {
    await packaged();
    await present('lifecycle: { observe: 90d }');
    const { code, document } = await check();
    expect([code, document.differences.length, document.loosens]).toEqual([0, 1, 0]);
    expect((await run(['deploy-check'], { cwd })).stdout).toContain('lifecycle.observe  24 h → 90 d');
  });

  it('compares with a packaged file, its folder, or another policy file', async () => {
    await packaged('elsewhere');
    await writeFile(join(cwd, 'main.yml'), text());
    await present('keepLast: false');
    for (const against of ['elsewhere', 'elsewhere/hooksweep.policy.json', 'main.yml']) {
      const { code, document } = await check('--against', against);
      expect([code, document.against, document.differences[0].what]).toEqual([2, against, 'keepLast']);
    }
  });

  it('asks the function audit of a deployed stack', async () => {
    const names = await lambda(await loaded());
    await present('mode: approve');
    const { code, document } = await check('--stack', 'hooksweep-prod');
    expect(document).toMatchObject({ against: 'hooksweep-prod', differences: [{ what: 'mode', before: 'report' }] });
    expect(code).toBe(2);
    expect(names).toEqual(['hooksweep-prod-audit']);
  });

  it.each([
    ['a stack that is not there', ['--stack', 'hooksweep-porod'], {}, 'there is no function hooksweep-porod-audit'],
    ['a function that fails', ['--stack', 'hooksweep-prod'], { failed: true, answer: '{}' }, 'Unhandled'],
    ['an answer that is no policy', ['--stack', 'hooksweep-prod'], { answer: '{}' }, 'package the service again'],
    [
      'an answer that was altered',
      ['--stack', 'hooksweep-prod'],
      { answer: '{"policy":{"version":1,"accounts":[],"hash":"sha256:0"}}' },
      'package',
    ],
  ])('says of %s what to do', async (_what, argv, over, message) => {
    await lambda(await loaded(), over);
    const { code, document } = await check(...argv);
    expect(document.error).toMatchObject({ message: expect.stringContaining(message) });
    expect(code).toBe(1);
  });

  it.each([
    [['--against', 'dist', '--stack', 'x'], 'leave one of them out'],
    [[], 'npm run package'],
    [['--against', 'nowhere'], 'npm run package'],
    [['--against', 'hooksweep.txt'], 'package'],
  ])('refuses %j', async (argv, hint) => {
    await writeFile(join(cwd, 'hooksweep.txt'), 'this is no policy');
    const { code, document } = await check(...argv);
    expect(document.error.hint).toContain(hint);
    expect(code).toBe(1);
  });
});
