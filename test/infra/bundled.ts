import { existsSync, readFileSync, statSync } from 'node:fs';

type Metafile = { outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }> };

const at = (path: string): URL => new URL(`../../${path}`, import.meta.url);

/** The source files of which something is in the bundle of a function, as it was packaged last. */
export const bundledSources = (name: string): string[] => {
  const file = at(`dist/maps/${name}/metafile.json`);
  if (!existsSync(file)) throw new Error('nothing is packaged yet; run `npm run package` first');
  const { outputs } = JSON.parse(readFileSync(file, 'utf8')) as Metafile;
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const sources = inputs.flatMap(([source, { bytesInOutput }]) => (bytesInOutput > 0 ? [source] : []));
  const packaged = statSync(file).mtimeMs;
  const newer = sources.find((source) => /^(lib|functions)\//.test(source) && statSync(at(source)).mtimeMs > packaged);
  if (newer) throw new Error(`${newer} changed after it was packaged; run \`npm run package\` again`);
  return sources;
};
