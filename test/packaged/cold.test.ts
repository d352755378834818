import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { bundle } from '../../infra/build.ts';
import { temporaryFolder } from '../infra/folder.ts';
import { definitionOf, functionNames, unpacked } from './instance.ts';

const runs = 7;
const report = new URL('../../.serverless/cold-import.json', import.meta.url);
const script = 'const began = performance.now(); await import(process.argv[1]); console.log(performance.now() - began)';

/** Milliseconds that a fresh process needs to import the file; it sees nothing but the folder. */
const importMs = async (folder: string, file: string): Promise<number> => {
  const flags = ['--permission', `--allow-fs-read=${folder}/*`, '--input-type=module', '-e', script];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, file], { cwd: folder, env: {} });
  return Number(stdout);
};

/** The bare clients, bundled as the functions are. */
const bare = async (): Promise<{ folder: string; file: string }> => {
  const folder = join(temporaryFolder(), 'task');
  mkdirSync(folder);
  const { outputFiles } = await bundle('bare', 'test/packaged/bare.ts', { entryNames: 'index' });
  for (const { path, contents } of outputFiles) writeFileSync(join(folder, basename(path)), contents);
  return { folder, file: join(folder, 'index.mjs') };
};

const round = (value: number): number => Math.round(value * 100) / 100;

it('each packaged function is imported cold, and its time compared with that of the bare clients', {
  timeout: 120_000,
}, async () => {
  const subjects = functionNames.map((name) => {
    const { folder, task } = unpacked(name);
    return {
      name: name as string,
      folder,
      file: join(task, `${definitionOf(name).Handler.replace(/\.\w+$/, '')}.mjs`),
    };
  });
  const all = [{ name: 'bare clients', ...(await bare()) }, ...subjects];
  const times = new Map(all.map(({ name }) => [name, [] as number[]]));
  for (let run = 0; run < runs; run++)
    for (const { name, folder, file } of all) times.get(name)?.push(await importMs(folder, file));

  // Whatever else the machine is at only adds: the least is nearest to what an import costs.
  const leastMs = (name: string): number => Math.min(...(times.get(name) ?? []));
  const rows = all.map(({ name }) => ({
    ...{ name, leastMs: round(leastMs(name)), ratio: round(leastMs(name) / leastMs('bare clients')) },
  }));
  writeFileSync(report, JSON.stringify({ runs, rows }, null, 2));
  for (const { name, leastMs, ratio } of rows)
    console.log(`${name.padEnd(14)}${leastMs.toFixed(0).padStart(6)} ms ${ratio.toFixed(2).padStart(6)}`);
  for (const { leastMs } of rows) expect(leastMs).toBeGreaterThan(0);
});
