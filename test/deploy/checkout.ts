import { type ExecFileException, execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../infra/folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const parts = ['functions', 'infra', 'lib', 'package.json', 'serverless.yml'];

export type Ran = { code: number; output: string };

/** A copy of what a deployment needs, whose commands know one endpoint for all of AWS and nothing of this machine's account. */
export const checkout = (endpoint: string) => {
  const folder = temporaryFolder();
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'home'));
  mkdirSync(join(folder, 'bin'));
  symlinkSync(join(folder, 'lib/cli/bin.mjs'), join(folder, 'bin/hooksweep'));
  const env = {
    HOME: join(folder, 'home'),
    PATH: [join(folder, 'bin'), join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter),
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret-of-the-deployer',
    SLS_AWS_MONITORING_FREQUENCY: '1',
  };
  return {
    /** Replaces text that must be there. */
    edit: (name: string, from: string, to: string) => {
      const text = readFileSync(join(folder, name), 'utf8');
      if (!text.includes(from)) throw new Error(`${name} does not hold ${from}`);
      writeFileSync(join(folder, name), text.replaceAll(from, to));
    },
    /** Puts a file there. */
    put: (name: string, content: Buffer) => writeFileSync(join(folder, name), content),
    /** Runs a command line of words without quotes. */
    run: (line: string, input = '') =>
      new Promise<Ran>((resolve) => {
        const [command = '', ...args] = line.split(' ');
        const child = execFile(command, args, { cwd: folder, env }, (error: ExecFileException | null, stdout, stderr) =>
          resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
        );
        child.stdin?.end(input);
      }),
  };
};
