/**
 * Bundles each function that serverless.yml names into dist/<function>/, which holds nothing else, and the CLI into
 * dist/cli/. Source maps, and esbuild's account of what is in each bundle, go to dist/maps/. Prints what each weighs and fails where one outgrows infra/bundles.json.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('..', import.meta.url));
const kilobytes = (bytes) => Math.ceil(bytes / 1024);

export const functionNames = () =>
  Object.keys(parse(readFileSync(join(root, 'serverless.yml'), 'utf8'), { logLevel: 'error' }).functions);

/** CommonJS packages inside an ES module call `require` for Node's own modules. */
const requireBanner =
  "import { createRequire as hooksweepRequire } from 'node:module';const require = hooksweepRequire(import.meta.url);";

const bundle = async (name, entry, options) => {
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
    metafile: true,
    write: false,
    ...options,
  });
  return { name, outputFiles, metafile };
};

/**
 * One function as it is packaged. Clients and credential providers that few invocations need are chunks of their own, which
 * are loaded with their first use.
 */
export const bundleFunction = (name) => bundle(name, `functions/${name}.ts`, { entryNames: 'index' });

/** The embedded stack brings native code and is only there in a checkout. */
const bundleCli = () =>
  bundle('cli', 'lib/cli/main.ts', { entryNames: 'hooksweep', external: ['classic-level', 'dynalite', 'fauxqs'] });

const write = ({ name, outputFiles, metafile }) => {
  const folders = { code: join(root, 'dist', name), maps: join(root, 'dist/maps', name) };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  for (const { path, contents } of outputFiles)
    writeFileSync(join(path.endsWith('.map') ? folders.maps : folders.code, basename(path)), contents);
  writeFileSync(join(folders.maps, 'metafile.json'), JSON.stringify(metafile));
};

/** In KB: the chunk that each cold start loads, all chunks, and all as they are zipped. */
const weigh = ({ name, outputFiles }) => {
  const chunks = outputFiles.filter(({ path }) => path.endsWith('.mjs'));
  const entry = chunks.find(({ path }) => /^(index|hooksweep)\.mjs$/.test(basename(path)));
  const sum = (size) => chunks.reduce((total, { contents }) => total + size(contents), 0);
  return {
    name,
    entry: kilobytes(entry.contents.length),
    total: kilobytes(sum((contents) => contents.length)),
    gzip: kilobytes(sum((contents) => gzipSync(contents).length)),
  };
};

export const sizeTable = (sizes) => {
  const line = (...cells) => cells.map((cell, at) => (at ? String(cell).padStart(9) : cell.padEnd(10))).join('');
  const rows = sizes.map(({ name, entry, total, gzip }) => line(name, entry, total, gzip));
  return [line('KB', 'entry', 'total', 'gzip'), ...rows].join('\n');
};

/** What outgrew its bound, one sentence each. */
export const overweight = (sizes, bounds) =>
  sizes.flatMap((size) =>
    ['entry', 'total', 'gzip'].flatMap((measure) => {
      const bound = bounds[size.name]?.[measure] ?? 0;
      if (size[measure] <= bound) return [];
      const what = `${size.name}: ${measure} is ${size[measure]} KB, more than ${bound}`;
      return [`${what}; import less, or raise infra/bundles.json and say why in the commit`];
    }),
  );

/** Builds all of it. Rejects where a bundle outgrew its bound. */
export const buildAll = async (print = console.log) => {
  const bundles = await Promise.all([...functionNames().map(bundleFunction), bundleCli()]);
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  bundles.forEach(write);
  // What pages of the CLI carry inside them is read from beside the code, here as in lib/report/.
  const isAsset = (name) => !name.endsWith('.json');
  cpSync(join(root, 'lib/report/browser'), join(root, 'dist/cli/browser'), { recursive: true, filter: isAsset });
  const sizes = bundles.map(weigh);
  print(sizeTable(sizes));
  const problems = overweight(sizes, JSON.parse(readFileSync(join(root, 'infra/bundles.json'), 'utf8')));
  if (problems.length > 0) throw new Error(problems.join('\n'));
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  buildAll().catch((error) => {
    console.error(`build: ${error.message}`);
    process.exitCode = 1;
  });
}
