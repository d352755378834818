import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { newSigningKey, signerOf } from '../../lib/audit/signature.ts';
import { approve } from '../../lib/jobs/decide.ts';
import { scanAccount } from '../../lib/jobs/scan.ts';
import { type Desk, desk, folder, run } from './desk.ts';
import { work } from './work.ts';

let here: Desk;
const at = (...path: string[]) => join(here.cwd, ...path);

beforeEach(async () => {
  here = await desk();
  await work(here, async (ports) => {
    const { plan } = await scanAccount(ports, 'modulus-sandbox', { acceptShrink: false });
    await approve(ports, plan.planId, 'reviewed on Monday');
  });
});

const exported = async (...argv: string[]) => {
  const ran = await here.run(['audit', 'export', 'evidence', '--json', ...argv]);
  expect(ran).toMatchObject({ code: 0 });
  return JSON.parse(ran.stdout) as { fingerprint: string; records: number; entries: number };
};

/** What somebody finds who has nothing but the export. */
const verified = async (...argv: string[]) => {
  const ran = await run(['audit', 'verify', at('evidence'), '--json', ...argv], { cwd: await folder() });
  const { broken } = JSON.parse(ran.stdout) as { broken: { record: string; why: string }[] };
  return { ...ran, broken };
};

describe('audit export', () => {
  it('writes what checks anywhere, without policy, table or network', async () => {
    const { fingerprint, ...counts } = await exported();
    expect(counts).toMatchObject({ records: 2, entries: 4 });
    expect((await readdir(at('evidence'))).toSorted()).toEqual(['manifest.json', 'manifest.sig', 'records-0001.jsonl']);
    const found = await verified('--fingerprint', fingerprint);
    expect(JSON.parse(found.stdout)).toMatchObject({ fingerprint, records: 2, entries: 4, broken: [] });
    expect(found.code).toBe(0);
  });

  it('lets nobody else read it, nor the key, which lasts', async () => {
    const { fingerprint } = await exported();
    for (const name of ['evidence/manifest.json', 'evidence/records-0001.jsonl', '.hooksweep/audit-key.pem'])
      expect((await stat(at(name))).mode & 0o077, name).toBe(0);
    await rm(at('evidence'), { recursive: true });
    expect((await exported()).fingerprint).toBe(fingerprint);
  });

  it('holds only what was asked for', async () => {
    expect(await exported('--rule', 'test')).toMatchObject({ records: 1 });
    const { filter } = JSON.parse(await readFile(at('evidence', 'manifest.json'), 'utf8'));
    expect(filter).toEqual({ rule: 'test' });
  });

  it('signs with a key that is given, and openssl agrees', async () => {
    const pem = newSigningKey();
    await writeFile(at('key.pem'), pem, { mode: 0o600 });
    const { fingerprint } = await exported('--key', 'file:key.pem');
    expect(fingerprint).toBe(signerOf(pem)?.fingerprint);
    const { publicKey } = JSON.parse(await readFile(at('evidence', 'manifest.json'), 'utf8'));
    await writeFile(at('public.pem'), publicKey);
    const argv = [
      'pkeyutl',
      '-verify',
      '-pubin',
      '-inkey',
      at('public.pem'),
      '-rawin',
      '-in',
      at('evidence', 'manifest.json'),
    ];
    const said = execFileSync('openssl', [...argv, '-sigfile', at('evidence', 'manifest.sig')], { encoding: 'utf8' });
    expect(said).toContain('Verified Successfully');
  });

  it('takes a key from the environment', async () => {
    const pem = newSigningKey();
    const ran = await here.run(['audit', 'export', 'evidence', '--key', 'env:AUDIT_KEY'], { env: { AUDIT_KEY: pem } });
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining(signerOf(pem)?.fingerprint ?? '?') });
  });

  it.each([
    [
      'a key that others may read',
      async () => writeFile(at('key.pem'), newSigningKey(), { mode: 0o644 }),
      'others may read this key',
    ],
    [
      'a file that is no key',
      async () => writeFile(at('key.pem'), 'no-key-at-all', { mode: 0o600 }),
      'this is no Ed25519 private key',
    ],
    ['a key that is not there', async () => {}, 'cannot be read (ENOENT)'],
  ])('refuses %s, and writes nothing', async (_what, prepare, why) => {
    await prepare();
    const { code, stderr } = await here.run(['audit', 'export', 'evidence', '--key', 'file:key.pem']);
    expect(stderr).toContain(why);
    expect(stderr).not.toContain('no-key-at-all');
    expect(code).toBe(1);
    expect(await readdir(here.cwd)).not.toContain('evidence');
  });

  it('never writes into a folder that holds something', async () => {
    await mkdir(at('evidence'));
    await writeFile(at('evidence', 'mine.txt'), 'mine');
    const { code, stderr } = await here.run(['audit', 'export', 'evidence']);
    expect(stderr).toContain('this folder is not empty');
    expect(code).toBe(1);
    expect(await readdir(at('evidence'))).toEqual(['mine.txt']);
  });
});

