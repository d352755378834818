import { existsSync, readFileSync, statSync } from 'node:fs';
import type { Metafile } from 'esbuild';
import { coldChunks } from '../../infra/build.ts';

const at = (path: string): URL => new URL(`../../${path}`, import.meta.url);

type Output = Metafile['outputs'][string];

const sourcesIn = (outputs: readonly (Output | undefined)[]): string[] =>
  outputs
    .flatMap((output) => Object.entries(output?.inputs ?? {}))
    .flatMap(([source, { bytesInOutput }]) => (bytesInOutput > 0 ? [source.replace(/^later:/, '')] : []));

/** The source files of which something is in the bundle of a function, as it was packaged last. */
export const bundledSources = (name: string): string[] => {
  const { outputs, packaged } = packagedLast(name);
  const sources = sourcesIn(Object.values(outputs));
  const newer = sources.find((source) => /^(lib|functions)\//.test(source) && statSync(at(source)).mtimeMs > packaged);
  if (newer) throw new Error(`${newer} changed after it was packaged; run \`npm run package\` again`);
  return sources;
};

/** The files that each cold start loads, and the sources that are in them. */
export const loadedCold = (name: string): { files: string[]; sources: string[] } => {
  const { outputs } = packagedLast(name);
  const files = coldChunks({ outputs });
  return { files, sources: sourcesIn(files.map((file) => outputs[file])) };
};

const packagedLast = (name: string): Pick<Metafile, 'outputs'> & { packaged: number } => {
  const file = at(`dist/maps/${name}/metafile.json`);
  if (!existsSync(file)) throw new Error('nothing is packaged yet; run `npm run package` first');
  return { ...(JSON.parse(readFileSync(file, 'utf8')) as Metafile), packaged: statSync(file).mtimeMs };
};
