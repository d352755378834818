import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { bundle, bundleFunction, coldBytes, functionNames } from '../../infra/build.ts';
import { child } from './child.ts';
import { type Figure, figure } from './figure.ts';

const repeats = 15;
const baselines = { clients: 'test/bench/bare/clients.ts', powertools: 'test/bench/bare/powertools.ts' } as const;

/** What every worker that calls a provider loads with its first call. */
const fetching = `data:text/javascript,await fetch('data:,')`;

type Built = {
  name: string;
  /** What is loaded, in order. */
  modules: readonly string[];
  bytes: number;
  /** The file of a module that is loaded later. */
  later(module: string): string;
};

/** A bundle as it would be packaged, in a folder of its own. */
const built = async (folder: string, bundling: ReturnType<typeof bundle>): Promise<Built> => {
  const { name, outputFiles, metafile } = await bundling;
  const own = mkdtempSync(join(folder, `${name}-`));
  for (const { path, contents } of outputFiles)
    if (path.endsWith('.mjs')) writeFileSync(join(own, basename(path)), contents);
  const later = (module: string): string => {
    const [path] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint?.endsWith(module)) ?? [];
    if (path === undefined) throw new Error(`${name} loads no ${module}`);
    return join(own, basename(path));
  };
  return { name, modules: [join(own, 'index.mjs')], bytes: coldBytes(metafile), later };
};

/** Cold imports of the packaged functions, in turns with those of the bare clients and of Powertools. */
export const benchImports = async (): Promise<Figure[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'hooksweep-bench-'));
  try {
    const plain = ([name, source]: [string, string]) => built(folder, bundle(name, source, { entryNames: 'index' }));
    const others = Object.entries(baselines).map(plain);
    const [clients, powertools] = (await Promise.all(others)) as [Built, Built];
    const ours = await Promise.all(functionNames().map((name) => built(folder, bundleFunction(name))));
    const worker = ours.find(({ name }) => name === 'worker') as Built;
    const first = { ...worker, modules: [...worker.modules, worker.later('lib/providers/modulus.ts'), fetching] };
    const clientsFirst = { ...clients, modules: [...clients.modules, fetching] };
    const all = [clients, powertools, ...ours, first, clientsFirst];
    const times = new Map<Built, number[]>(all.map((one) => [one, []]));
    for (let round = 0; round < repeats; round++)
      for (const [{ modules }, runs] of times) runs.push(await child<number>('import-once.ts', modules));
    const against = (one: Built, baseline: Built) =>
      (times.get(one) ?? []).map((ms, at) => ms / (times.get(baseline)?.[at] ?? 1));
    const firstAbout = 'the same with a provider and a first `fetch`, against the clients with one';
    return [
      figure('import.vsBareClients', against(worker, clients), '×', { atMost: 0.85 }, 'cold import of the worker, CPU'),
      figure('import.vsPowertools', against(worker, powertools), '×', null, 'the same against a worker on Powertools'),
      figure('first.vsBareClients', against(first, clientsFirst), '×', null, firstAbout),
      ...ours.flatMap((one) => [
        figure(`import.${one.name}`, against(one, clients), '× clients', null, `cold import of ${one.name}, CPU`),
        figure(
          `bytes.${one.name}`,
          [one.bytes / clients.bytes],
          '× clients',
          null,
          `${one.bytes} bytes at a cold start`,
        ),
      ]),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
