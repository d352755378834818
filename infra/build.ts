/**
 * Bundles each function that serverless.yml names into dist/<function>/, which holds nothing else, and the CLI into
 * dist/cli/. Source maps, and esbuild's account of what is in each bundle, go to dist/maps/. Prints what each weighs and
 * fails where one outgrows infra/bundles.json.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { parse } from 'yaml';
import { builtins } from './lambda/builtins.ts';
import { directImports } from './lambda/direct-imports.ts';
import { oneChunk } from './lambda/one-chunk.ts';
import { trim, unmatched } from './lambda/trim.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const kilobytes = (bytes: number): number => Math.ceil(bytes / 1024);

export const functionNames = (): string[] =>
  Object.keys(parse(readFileSync(join(root, 'serverless.yml'), 'utf8'), { logLevel: 'error' }).functions);

/** CommonJS packages inside an ES module call `require` for Node's own modules. */
const requireBanner =
  "import { createRequire as hooksweepRequire } from 'node:module';const require = hooksweepRequire(import.meta.url);";

export const bundle = async (name: string, entry: string, options: BuildOptions) => {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: join('dist', name),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    sourcemap: 'external',
    legalComments: 'none',
    mainFields: ['module', 'main'],
    outExtension: { '.js': '.mjs' },
    banner: { js: requireBanner },
    splitting: true,
    chunkNames: '[name]-[hash]',
    logLevel: 'warning',
    ...options,
    write: false,
    metafile: true,
  });
  return { name, outputFiles, metafile };
};

/**
 * As functions are packaged: one chunk for what each invocation needs. Providers, clients and requests that few need are
 * chunks of their own, which are loaded with their first use.
 */
export const bundleForLambda = (name: string, entry: string) =>
  bundle(name, entry, {
    entryNames: 'index',
    // Nothing in it is CommonJS.
    banner: {},
    plugins: [oneChunk(entry), builtins, trim, directImports],
    // V8 skips the body of a function until it is called, but parses that of an arrow: half of the time to compile a chunk.
    supported: { arrow: false },
  });

export const bundleFunction = (name: string) => bundleForLambda(name, join(root, 'functions', `${name}.ts`));

/** The embedded stack brings native code and is only there in a checkout. */
const bundleCli = () =>
  bundle('cli', 'lib/cli/main.ts', { entryNames: 'hooksweep', external: ['classic-level', 'dynalite', 'fauxqs'] });

type Bundle = Awaited<ReturnType<typeof bundle>>;

const write = ({ name, outputFiles, metafile }: Bundle): void => {
  const folders = { code: join(root, 'dist', name), maps: join(root, 'dist/maps', name) };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  for (const { path, contents } of outputFiles)
    writeFileSync(join(path.endsWith('.map') ? folders.maps : folders.code, basename(path)), contents);
  writeFileSync(join(folders.maps, 'metafile.json'), JSON.stringify(metafile));
};

/** In KB: the chunks that each cold start loads, all chunks, and all as they are zipped. */
export type Size = Weight & { name: string };
type Weight = { cold: number; total: number; gzip: number };

/** The entry and all that it imports before its first line runs. */
export const coldChunks = ({ outputs }: Pick<Metafile, 'outputs'>): string[] => {
  const entry = Object.keys(outputs).find((path) => outputs[path]?.entryPoint && /(index|hooksweep)\.mjs$/.test(path));
  const found = new Set(entry ? [entry] : []);
  for (const path of found)
    for (const { path: next, kind } of outputs[path]?.imports ?? [])
      if (kind === 'import-statement' && outputs[next]) found.add(next);
  return [...found];
};

export const coldBytes = (metafile: Metafile): number =>
  coldChunks(metafile).reduce((sum, path) => sum + (metafile.outputs[path]?.bytes ?? 0), 0);

const weigh = ({ name, outputFiles, metafile }: Bundle): Size => {
  const chunks = outputFiles.filter(({ path }) => path.endsWith('.mjs'));
  const sum = (size: (contents: Uint8Array) => number) =>
    chunks.reduce((total, { contents }) => total + size(contents), 0);
  return {
    name,
    cold: kilobytes(coldBytes(metafile)),
    total: kilobytes(sum((contents) => contents.length)),
    gzip: kilobytes(sum((contents) => gzipSync(contents).length)),
  };
};

export const sizeTable = (sizes: readonly Size[]): string => {
  const line = (...cells: (string | number)[]) =>
    cells.map((cell, at) => (at === 0 ? String(cell).padEnd(10) : String(cell).padStart(9))).join('');
  const rows = sizes.map(({ name, cold, total, gzip }) => line(name, cold, total, gzip));
  return [line('KB', 'cold', 'total', 'gzip'), ...rows].join('\n');
};

/** What outgrew its bound, one sentence each. */
export const overweight = (sizes: readonly Size[], bounds: Readonly<Record<string, Weight>>): string[] =>
  sizes.flatMap((size) =>
    (['cold', 'total', 'gzip'] as const).flatMap((measure) => {
      const bound = bounds[size.name]?.[measure] ?? 0;
      if (size[measure] <= bound) return [];
      const what = `${size.name}: ${measure} is ${size[measure]} KB, more than ${bound}`;
      return [`${what}; import less, or raise infra/bundles.json and say why in the commit`];
    }),
  );

/** Builds all of it. Rejects where a bundle outgrew its bound. */
export const buildAll = async (print: (text: string) => void = console.log): Promise<void> => {
  const functions = await Promise.all(functionNames().map(bundleFunction));
  const bundles = [...functions, await bundleCli()];
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  bundles.forEach(write);
  // What pages of the CLI carry inside them is read from beside the code, here as in lib/report/ and lib/console/.
  const isAsset = (name: string): boolean => !name.endsWith('.json');
  for (const pages of ['lib/report/browser', 'lib/console/browser'])
    cpSync(join(root, pages), join(root, 'dist/cli/browser'), { recursive: true, filter: isAsset });
  const sizes = bundles.map(weigh);
  print(sizeTable(sizes));
  const grown = overweight(sizes, JSON.parse(readFileSync(join(root, 'infra/bundles.json'), 'utf8')));
  const problems = [...grown, ...unmatched(functions.map(({ metafile }) => metafile))];
  if (problems.length > 0) throw new Error(problems.join('\n'));
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  buildAll().catch((error: unknown) => {
    console.error(`build: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  });
}
