import { type ExecFileException, execFile } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
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
  const env = {
    HOME: join(folder, 'home'),
    PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter),
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret-of-the-deployer',
    SLS_AWS_MONITORING_FREQUENCY: '1',
  };
  return {
    folder,
    write: (name: string, text: string) => writeFileSync(join(folder, name), text),
    run: (command: string, args: readonly string[], more: Record<string, string> = {}) =>
      new Promise<Ran>((resolve) => {
        const options = { cwd: folder, env: { ...env, ...more } };
        execFile(command, args, options, (error: ExecFileException | null, stdout, stderr) =>
          resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
        );
      }),
  };
};
