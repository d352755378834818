import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { lambdaPorts, type Reach } from '../../functions/ports.ts';
import { memoryTable } from '../../lib/audit/memory-table.ts';
import { tableSchema } from '../../lib/audit/schema.ts';
import type { Item } from '../../lib/audit/table.ts';
import { packagedPolicy, policyHash } from '../../lib/policy/packaged.ts';
import type { Account } from '../../lib/policy/policy.ts';
import { accountNamed } from '../jobs/world.ts';

const accounts = [accountNamed('shop')];
const key = { pk: 'schema', sk: 'schema' };
let file: string;

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'hooksweep-ports-'));
  file = join(folder, 'hooksweep.policy.json');
  vi.stubEnv('POLICY_FILE', file);
  vi.stubEnv('TABLE_NAME', 'audit');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
    vi.unstubAllEnvs();
  });
});

const pack = () => writeFileSync(file, packagedPolicy({ version: 1, accounts, hash: policyHash(accounts) }));
const reaching = (over: Partial<Reach> = {}) => {
  const table = memoryTable();
  return { table, ports: lambdaPorts({ table: () => table, ...over }) };
};

describe('what a function works through', () => {
  it('is not there without a packaged policy, and says so; it is tried anew', async () => {
    const { ports } = reaching();
    await expect(ports('worker')).rejects.toThrow(/no policy was packaged .*deploy again/);
    pack();
    expect((await ports('worker')).policy.accounts).toHaveLength(1);
  });

  it('is not there where the policy was altered after it was packaged', async () => {
    pack();
    writeFileSync(
      file,
      packagedPolicy({
        version: 1,
        accounts: [{ ...(accounts[0] as Account), mode: 'auto' }],
        hash: policyHash(accounts),
      }),
    );
    await expect(reaching().ports('worker')).rejects.toThrow('package the service again');
  });

  it('is built once, and given to each invocation with its own actor', async () => {
    pack();
    const open = vi.fn(() => async () => ({ status: 'error' as const, why: '', hint: '' }));
    const { ports } = reaching({ open });
    const [one, two] = await Promise.all([ports('schedule:scan'), ports('schedule:sweep')]);
    expect([one.actor, two.actor]).toEqual(['schedule:scan', 'schedule:sweep']);
    expect(open).toHaveBeenCalledTimes(1);
  });

  it('is nothing that the function did not ask for', async () => {
    pack();
    const { queue, open } = await reaching().ports('aws:audit');
    await expect(queue.send([])).rejects.toThrow('no right to that queue');
    expect(await open(accounts[0] as Account)).toMatchObject({
      status: 'error',
      why: 'this function holds no credentials',
    });
  });

  it('writes lines of JSON to the log, in which no credential that was read shows up', async () => {
    pack();
    const secret = 'sk_planted_"9c1';
    const { ports } = reaching({
      open: (learn) => async () => {
        learn([secret]);
        return { status: 'error', why: '', hint: '' };
      },
    });
    const { open, log } = await ports('worker');
    await open(accounts[0] as Account);
    let written = '';
    const keep = (text: unknown) => {
      written += `${text}\n`;
      return true;
    };
    const spies = [
      vi.spyOn(console, 'log').mockImplementation(keep),
      vi.spyOn(process.stdout, 'write').mockImplementation(keep),
    ];
    log({ level: 'error', message: 'refused', detail: `the key ${secret} is wrong` });
    for (const spy of spies) spy.mockRestore();
    const lines = written.split('\n').filter((line) => line !== '');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { message: 'refused', detail: 'the key REDACTED is wrong' },
    ]);
  });

  it('is never a table of another schema, and only the scanner marks one', async () => {
    pack();
    const { table, ports } = reaching();
    await ports('worker');
    expect(await table.get([key])).toEqual([]);
    await lambdaPorts({ table: () => table, marks: true })('schedule:sweep');
    expect(await table.get([key])).toMatchObject([{ schema: tableSchema }]);
    const newer = memoryTable();
    await newer.put({ ...key, version: 1, lastWrite: 'x', schema: tableSchema + 1 } as Item, []);
    await expect(lambdaPorts({ table: () => newer })('worker')).rejects.toMatchObject({ code: 'table-schema' });
  });
});
