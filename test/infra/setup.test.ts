import { type ExecFileException, execFile } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './folder.ts';

const locked = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.0.0', optional: true } };

/** A checkout whose npm notes its arguments and installs what `installs` says. */
const checkout = (installs: object) => {
  const root = temporaryFolder();
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const file of ['setup.mjs', 'child.mjs']) cpSync(`infra/${file}`, join(root, 'infra', file));
  put('package-lock.json', JSON.stringify({ packages: { '': {}, ...locked } }));
  put('installs.json', JSON.stringify({ packages: installs }));
  const copy = 'cp installs.json node_modules/.package-lock.json';
  put('tools/npm', `#!/bin/sh\necho "$@" > npm.log\nmkdir -p node_modules/.bin\n${copy}\n`);
  chmodSync(join(root, 'tools/npm'), 0o755);
  mkdirSync(join(root, 'node_modules/.bin'), { recursive: true });
  symlinkSync(process.execPath, join(root, 'node_modules/.bin/node'));
  const run = (...command: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const env = { ...process.env, PATH: `${join(root, 'tools')}:${process.env.PATH}` };
      execFile(
        process.execPath,
        [join(root, 'infra/setup.mjs'), ...command],
        { cwd: root, env },
        (error: ExecFileException | null, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }),
      );
    });
  return { root, put, run, npmRan: () => existsSync(join(root, 'npm.log')) };
};

describe('the set-up before npm test and npm run demo', () => {
  it('installs what is missing, then runs the command', async () => {
    const { run, npmRan } = checkout(locked);
    const { code, out, err } = await run('node', '-p', '6 * 7');
    expect({ code, out }).toEqual({ code: 0, out: '42\n' });
    expect(err).toContain('installing the packages (nothing is installed yet)');
    expect(npmRan()).toBe(true);
  });

  it('is silent and quick where all is there, packages for other machines aside', async () => {
    const { put, run, npmRan } = checkout({});
    put('node_modules/.package-lock.json', JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0' } } }));
    expect(await run('node', '-p', '6 * 7')).toEqual({ code: 0, out: '42\n', err: '' });
    expect(npmRan()).toBe(false);
  });

  it('installs again when the lock file asks for another version', async () => {
    const { put, run } = checkout(locked);
    put('node_modules/.package-lock.json', JSON.stringify({ packages: { 'node_modules/a': { version: '0.9.0' } } }));
    expect((await run()).err).toContain('node_modules/a changed');
  });

  it('runs nothing, and says so, when the installation does not bring what was asked for', async () => {
    const { run } = checkout({});
    const { code, out, err } = await run('node', '-p', '6 * 7');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('the installation failed: node_modules/a changed. Check the network');
  });

  it('runs the command under the Node of the checkout, wherever it was started', async () => {
    const { root, run } = checkout(locked);
    const { out } = await run('sh', '-c', 'command -v node');
    expect(out.trim()).toBe(join(root, 'node_modules/.bin/node'));
  });

  it('ends as the command ends', async () => {
    expect((await checkout(locked).run('node', '-e', 'process.exit(3)')).code).toBe(3);
  });
});
