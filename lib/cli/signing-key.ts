import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { newSigningKey, type Signer, signerOf } from '../audit/signature.ts';
import { localReaders } from '../credentials.ts';
import { localSecrets } from '../secrets.ts';
import { textOf } from './args.ts';
import { CommandError, type Context } from './command.ts';
import { defaultFolder } from './session.ts';

const keyName = 'audit-key.pem';

const bad = (message: string, hint: string): CommandError => new CommandError({ code: 'bad-key', message, hint });

const makeOne = 'make one: openssl genpkey -algorithm ed25519 -out key.pem && chmod 600 key.pem';

const textOfFile = async (path: string, shown: string): Promise<string> => {
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) throw bad(`${shown}: others may read this key`, `run chmod 600 ${shown}`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw bad(`${shown}: the key cannot be read (${(error as NodeJS.ErrnoException).code})`, makeOne);
  }
};

/** The key of this folder, made at its first use and readable by this user alone. */
const keyOfFolder = async (folder: string): Promise<string> => {
  const path = join(folder, keyName);
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(path, newSigningKey(), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw bad(`${path}: no key can be kept there (${code})`, 'give one with --key file:PATH');
  }
  return textOfFile(path, path);
};

/**
 * The key that signs exports: `--key env:NAME` or `file:PATH`, else one that belongs to the folder of `--local`.
 *
 * @throws CommandError where it cannot be had or is no Ed25519 key
 */
export const signingKey = async ({ values, cwd, env }: Context): Promise<Signer> => {
  const asked = textOf(values, 'key');
  const folder = resolve(cwd, textOf(values, 'local') || defaultFolder);
  const file = /^file:(.+)$/.exec(asked ?? '')?.[1];
  const pem = async (): Promise<string> => {
    if (asked === undefined) return keyOfFolder(folder);
    if (file !== undefined) return textOfFile(resolve(cwd, file), file);
    const reading = await localSecrets(localReaders(env)).read(asked);
    if (reading.status === 'ok') return reading.value;
    throw bad(`--key: ${reading.why}`, 'write env:NAME or file:PATH');
  };
  const signer = signerOf(await pem());
  if (signer) return signer;
  throw bad(`${asked ?? join(folder, keyName)}: this is no Ed25519 private key in PEM`, makeOne);
};
