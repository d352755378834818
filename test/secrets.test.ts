import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { localReaders } from '../lib/credentials.ts';
import { localSecrets, reservation } from '../lib/secrets.ts';
import { temporaryFolder } from './infra/folder.ts';

const here = (environment: Record<string, string> = {}) => {
  const folder = temporaryFolder();
  return { folder, path: join(folder, 'new'), store: localSecrets(localReaders(environment)) };
};

describe('secrets on one machine', () => {
  it('are read from the variable that is named, and from nowhere else', async () => {
    const { store } = here({ SHOP_URL: 'https://a.example/?token=x' });
    expect(await store.read('env:SHOP_URL')).toEqual({ status: 'ok', value: 'https://a.example/?token=x' });
    for (const other of ['ssm:/hooksweep/dev/x', 'secretsmanager:x', 'https://a.example/?token=x', '']) {
      expect(store.mayRead(other)).toBe(false);
      const reading = await store.read(other);
      expect(reading).toMatchObject({ status: 'error', hint: expect.stringContaining('env:NAME') });
      expect(JSON.stringify(reading)).not.toContain('token=x');
    }
  });

  it('are written to a file of their own, for its owner alone, and only over the reservation', async () => {
    const { store, path } = here();
    expect(await store.reserve(`file:${path}`, 'a')).toEqual({ status: 'ok' });
    expect(await store.reserve(`file:${path}`, 'a')).toEqual({ status: 'ok' });
    expect(readFileSync(path, 'utf8')).toBe(reservation('a'));
    expect(await store.reserve(`file:${path}`, 'b')).toMatchObject({ status: 'error' });
    expect(await store.write(`file:${path}`, 'b', 'of b')).toMatchObject({ status: 'error' });
    expect(await store.write(`file:${path}`, 'a', 'whsec_new')).toEqual({ status: 'ok' });
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['whsec_new', 0o600]);
    expect(await store.write(`file:${path}`, 'a', 'whsec_other')).toMatchObject({ status: 'error' });
    expect(readFileSync(path, 'utf8')).toBe('whsec_new');
  });

  it('replace no file that was there before', async () => {
    const { store, path } = here();
    writeFileSync(path, 'precious');
    const why = `something stands at file:${path} already`;
    expect(await store.reserve(`file:${path}`, 'a')).toEqual({ status: 'error', why });
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  it('say by a code why a place cannot be written', async () => {
    const { store, folder, path } = here();
    mkdirSync(path);
    expect(await store.reserve(`file:${path}`, 'a')).toMatchObject({ why: expect.stringContaining('(EISDIR)') });
    const nowhere = `file:${join(folder, 'no', 'new')}`;
    expect(await store.reserve(nowhere, 'a')).toEqual({
      status: 'error',
      why: `${nowhere} cannot be written (ENOENT)`,
    });
    expect([store.mayWrite('ssm:/x'), store.mayWrite('file:')]).toEqual([false, false]);
  });
});
