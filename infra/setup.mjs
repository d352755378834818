/**
 * Installs what package-lock.json asks for unless it is there already, then runs the command given, under Node 24.
 *
 *   node infra/setup.mjs [COMMAND [ARG]...]
 *
 * Runs on the machine's own Node, from 20 up. The command is started from here, not after `&&` in the npm script: a shell
 * remembers where it found `node` first, which is not where the installation puts Node 24.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { handOver } from './child.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const nodeMajor = 24;

const packagesIn = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).packages;

/** The first difference between what is installed and what the lock file asks for, or null. */
const difference = () => {
  if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) return 'nothing is installed yet';
  const installed = packagesIn('node_modules/.package-lock.json');
  for (const [path, wanted] of Object.entries(packagesIn('package-lock.json'))) {
    const found = installed[path];
    if (path === '' || (!found && wanted.optional)) continue;
    if (!found || found.version !== wanted.version || found.integrity !== wanted.integrity) return `${path} changed`;
  }
  const version = spawnSync(join(bin, 'node'), ['--version'], { encoding: 'utf8' }).stdout ?? '';
  return Number(version.slice(1).split('.')[0]) >= nodeMajor ? null : `Node ${nodeMajor} is not there`;
};

const install = (why) => {
  console.error(`hooksweep: installing the packages (${why}); this takes about a minute, once`);
  const started = Date.now();
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  const left = npm.status === 0 ? difference() : `npm ci ended with ${npm.error?.message ?? `code ${npm.status}`}`;
  if (left !== null) {
    console.error(`hooksweep: the installation failed: ${left}. Check the network and the disk, then run it again.`);
    process.exit(1);
  }
  console.error(`hooksweep: installed in ${Math.round((Date.now() - started) / 1000)} s`);
};

const why = difference();
if (why !== null) install(why);

const [command, ...args] = process.argv.slice(2);
if (command) handOver(command, args, { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` });
