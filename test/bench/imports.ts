import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { bundle, bundleFunction, coldBytes, functionNames } from '../../infra/build.ts';
import { child } from './child.ts';
import { type Figure, figure } from './figure.ts';

const repeats = 15;
const baselines = { clients: 'test/bench/bare/clients.ts', powertools: 'test/bench/bare/powertools.ts' } as const;

type Built = { name: string; entry: string; bytes: number };

/** A bundle as it would be packaged, in a folder of its own. */
const built = async (folder: string, bundling: ReturnType<typeof bundle>): Promise<Built> => {
  const { name, outputFiles, metafile } = await bundling;
  const own = mkdtempSync(join(folder, `${name}-`));
  for (const { path, contents } of outputFiles)
    if (path.endsWith('.mjs')) writeFileSync(join(own, basename(path)), contents);
  return { name, entry: join(own, 'index.mjs'), bytes: coldBytes(metafile) };
};

/** Cold imports of the packaged functions, in turns with those of the bare clients and of Powertools. */
export const benchImports = async (): Promise<Figure[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'hooksweep-bench-'));
  try {
    const plain = ([name, source]: [string, string]) => built(folder, bundle(name, source, { entryNames: 'index' }));
    const others = Object.entries(baselines).map(plain);
    const [clients, powertools] = (await Promise.all(others)) as [Built, Built];
    const ours = await Promise.all(functionNames().map((name) => built(folder, bundleFunction(name))));
    const times = new Map<Built, number[]>([clients, powertools, ...ours].map((one) => [one, []]));
    for (let round = 0; round < repeats; round++)
      for (const [{ entry }, runs] of times) runs.push(await child<number>('import-once.ts', [entry]));
    const against = (one: Built | undefined, baseline: Built) =>
      ((one && times.get(one)) ?? []).map((ms, at) => ms / (times.get(baseline)?.[at] ?? 1));
    const worker = ours.find(({ name }) => name === 'worker');
    return [
      figure('import.vsBareClients', against(worker, clients), '×', { atMost: 0.85 }, 'cold import of the worker, CPU'),
      figure('import.vsPowertools', against(worker, powertools), '×', null, 'the same against a worker on Powertools'),
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
