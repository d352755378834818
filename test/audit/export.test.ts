import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkFile, filesOf, parseManifest } from '../../lib/audit/export.ts';
import { auditRecords } from '../../lib/audit/printed.ts';
import { newSigningKey, signedBy, signerOf } from '../../lib/audit/signature.ts';
import { day, hour, shop, testHook, webhook } from '../jobs/world.ts';

const exported = async () => {
  const w = shop([webhook('live'), testHook('a'), testHook('b')]);
  await w.scanAndApprove('shop');
  await w.run(3 * day, hour);
  const records = await auditRecords(w.ports.table, {}, w.now());
  return { records, files: [...filesOf(records)] };
};

describe('a file of an export', () => {
  it('holds a whole story a line, and checks', async () => {
    const { records, files } = await exported();
    expect(files).toHaveLength(1);
    for (const { file, bytes } of files)
      expect(checkFile(file, bytes)).toEqual({
        records: records.map(({ record }) => record),
        entries: records.reduce((sum, { history }) => sum + history.length, 0),
        faults: [],
      });
    expect(
      Buffer.from(files[0]?.bytes ?? [])
        .toString('utf8')
        .split('\n'),
    ).toHaveLength(records.length + 1);
  });

  it('shows any byte that was changed, by its hash alone', async () => {
    const [{ file, bytes } = expect.unreachable()] = (await exported()).files;
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ by;
        expect(checkFile(file, changed).faults).toContainEqual({
          record: file.name,
          why: expect.stringContaining('changed'),
        });
      }),
    );
  });

  it.each([
    [
      'an actor',
      (text: string) => text.replace('"os:tester@here"', '"os:nobody@here"'),
      'was changed after it was written',
    ],
    ['the end', (text: string) => text.replace(/,\{"seq":4,[^}]*\}/, ''), 'entr'],
    ['the backup', (text: string) => text.replace('"backup":{', '"backup":{"made":"up",'), 'its backup was changed'],
  ])('shows %s that was changed before it was hashed', async (_what, edit, why) => {
    const { records } = await exported();
    const [{ file, bytes } = expect.unreachable()] = [
      ...filesOf(records.map((record) => JSON.parse(edit(JSON.stringify(record))))),
    ];
    const { faults } = checkFile(file, bytes);
    expect(faults).toContainEqual({ record: expect.stringMatching(/^shop#/), why: expect.stringContaining(why) });
  });
});

describe('a manifest of somebody else', () => {
  it('is refused, never believed in part, whatever it is', () => {
    fc.assert(fc.property(fc.json(), (text) => parseManifest(Buffer.from(text)) === null));
    fc.assert(fc.property(fc.uint8Array(), (bytes) => parseManifest(bytes) === null));
  });

  it.each(['../../etc/passwd', '/etc/passwd', 'records-0001.jsonl/..', 'manifest.json', 'records-0001.jsonl\n'])(
    'may not name the file %j',
    (name) => {
      const files = [{ name, bytes: 1, records: 1, sha256: 'a'.repeat(64) }];
      const rest = {
        version: 1,
        createdAt: '',
        by: '',
        hooksweep: '',
        filter: {},
        records: 1,
        entries: 1,
        broken: [],
        publicKey: '',
      };
      const manifest = (list: unknown) => Buffer.from(JSON.stringify({ ...rest, files: list }));
      expect(parseManifest(manifest(files))).toBeNull();
      expect(parseManifest(manifest([{ ...files[0], name: 'records-0001.jsonl' }]))).not.toBeNull();
    },
  );
});

describe('a signature', () => {
  const signer = signerOf(newSigningKey()) ?? expect.unreachable();
  const bytes = Buffer.from('what was said');

  it('names its key where it fits, and nobody where anything was changed', () => {
    const signature = signer.sign(bytes);
    expect(signedBy(signer.publicKey, bytes, signature)).toBe(signer.fingerprint);
    expect(signedBy(signer.publicKey, Buffer.from('what was sad'), signature)).toBeNull();
    expect(signedBy(signerOf(newSigningKey())?.publicKey ?? '', bytes, signature)).toBeNull();
    expect(signedBy(signer.publicKey, bytes, signature.subarray(1))).toBeNull();
  });

  it('is made with Ed25519 and nothing else', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    });
    for (const pem of [String(other), 'no key', '', signer.publicKey]) expect(signerOf(pem)).toBeNull();
  });
});
