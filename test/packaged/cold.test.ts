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
const script = `
const [began, cpu] = [performance.now(), process.cpuUsage()];
await import(process.argv[1]);
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ wallMs: performance.now() - began, cpuMs: (user + system) / 1000 }));`;

type Cost = { wallMs: number; cpuMs: number };

/** What it costs a fresh process to import the file; it sees nothing but the folder. */
const importCost = async (folder: string, file: string): Promise<Cost> => {
  const flags = ['--permission', `--allow-fs-read=${folder}/*`, '--input-type=module', '-e', script];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, file], { cwd: folder, env: {} });
  return JSON.parse(stdout);
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
  const costs = new Map(all.map(({ name }) => [name, [] as Cost[]]));
  for (let run = 0; run < runs; run++)
    for (const { name, folder, file } of all) costs.get(name)?.push(await importCost(folder, file));

  // Whatever else the machine is at only adds, and to processor time less than to the clock's.
  const least = (name: string, cost: keyof Cost): number =>
    Math.min(...(costs.get(name) ?? []).map((measured) => measured[cost]));
  const rows = all.map(({ name }) => ({
    ...{ name, wallMs: round(least(name, 'wallMs')), cpuMs: round(least(name, 'cpuMs')) },
    ratio: round(least(name, 'cpuMs') / least('bare clients', 'cpuMs')),
  }));
  writeFileSync(report, JSON.stringify({ runs, rows }, null, 2));
  const cells = (...texts: (string | number)[]) => texts.map((text) => String(text).padStart(14)).join('');
  const lines = rows.map(({ name, wallMs, cpuMs, ratio }) => cells(name, wallMs, cpuMs, ratio));
  console.log([cells('cold import', 'ms', 'ms of CPU', 'ratio'), ...lines].join('\n'));
  for (const { cpuMs } of rows) expect(cpuMs).toBeGreaterThan(0);
});