describe('audit verify DIR', () => {
  const edit = async (name: string, change: (text: string) => string) =>
    writeFile(at('evidence', name), change(await readFile(at('evidence', name), 'utf8')));

  it.each([
    [
      'an entry that was changed',
      () => edit('records-0001.jsonl', (text) => text.replace('reviewed', 'approved')),
      'records-0001.jsonl',
    ],
    ['a line that was added', () => appendFile(at('evidence', 'records-0001.jsonl'), '{}\n'), 'records-0001.jsonl:3'],
    [
      'a record that was taken out',
      () => edit('records-0001.jsonl', (text) => text.replace(/^.*\n/, '')),
      'records-0001.jsonl',
    ],
    ['a file that is missing', () => rm(at('evidence', 'records-0001.jsonl')), 'records-0001.jsonl'],
    ['a file that was added', () => writeFile(at('evidence', 'records-0002.jsonl'), ''), 'records-0002.jsonl'],
    [
      'a manifest that was changed',
      () => edit('manifest.json', (text) => text.replace('"entries": 4', '"entries": 5')),
      'manifest.sig',
    ],
    ['a signature that was changed', () => writeFile(at('evidence', 'manifest.sig'), Buffer.alloc(64)), 'manifest.sig'],
  ])('finds %s', async (_what, change, where) => {
    await exported();
    await change();
    const { broken, code } = await verified();
    expect(broken.map(({ record }) => record)).toContain(where);
    expect(code).toBe(1);
  });

  it('tells an export that somebody else made and signed from the one that was expected', async () => {
    const { fingerprint } = await exported();
    await rm(at('evidence'), { recursive: true });
    await writeFile(at('other.pem'), newSigningKey(), { mode: 0o600 });
    await exported('--key', 'file:other.pem');
    const unasked = await verified();
    expect(unasked).toMatchObject({ code: 0, stderr: expect.stringContaining('anybody can sign') });
    const { broken, code } = await verified('--fingerprint', fingerprint);
    expect(broken).toEqual([{ record: 'manifest.sig', why: expect.stringContaining(`not by ${fingerprint}`) }]);
    expect(code).toBe(1);
  });

  it.each([
    ['a folder that is none', async () => mkdir(at('evidence')), 'manifest.json: it is missing'],
    [
      'a manifest of another version',
      async () => {
        await exported();
        await edit('manifest.json', (text) => text.replace('"version": 1', '"version": 2'));
      },
      'manifest.json is none that this hooksweep can read',
    ],
  ])('refuses %s', async (_what, prepare, why) => {
    await prepare();
    const { code, stderr } = await run(['audit', 'verify', at('evidence')]);
    expect(stderr).toContain(why);
    expect(code).toBe(1);
  });
});
